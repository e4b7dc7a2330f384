"""Exhibits that would act if a browser took them for pages, and the folder they lie in."""

from __future__ import annotations

import os
from pathlib import Path

from assay.testing.makers import archives, mail
from assay.testing.makers.docx import docx

HTML = (
    b"<!doctype html><title>Tide table</title><p>Harbour tide table</p>"
    b"<script>document.title='RUN'</script><img src=x onerror=\"document.title='RUN'\">"
    b"<p>&lt;script&gt;document.title='RUN'&lt;/script&gt; tideword</p>"
)
SVG = (
    b"<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='RUN'\">"
    b"<script>document.title='RUN'</script><text>tideword drawing</text></svg>"
)
NAME = '"><img src=x onerror=alert(1)>\r\n\u202efdp.txt'
UNSEEN = (
    "First line\r\nsecond \U0001f6a2 line with \x1b[31m and \u202eunseen\u202c marks\r\n"
    "last line\r\n"
)


def write_leak(folder: Path) -> Path:
    """The exhibits of the tests of web/."""
    folder.mkdir()
    (folder / "tide.html").write_bytes(HTML)
    (folder / "drawing.svg").write_bytes(SVG)
    (folder / "unseen.txt").write_bytes(UNSEEN.encode())
    with open(os.fsencode(folder) + b"/" + NAME.encode(), "wb") as stream:
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
    (folder / "old.dwg").write_bytes(b"AC1015" + bytes(180))
    (folder / "long.txt").write_bytes(b"a line of the long log\n" * 4000 + b"needleword\n")
    many = folder / "many"
    many.mkdir()
    for number in range(55):
        (many / f"slip-{number:02}.txt").write_bytes(f"quayword slip {number}\n".encode())
    return folder
