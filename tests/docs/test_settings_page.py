"""docs/settings.md names every option with its default, and nothing else."""

from __future__ import annotations

import re
import tomllib

import msgspec
import pytest
from repository import DOCS

from assay.settings import Settings, settings_from

TEXT = (DOCS / "settings.md").read_text(encoding="utf-8")
ROOMS = [field.name for field in msgspec.structs.fields(Settings)]


def rows_of(room: str) -> dict[str, tuple[object, str]]:
    """option -> (default, meaning) as the page gives them."""
    part = TEXT.split(f"## [settings.{room}]\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| (.+) \|$", part, re.MULTILINE)
    return {name: (tomllib.loads(f"x = {value}")["x"], text) for name, value, text in rows}


@pytest.mark.parametrize("room", ROOMS)
def test_the_page_gives_every_option_with_its_default(room: str) -> None:
    defaults = msgspec.to_builtins(getattr(Settings(), room))
    told = rows_of(room)
    assert list(told) == list(defaults)
    for name, (value, meaning) in told.items():
        default = defaults[name]
        assert value == (list(default) if isinstance(default, tuple) else default), name
        assert type(value) is (list if isinstance(default, tuple) else type(default)), name
        assert len(meaning) > 10, name


def test_the_page_has_no_table_of_what_does_not_exist() -> None:
    assert re.findall(r"^## \[settings\.(\w+)\]$", TEXT, re.MULTILINE) == ROOMS


def test_the_example_of_the_page_is_understood() -> None:
    example = tomllib.loads(TEXT.split("```toml\n")[1].split("```")[0])
    settings = settings_from(example["settings"])
    assert settings != Settings()


def test_every_variable_of_the_environment_that_is_ours_is_on_the_page() -> None:
    from repository import modules

    read = {
        name
        for path in modules()
        for name in re.findall(r"environ(?:\.get\(|\[)\"(ASSAY_\w+)\"", path.read_text("utf-8"))
    }
    assert read
    assert read == set(re.findall(r"^\| `(ASSAY_\w+)` \|", TEXT, re.MULTILINE))
