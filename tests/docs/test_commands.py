"""Commands, options and make targets that are named anywhere exist, and each one is documented."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType

import click
import pytest
from repository import DOCS, ROOT, code_in, documents, modules

from assay.cli.main import COMMANDS, cli

NAMED = re.compile(r"(?:^|`|&& )assay (?:--case \S+ )?([a-z][a-z-]*)")


def command_of(name: str) -> click.Command:
    """The command of a name."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    return command


def options_of(name: str) -> set[str]:
    """Every option of a command, and those of the group."""
    parameters = [*command_of(name).params, *cli.params]
    return {opt for p in parameters for opt in p.opts} | {"-h", "--help"}


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    """scripts/write-cli-reference as a module."""
    path = ROOT / "scripts" / "write-cli-reference"
    loader = importlib.machinery.SourceFileLoader("write_cli_reference", str(path))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_command_reference_says_what_the_commands_say(writer: ModuleType) -> None:
    """Write it anew with scripts/write-cli-reference where this fails."""
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == writer.reference()


def test_the_command_reference_is_the_same_on_every_terminal(
    writer: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = writer.reference()
    monkeypatch.setenv("COLUMNS", "40")
    assert writer.reference() == wide


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example_of_itself(name: str) -> None:
    epilog = command_of(name).epilog or ""
    assert epilog.startswith("Example:")
    words = shlex.split(epilog.removeprefix("Example:"))
    words = words[: words.index(">")] if ">" in words else words
    assert words[0] == "assay" and name in words
    assert {word for word in words if word.startswith("--")} <= options_of(name)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_of_it_is_in_the_contract(name: str) -> None:
    rows = [
        line
        for line in (DOCS / "contract.md").read_text(encoding="utf-8").splitlines()
        if line.startswith(f"| `assay {name}")
    ]
    assert len(rows) == 1
    common = {"--case", "--json", "--jsonl", "--help"}
    options = {
        opt for p in command_of(name).params for opt in p.opts if opt.startswith("--")
    } - common
    assert options <= set(re.findall(r"--[a-z-]+", rows[0]))
    assert set(re.findall(r"--[a-z-]+", rows[0])) <= options | common | {"--jsonl"}


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_command_that_a_document_names_exists_with_its_options(path: Path) -> None:
    for code in code_in(path.read_text(encoding="utf-8")):
        for part in re.split(r" && |\s+or\s+", code.removeprefix("$ ")):
            if not re.match(r"assay( |$)", part):
                continue
            named = NAMED.match(part)
            if named is None:
                continue
            assert named[1] in COMMANDS, part
            if not part.startswith("assay --case DIR"):
                given = set(re.findall(r"(?<![\w-])--[a-z-]+", part.split(" #")[0]))
                assert given <= options_of(named[1]), part


def test_every_command_that_a_message_names_exists() -> None:
    for path in modules():
        for line in path.read_text(encoding="utf-8").splitlines():
            for name in re.findall(r"`assay (?:--case \S+ )?([a-z]+)", line):
                assert name in COMMANDS, f"{path.name}: {line.strip()}"


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named: set[str] = set()
    for path in documents():
        for code in code_in(path.read_text(encoding="utf-8")):
            if code.startswith("make "):
                named |= {word for word in code.split(" #")[0].split()[1:] if "=" not in word}
    for path in [*modules(), ROOT / ".ci" / "run"]:
        for words in re.findall(r"^make ([a-z -]+)$|[\"`]make ([a-z-]+)[\"`]",
                                path.read_text(encoding="utf-8"), re.MULTILINE):  # fmt: skip
            named |= set(" ".join(words).split())
    assert {"demo", "test"} <= named
    assert named <= targets


def test_the_first_screen_of_the_readme_has_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first = "\n".join(text.splitlines()[:50])
    assert "make demo" in first and "make test" in first
