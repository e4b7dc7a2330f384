"""Files inside a PDF: those of its names tree and those on annotations, counted by pikepdf.

The reader takes them out by pdfium; here the tree and the annotations are walked as the
objects of the file that they are (ISO 32000-2, 7.9.6, 7.11.4 and 12.5.6.15).
"""

from __future__ import annotations

from typing import Any

import pikepdf

from assay.extract.request import Request

_DEPTH = 64  # levels of a names tree
_MARKS = (b"/EmbeddedFile", b"/FileAttachment", b"/ObjStm", b"/Encrypt", b"#")


def count_attached(request: Request) -> int | None:
    """Files in the names tree and on annotations; None where the PDF cannot be opened."""
    if not _may_hold_files(request):
        return 0
    for password in ("", *request.passwords):
        try:
            with pikepdf.open(request.path, password=password) as pdf:
                return _named(pdf) + sum(_annotated(page) for page in pdf.pages)
        except pikepdf.PasswordError:
            continue
    return None


def _may_hold_files(request: Request) -> bool:
    """Whether the words for embedded files stand in the bytes, or may stand where one cannot see.

    Most PDFs hold none, and to look for a few words costs less than to open the file.
    """
    held = b""
    with request.path.open("rb") as stream:
        while block := stream.read(1 << 20):
            view = held + block
            if any(mark in view for mark in _MARKS):
                return True
            held = view[-16:]
    return False


def _named(pdf: pikepdf.Pdf) -> int:
    names = pdf.Root.get("/Names")
    tree = names.get("/EmbeddedFiles") if isinstance(names, pikepdf.Dictionary) else None
    return 0 if tree is None else _leaves(tree, 0, set())


def _leaves(node: Any, depth: int, met: set[tuple[int, int]]) -> int:
    if depth > _DEPTH or not isinstance(node, pikepdf.Dictionary):
        return 0
    if node.is_indirect:
        if node.objgen in met:
            return 0
        met.add(node.objgen)
    names, kids = node.get("/Names"), node.get("/Kids")
    count = len(names) // 2 if isinstance(names, pikepdf.Array) else 0
    if isinstance(kids, pikepdf.Array):
        count += sum(_leaves(kids[at], depth + 1, met) for at in range(len(kids)))
    return count


def _annotated(page: pikepdf.Page) -> int:
    marks = page.obj.get("/Annots")
    if not isinstance(marks, pikepdf.Array):
        return 0
    found = 0
    for at in range(len(marks)):
        mark = marks[at]
        if isinstance(mark, pikepdf.Dictionary) and mark.get("/Subtype") == "/FileAttachment":
            found += isinstance(mark.get("/FS"), (pikepdf.Dictionary, pikepdf.String))
    return found
