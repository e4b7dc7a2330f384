"""One case with hostile and ordinary exhibits, read once, and a desk that serves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hostile import write_leak
from serving import Served, serving

from assay.casework.case import Case


@pytest.fixture(scope="session")
def leak(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as it is handed over."""
    return write_leak(tmp_path_factory.mktemp("web") / "leak")


@pytest.fixture(scope="session")
def held(leak: Path) -> Path:
    """A case folder that holds it, read and indexed."""
    folder = leak.parent / "case"
    with Case.init(folder, "Web <b>test</b>") as case:
        case.add([leak], ocr="off", source="a pseudonym")
    return folder


@pytest.fixture(scope="session")
def desk(held: Path) -> Iterator[Served]:
    """A desk that serves it."""
    with serving(lambda: Case(held)) as served:
        yield served


@pytest.fixture(scope="session")
def client(desk: Served) -> Iterator[httpx.Client]:
    """A browser's session at that desk."""
    with desk.client() as client:
        yield client


@pytest.fixture
def digests(client: httpx.Client) -> dict[str, str]:
    """The digest of each received file by its name."""
    rows = client.get("/api/v1/account").json()["rows"]
    return {
        place["display"].removeprefix("leak/"): row["exhibit"]
        for row in rows
        for place in row["paths"]
    }
