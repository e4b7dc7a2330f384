"""HTML: the words a reader sees, hidden ones too, a line for each block.

White space is collapsed as a browser would, but inside `pre`; cells of a row are divided
by tabs. `alt` texts stand where their picture stands; scripts and styles are dropped.
Titles, `meta` and the declared language are metadata. The charset is told by the mark,
then `meta`, then the bytes. selectolax builds the tree; a page whose tags nest deeper than
`limits.xml_depth` would hang it and is read as a stream without a tree instead.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from assay.extract import charset, dates
from assay.extract.plain import cut_short, note_charset, take_in
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card
from assay.settings import Limits

CARD = Card(
    name="html",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("text/html", "application/xhtml+xml"),
    limits="what a script would write is not there",
)
_BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
        "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
        "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "legend", "li",
        "main", "menu", "nav", "noscript", "ol", "optgroup", "option", "p", "pre", "section",
        "select", "summary", "table", "tbody", "tfoot", "thead", "title", "tr", "ul", "textarea",
        "button",
    )
)  # fmt: skip
_DROPPED = frozenset(("script", "style", "head", "svg:style", "-comment", "-doctype", "!doctype"))
_VOID = frozenset(
    (
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
        "source", "track", "wbr", "frame", "keygen",
    )
)  # fmt: skip
_IMPLIED = frozenset(
    ("p", "li", "td", "th", "tr", "dt", "dd", "option", "tbody", "thead", "tfoot", "font")
)
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_AROUND = re.compile(r" *\n *")
_VALUE = 4000


class Rendered:
    """What came out of a page: its text by paragraphs, title, and (name, value) of its meta."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.title = ""
        self.language = ""
        self.meta: list[tuple[str, str]] = []


def read_html(request: Request, transcript: Transcript) -> None:
    """Read a page; pages of the text are by length. Raises Stop at `limits.text`."""
    data, whole = take_in(request)
    rendered, decoded = render(data, None, request.limits)
    note_charset(transcript, decoded)
    for line in rendered.lines:
        transcript.paragraph(line)
    transcript.title = rendered.title or None
    for name, value in rendered.meta:
        transcript.note(f"meta:{name}", value[:_VALUE])
    found = {name.lower(): value for name, value in reversed(rendered.meta)}
    if rendered.language:
        transcript.note("html:lang", rendered.language)
    transcript.title = transcript.title or found.get("og:title")
    transcript.author = (
        found.get("author") or found.get("article:author") or found.get("dc.creator")
    )
    for name in ("article:published_time", "dc.date", "dcterms.created", "date", "pubdate"):
        transcript.created = transcript.created or dates.from_iso(found.get(name, ""))
    transcript.modified = dates.from_iso(found.get("article:modified_time", ""))
    if not whole:
        raise cut_short(request)


def render(data: bytes, declared: str | None, limits: Limits) -> tuple[Rendered, charset.Decoded]:
    """Bytes of a page to its words. `declared` is a charset given from outside (MIME)."""
    if declared is None:
        match = _META.search(data[:8192]) or _XML.search(data[:1024])
        declared = match.group(1).decode("ascii") if match else None
        if declared and declared.lower().replace("-", "").startswith(("utf16", "utf32", "unicode")):
            declared = None  # it could be read, so it is not that
    decoded = charset.decode(data, declared)
    text = decoded.text.replace("\x00", "\ufffd")
    rendered = Rendered()
    if _depth(data) > limits.xml_depth:
        _Stream(rendered).feed_all(text)
    else:
        _walk(text, rendered)
    return rendered, decoded


def _depth(data: bytes) -> int:
    """How deep the tags nest at most; tags that close themselves are not counted."""
    if data.count(b"<") < 1000:
        return 0
    depth = deepest = 0
    for closing, name in _TAG.findall(data):
        low = name.lower().decode("ascii")
        if low in _VOID or low in _IMPLIED:
            continue
        if closing:
            depth = max(0, depth - 1)
        else:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


class _Writer:
    """Gathers inline text and ends lines at blocks."""

    def __init__(self, rendered: Rendered) -> None:
        self._rendered = rendered
        self._line: list[str] = []
        self._pre = 0

    def text(self, text: str) -> None:
        self._line.append(text if self._pre else _SPACE.sub(" ", text))

    def hard(self, mark: str) -> None:
        self._line.append(mark)

    def pre(self, step: int) -> None:
        self._pre += step

    def end_line(self, keep: bool = False) -> None:
        line = "".join(self._line)
        self._line.clear()
        if not keep:
            line = _AROUND.sub("\n", re.sub(" {2,}", " ", line)).strip(" \n").rstrip("\t ")
        if line.strip():
            self._rendered.lines.append(line)


def _walk(text: str, rendered: Rendered) -> None:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    root = tree.root
    if root is None:
        return
    _read_head(tree, root, rendered)
    writer = _Writer(rendered)
    node: Any = root.first_child
    while node is not None:
        tag = node.tag
        if tag == "-text":
            writer.text(node.text_content or "")
        elif tag not in _DROPPED:
            _open(writer, tag, node.attributes)
            child = node.first_child
            if child is not None:
                node = child
                continue
            _shut(writer, tag)
        following = node.next
        while following is None:
            node = node.parent
            if node is None or node.tag == "html":
                break
            _shut(writer, node.tag)
            following = node.next
        node = following
    writer.end_line()


def _open(writer: _Writer, tag: str, attributes: dict[str, Any]) -> None:
    if tag in _BLOCKS:
        writer.end_line()
        if tag in ("pre", "textarea"):
            writer.pre(1)
    elif tag == "br":
        writer.hard("\n")
    elif tag == "img" and attributes.get("alt"):
        writer.text(f" {attributes['alt']} ")
    elif tag == "input" and attributes.get("type") not in ("hidden", "password"):
        writer.text(f" {attributes.get('value') or attributes.get('placeholder') or ''} ")


def _shut(writer: _Writer, tag: str) -> None:
    if tag in ("td", "th"):
        writer.hard("\t")
    elif tag in _BLOCKS:
        writer.end_line(keep=tag in ("pre", "textarea"))
        if tag in ("pre", "textarea"):
            writer.pre(-1)


def _read_head(tree: Any, root: Any, rendered: Rendered) -> None:
    rendered.language = (root.attributes.get("lang") or "")[:40]
    title = tree.css_first("title")
    if title is not None:
        rendered.title = _SPACE.sub(" ", title.text() or "").strip()
    for meta in tree.css("meta")[:500]:
        attributes = meta.attributes
        name = attributes.get("name") or attributes.get("property") or attributes.get("http-equiv")
        content = attributes.get("content")
        if name and content:
            rendered.meta.append((name, content))


class _Stream(HTMLParser):
    """The same without a tree, for pages that nest too deep for one."""

    def __init__(self, rendered: Rendered) -> None:
        super().__init__(convert_charrefs=True)
        self._rendered = rendered
        self._writer = _Writer(rendered)
        self._dropped = 0
        self._title = False

    def feed_all(self, text: str) -> None:
        """Read it all."""
        self.feed(text)
        self.close()
        self._writer.end_line()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        if tag in ("script", "style"):
            self._dropped += 1
        elif tag == "title":
            self._title = True
        elif not self._dropped:
            _open(self._writer, tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag in ("script", "style"):
            self._dropped = max(0, self._dropped - 1)
        elif tag == "title":
            self._title = False
        elif not self._dropped:
            _shut(self._writer, tag)

    def handle_data(self, data: str) -> None:
        """Character data."""
        if self._title:
            self._rendered.title += data.strip()
        elif not self._dropped:
            self._writer.text(data)
