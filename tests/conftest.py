"""Fixtures of all rooms: a person of their own, a case, what the machine lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from assay.casework.case import Case

# .ci/run sets it: there a test that cannot run is a failure, not a gap
EVERYTHING = os.environ.get("ASSAY_ALL_TESTS") == "1"


@cache
def installed(package: str) -> bool:
    """Whether a Debian package is here (elsewhere: whether a program of that name is)."""
    if shutil.which("dpkg-query") is None:
        return shutil.which(package) is not None
    found = subprocess.run(
        ["dpkg-query", "-W", "-f=${Status}", package], capture_output=True, text=True, check=False
    )
    return "ok installed" in found.stdout


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that lacks a system package is not run, and named."""
    for mark in item.iter_markers("needs"):
        missing = [name for name in mark.args if not installed(name)]
        if missing:
            reason = f"not run: needs apt-get install {' '.join(missing)}"
            if EVERYTHING:
                pytest.fail(reason)
            pytest.skip(reason)


def pytest_configure(config: pytest.Config) -> None:
    """Say at the end which tests were not run, and why."""
    config.option.reportchars = config.option.reportchars or "fEs"


@pytest.fixture(autouse=True, scope="session")
def own_config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keys of the tests never touch those of whoever runs them."""
    folder = tmp_path_factory.mktemp("config")
    before = os.environ.get("ASSAY_CONFIG")
    os.environ["ASSAY_CONFIG"] = str(folder)
    os.environ.pop("ASSAY_CASE", None)
    yield folder
    if before is None:
        del os.environ["ASSAY_CONFIG"]
    else:
        os.environ["ASSAY_CONFIG"] = before


@pytest.fixture(autouse=True)
def no_other_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs go without LibreOffice, installed or not: a test that wants a converter gives one."""
    monkeypatch.setattr("assay.casework.runs.make_converter", lambda _: None)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """An empty case."""
    with Case.init(tmp_path / "case", "Test") as made:
        yield made
