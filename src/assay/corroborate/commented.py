"""A DOCX with a comment at each place that was checked.

`comment_on` writes a copy of a draft that is a DOCX; `new_docx` makes one from plain text. The
words of the draft stay as they are: runs are parted where a comment begins or ends, and nothing
else of the file is touched. Places are found by the draft's words, white space left out, since a
reader's text and a DOCX's runs differ in spaces, list numbers and notes. A check whose words
are not found in the body (they stand in a footnote, say) gets its comment at the last paragraph,
with its words quoted.

Counts code points that are no white space.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from lxml import etree

from assay.corroborate.tokens import shared_start
from assay.corroborate.wording import place, summary
from assay.model.draft import ALARMS, Check

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_R_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LARGEST = 200_000_000  # bytes of the unpacked parts that are read here
_AROUND = 24  # letters before and after that tell equal words apart


class Commented(NamedTuple):
    """The file, and the checks whose words stand nowhere in its body."""

    body: bytes
    unplaced: tuple[Check, ...]


class NotCommented(ValueError):
    """The file is no DOCX that comments can be put into."""


class _Piece(NamedTuple):
    """One `w:t`: where its letters begin and end in the squeezed text."""

    element: Any
    start: int
    end: int


def worth_a_comment(check: Check) -> bool:
    """Whether a check is told: every quotation, and what is at odds with the case."""
    return (
        check.kind == "quotation"
        or check.verdict in ALARMS
        or check.verdict in ("disagrees", "spelled_otherwise")
    )


def new_docx(text: str, checks: Iterable[Check], *, author: str, at: str) -> bytes:
    """A DOCX of plain text, a paragraph a line, with the comments."""
    body = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{_escaped(line)}</w:t></w:r></w:p>'
        for line in text.split("\n")
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1"'
        f' Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}<w:sectPr/></w:body>'
        "</w:document>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(_dated(name), part.encode("utf-8"))
    return comment_on(packed.getvalue(), text, checks, author=author, at=at).body


def comment_on(
    docx: bytes, text: str, checks: Iterable[Check], *, author: str, at: str
) -> Commented:
    """A copy of a DOCX with a comment at each check that is worth one.

    `text` is the draft's extracted text, which the checks' places count in; `at` is an RFC 3339
    time. Raises NotCommented where the file cannot take comments.
    """
    chosen = [one for one in checks if worth_a_comment(one)]
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as package:
            infos = package.infolist()
            if sum(info.file_size for info in infos) > _LARGEST:
                raise NotCommented("the file unpacks to more than is read here")
            parts = {info.filename: package.read(info) for info in infos}
        main = _main_part(parts)
        document = _parsed(parts[main])
        unplaced = _write(parts, main, document, text, chosen, author, at)
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, NotImplementedError) as error:
        raise NotCommented(f"the file is no DOCX that can be read: {type(error).__name__}") from (
            error
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(_dated(name), part)
    return Commented(packed.getvalue(), tuple(unplaced))


def _write(
    parts: dict[str, bytes],
    main: str,
    document: Any,
    text: str,
    checks: Sequence[Check],
    author: str,
    at: str,
) -> list[Check]:
    w = etree.QName(document).namespace or W
    pieces = _pieces(document, w)
    letters = "".join(_squeezed(piece.element.text or "") for piece in pieces)
    spans = _find(letters, text, checks)
    begins, ends = _part(pieces, {p for span in spans if span for p in span}, w)
    name, comments = _comments(parts, main, w, document)
    number = max((int(c.get(f"{{{w}}}id") or 0) for c in comments), default=-1) + 1
    last = next((p for p in reversed(list(document.iter(f"{{{w}}}p")))), None)
    unplaced: list[Check] = []
    for check, span in zip(checks, spans, strict=True):
        lines = _lines(check)
        mark = etree.Element(f"{{{w}}}r")
        etree.SubElement(mark, f"{{{w}}}commentReference").set(f"{{{w}}}id", str(number))
        if span is not None and span[0] in begins and span[1] in ends:
            opening = etree.Element(f"{{{w}}}commentRangeStart")
            closing = etree.Element(f"{{{w}}}commentRangeEnd")
            for element in (opening, closing):
                element.set(f"{{{w}}}id", str(number))
            begins[span[0]].addprevious(opening)
            ends[span[1]].addnext(closing)
            closing.addnext(mark)
        else:
            unplaced.append(check)
            lines = [f"“{check.text}”", *lines]
            if last is None:
                continue
            last.append(mark)
        comments.append(_comment(w, number, lines, author, at))
        number += 1
    parts[main] = _written(document)
    parts[name] = _written(comments)
    return unplaced


def _pieces(document: Any, w: str) -> list[_Piece]:
    """The `w:t` of the body in order, without what was deleted under change tracking."""
    found: list[_Piece] = []
    at = 0
    for element in document.iter(f"{{{w}}}t"):
        if any(
            parent.tag in (f"{{{w}}}del", f"{{{w}}}moveFrom") for parent in element.iterancestors()
        ):
            continue
        run = element.getparent()
        if run is None or run.tag != f"{{{w}}}r":
            continue
        size = len(_squeezed(element.text or ""))
        found.append(_Piece(element, at, at + size))
        at += size
    return found


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _find(letters: str, text: str, checks: Sequence[Check]) -> list[tuple[int, int] | None]:
    """Where each check's words stand in the squeezed body; None where they do not."""
    found: list[tuple[int, int] | None] = []
    for check in checks:
        wanted = _squeezed(check.text)
        before = _squeezed(text[max(0, check.start - 2 * _AROUND) : check.start])[-_AROUND:]
        after = _squeezed(text[check.end : check.end + 2 * _AROUND])[:_AROUND]
        best: tuple[int, int] | None = None
        at = letters.find(wanted) if wanted else -1
        while at >= 0:
            fit = shared_start(letters[max(0, at - _AROUND) : at][::-1], before[::-1])
            fit += shared_start(letters[at + len(wanted) : at + len(wanted) + _AROUND], after)
            if best is None or fit > best[0]:
                best = (fit, at)
            at = letters.find(wanted, at + 1)
        found.append((best[1], best[1] + len(wanted)) if best else None)
    return found


def _part(
    pieces: Sequence[_Piece], places: set[int], w: str
) -> tuple[dict[int, Any], dict[int, Any]]:
    """Part runs at places; (letter -> run that begins with it, letter -> run that ends before)."""
    begins: dict[int, Any] = {}
    ends: dict[int, Any] = {}
    for piece in pieces:
        if piece.start == piece.end:
            continue
        inner = sorted(place for place in places if piece.start < place < piece.end)
        element, start = piece.element, piece.start
        _alone(element, w)
        for at in inner:
            rest = _parted(element, at - start, w)
            begins.setdefault(start, element.getparent())
            ends[at] = element.getparent()
            element, start = rest, at
        begins.setdefault(start, element.getparent())
        ends[piece.end] = element.getparent()
    return begins, ends


def _alone(element: Any, w: str) -> None:
    """Give a `w:t` a run of its own, so that a comment may begin and end at it."""
    run = element.getparent()
    children = [child for child in run if child.tag != f"{{{w}}}rPr"]
    if len(children) == 1:
        return
    at = children.index(element)
    for group, behind in ((children[at + 1 :], True), (children[:at], False)):
        if not group:
            continue
        other = _like(run, w)
        for child in group:
            other.append(child)
        if behind:
            run.addnext(other)
        else:
            run.addprevious(other)


def _like(run: Any, w: str) -> Any:
    """An empty run with the looks of another."""
    other = etree.Element(run.tag)
    looks = run.find(f"{{{w}}}rPr")
    if looks is not None:
        other.append(deepcopy(looks))
    return other


def _parted(element: Any, letters: int, w: str) -> Any:
    """Part a `w:t` behind so many letters; the `w:t` of the rest, in a run of its own."""
    text = element.text or ""
    at = 0
    while at < len(text) and letters:
        if not text[at].isspace():
            letters -= 1
        at += 1
    run = element.getparent()
    other = _like(run, w)
    rest = etree.SubElement(other, element.tag)
    element.text, rest.text = text[:at], text[at:]
    for part in (element, rest):
        part.set(_SPACE, "preserve")
    run.addnext(other)
    return rest


# ---------------------------------------------------------------- the package


def _comments(parts: dict[str, bytes], main: str, w: str, document: Any) -> tuple[str, Any]:
    """The comments part, by name and parsed; a new one is named in the package."""
    folder, _, name = main.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    r = _R_STRICT if w == _W_STRICT else _R
    links = (
        _parsed(parts[relations])
        if relations in parts
        else etree.Element(f"{{{_PACKAGE}}}Relationships", nsmap={None: _PACKAGE})
    )
    for link in links:
        if (link.get("Type") or "").endswith("/relationships/comments"):
            target = (link.get("Target") or "").lstrip("/")
            part = target if target in parts else f"{folder}/{target}".lstrip("/")
            if part in parts:
                return part, _parsed(parts[part])
    part = f"{folder}/comments.xml".lstrip("/")
    while part in parts:
        part = part.replace(".xml", "-draft.xml")
    taken = {link.get("Id") for link in links}
    number = next(n for n in range(1, 1_000_000) if f"rIdDraft{n}" not in taken)
    link = etree.SubElement(links, f"{{{_PACKAGE}}}Relationship")
    link.set("Id", f"rIdDraft{number}")
    link.set("Type", f"{r}/comments")
    link.set("Target", part.rpartition("/")[2])
    parts[relations] = _written(links)
    types = _parsed(parts["[Content_Types].xml"])
    override = etree.SubElement(types, f"{{{_TYPES}}}Override")
    override.set("PartName", f"/{part}")
    override.set("ContentType", f"{_WORD}.comments+xml")
    parts["[Content_Types].xml"] = _written(types)
    return part, etree.Element(f"{{{w}}}comments", nsmap={"w": w})


def _main_part(parts: dict[str, bytes]) -> str:
    for link in _parsed(parts["_rels/.rels"]):
        if (link.get("Type") or "").endswith("/relationships/officeDocument"):
            target = (link.get("Target") or "").lstrip("/")
            if target in parts:
                return target
    return "word/document.xml"


def _comment(w: str, number: int, lines: Sequence[str], author: str, at: str) -> Any:
    comment = etree.Element(f"{{{w}}}comment", nsmap={"w": w})
    comment.set(f"{{{w}}}id", str(number))
    comment.set(f"{{{w}}}author", _NO_XML.sub("", author))
    comment.set(f"{{{w}}}date", at)
    comment.set(f"{{{w}}}initials", _NO_XML.sub("", author)[:1])
    for line in lines:
        paragraph = etree.SubElement(comment, f"{{{w}}}p")
        run = etree.SubElement(paragraph, f"{{{w}}}r")
        words = etree.SubElement(run, f"{{{w}}}t")
        words.set(_SPACE, "preserve")
        words.text = _NO_XML.sub("\ufffd", line)
    return comment


def _lines(check: Check) -> list[str]:
    lines = [summary(check)]
    for evidence in check.evidence:
        lines.append(f"{place(evidence)}: “{' '.join(evidence.exact.split())}”")
    return lines


def _parsed(part: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(part, parser)


def _written(root: Any) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def _escaped(text: str) -> str:
    text = _NO_XML.sub("\ufffd", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _dated(name: str) -> zipfile.ZipInfo:
    """An entry with a fixed date: the copy says nothing of when and where it was made."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
