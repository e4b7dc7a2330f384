"""A small folder of mixed exhibits, made by the project's own makers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assay.casework.case import Case
from assay.testing.makers import archives, mail, texts
from assay.testing.makers.docx import docx
from assay.testing.makers.xlsx import xlsx

SMALL = Path(__file__)


def write_folder(folder: Path, count: int) -> Path:
    """`count` files: texts, memos, mails with an attachment, a zip in a zip, a broken one."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(count):
        match n % 5:
            case 0:
                body = f"memo {n} about the dredging of basin {n % 7}\n".encode() * 3
                (folder / f"memo-{n}.txt").write_bytes(body)
            case 1:
                (folder / f"note-{n}.docx").write_bytes(docx([f"Note {n} on the survey.", "End."]))
            case 2:
                (folder / f"mail-{n}.eml").write_bytes(
                    mail.eml(
                        f"See the attachment, number {n}.",
                        sender="a@harbour.example",
                        to=("b@harbour.example",),
                        subject=f"Survey {n}",
                        date="2018-03-14T09:00:00Z",
                        attachments=[mail.Attachment("list.csv", f"a,b\n{n},2\n".encode())],
                    )
                )
            case 3:
                inner = archives.zip_of({"deep.txt": f"deep words {n}".encode()})
                (folder / f"pack-{n}.zip").write_bytes(
                    archives.zip_of({"inner.zip": inner, "plain.txt": f"plain {n}".encode()})
                )
            case _:
                (folder / f"table-{n}.xlsx").write_bytes(
                    xlsx([("Sheet", [["basin", "sum"], ["x", str(n)]])])
                )
    (folder / "broken.docx").write_bytes(docx(["Cut short."])[:200])
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty-six small exhibits."""
    return write_folder(tmp_path / "usb", 25)


@pytest.fixture
def filled(case: Case, folder: Path) -> Case:
    """A case that holds them, read and indexed."""
    case.add([folder], ocr="off")
    return case


@pytest.fixture
def make_folder() -> Callable[[Path, int], Path]:
    """Make a folder of any size."""
    return write_folder


__all__ = ["texts"]
