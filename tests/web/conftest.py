"""One case with hostile and ordinary exhibits, read once, and a desk that serves it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import Served, serving

from assay.casework.case import Case
from assay.testing.makers import archives, mail, texts
from assay.testing.makers.docx import docx

HOSTILE_HTML = (
    b"<!doctype html><title>Tide table</title><p>Harbour tide table</p>"
    b"<script>document.title='RUN'</script><img src=x onerror=\"document.title='RUN'\">"
    b"<p>&lt;script&gt;document.title='RUN'&lt;/script&gt; tideword</p>"
)
HOSTILE_SVG = (
    b"<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='RUN'\">"
    b"<script>document.title='RUN'</script><text>tideword drawing</text></svg>"
)
HOSTILE_NAME = '"><img src=x onerror=alert(1)>\r\n\u202efdp.txt'
UNSEEN = "First line\r\nsecond \U0001f6a2 line with \x1b[31m and \u202eunseen\u202c marks\r\nlast line\r\n"


def write_leak(folder: Path) -> Path:
    """The exhibits of the tests of web/."""
    folder.mkdir()
    (folder / "tide.html").write_bytes(HOSTILE_HTML)
    (folder / "drawing.svg").write_bytes(HOSTILE_SVG)
    (folder / "unseen.txt").write_bytes(UNSEEN.encode())
    with open(os.fsencode(folder) + b"/" + HOSTILE_NAME.encode(), "wb") as stream:
        stream.write(b"a hostile name and the word tideword\n")
    (folder / "sub").mkdir()
    (folder / "sub" / "memo.docx").write_bytes(
        docx(["The pilot left at dawn.", "Nobody signed the logbook."], title="Memo", author="Lenk")
    )
    (folder / "sub" / "copy.docx").write_bytes((folder / "sub" / "memo.docx").read_bytes())
    (folder / "letter.eml").write_bytes(
        mail.eml(
            "See the attached list. The pilot knows.",
            sender="a@harbour.example",
            to=("b@harbour.example",),
            subject="The list",
            date="2018-03-14T09:00:00Z",
            attachments=[mail.Attachment("list.zip", archives.zip_of({"list.csv": b"a,b\n1,2\n"}))],
        )
    )
    (folder / "broken.docx").write_bytes(docx(["Cut short."])[:200])
    (folder / "locked.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(192))
    (folder / "long.txt").write_bytes(
        texts.text("a line of the long log\n" * 4000 + "needleword\n")
    )
    many = folder / "many"
    many.mkdir()
    for number in range(55):
        (many / f"slip-{number:02}.txt").write_bytes(f"quayword slip {number}\n".encode())
    return folder


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
