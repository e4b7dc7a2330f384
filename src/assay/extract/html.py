"""HTML: the words a reader sees, hidden ones too, a line for each block.

White space is collapsed as a browser would, but inside `pre`; cells of a row are divided by tabs.
`alt` texts stand where their picture stands; scripts and styles are dropped. Regions say what is
not the page's main text: menus and the like (`boilerplate`, told by page_regions), text that a
browser would not show (`hidden`, on a line of its own behind the one it stands in) and comments
(at the end). Titles, `meta`, JSON-LD, addresses of links and frames, hidden form values and the
declared language are metadata. Pictures and documents written into the page as `data:` are
members. What a script holds is unknown: only a page without one has no unclaimed parts. The
charset is told by the mark, then `meta`, then the bytes. selectolax builds the tree; a page whose
tags nest deeper than `limits.xml_depth` would hang it and is read as a stream without a tree.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote_to_bytes

from assay.extract import charset, dates, page_regions, quotes
from assay.extract.plain import cut_short, note_charset, take_in
from assay.extract.problems import problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.model.reading import RegionKind
from assay.ports import Card
from assay.settings import Limits

CARD = Card(
    name="html",
    version="2",
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
_DROPPED = frozenset(("script", "style", "head", "svg:style", "-doctype", "!doctype"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
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
_SPACES = re.compile(" {2,}")
_AROUND = re.compile(r" *\n *")
_UNCLOSED = re.compile(r"<(?=[^<>]*<)")
_MARKUP = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"\w{2,}")
_LABEL = re.compile(r"(?:/|#|start|begin|end|open|close|/?div)\b|[^ ]*$", re.IGNORECASE)
_VALUE = 4000
_JSON_LD = 40_000  # characters of one block of JSON-LD that are kept
_MANY = 2000  # links, frames and form values that are noted
_CONTENT = re.compile(r">[^<>]*\w")  # words inside a comment for one browser
_DATA = re.compile(r"\s*data:([^,]{0,200}),", re.IGNORECASE)
_DATA_INSIDE = re.compile(r"[\"'(=]\s*(data:[^,\"'()<>\s]{0,200},[^\"'()<>\s]*)", re.IGNORECASE)
_PUBLISHED = (
    "article:published_time", "dc.date", "dcterms.created", "dc.date.issued", "date", "pubdate",
    "datepublished", "parsely-pub-date", "sailthru.date",
)  # fmt: skip
_KINDS = {"image/jpeg": "jpg", "image/svg+xml": "svg", "text/plain": "txt", "text/javascript": "js",
          "application/octet-stream": "bin", "image/x-icon": "ico"}  # fmt: skip


class Rendered:
    """What came out of a page.

    Its text by lines with the kind of each (None: main text), title, (name, value) of its meta, and
    what it holds besides: comments, (declared type, bytes or None) of data written into it.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.kinds: list[RegionKind | None] = []
        self.linked: list[int] = []  # characters of a line that are links
        self.titled: list[bool] = []  # lines that are headings
        self.title = ""
        self.language = ""
        self.meta: list[tuple[str, str]] = []
        self.about: list[tuple[str, str]] = []
        self.comments: list[str] = []
        self.data: list[tuple[str, bytes | None]] = []
        self.whole = True  # every part of the page was read or handed over
        self.main = False  # the page says itself where its main text is
        self.quoted: list[tuple[int, int]] = []  # lines (first, end excluded) of earlier mails

    def holds_data(self, value: str) -> bool:
        """Take a `data:` address in; False where it is none."""
        match = _DATA.match(value)
        if match is None:
            return False
        kind, *words = match.group(1).split(";")
        packed = value[match.end() :]
        body: bytes | None
        if any(word.strip().lower() == "base64" for word in words):
            try:
                clean = re.sub(rb"\s", b"", unquote_to_bytes(packed))
                body = base64.b64decode(clean + b"=" * (-len(clean) % 4), validate=True)
            except (binascii.Error, ValueError):
                body = None
        else:
            body = unquote_to_bytes(packed)
        self.data.append((kind.strip().lower() or "text/plain", body))
        return True


def read_html(request: Request, transcript: Transcript) -> None:
    """Read a page; pages of the text are by length. Raises Stop at `limits.text`."""
    data, whole = take_in(request)
    rendered = show(data, None, request, transcript)
    take_data(rendered, transcript)
    if not whole:
        raise cut_short(request)
    if rendered.whole:
        transcript.vouch()


def show(data: bytes, declared: str | None, request: Request, transcript: Transcript) -> Rendered:
    """Write a page into the transcript: words, regions, metadata; its data is for the caller."""
    rendered, decoded = render(data, declared, request.limits)
    if request.only is None:
        note_charset(transcript, decoded)
        describe(rendered, transcript)
        write(rendered, transcript)
    return rendered


def write(rendered: Rendered, transcript: Transcript) -> None:
    """Write the lines of a page and its comments, each with what kind of text it is."""
    page_regions.settle(rendered)
    start, kind = 0, None
    for line, of in zip(rendered.lines, rendered.kinds, strict=True):
        if of != kind:
            if kind is not None:
                transcript.mark(kind, start, transcript.length)
            start, kind = transcript.length, of
        transcript.paragraph(line)
    if kind is not None:
        transcript.mark(kind, start, transcript.length)
    start = transcript.length
    for comment in rendered.comments:
        transcript.paragraph(comment)
    transcript.mark("comment", start)


def describe(rendered: Rendered, transcript: Transcript) -> None:
    """Note what a page says of itself."""
    transcript.title = rendered.title or None
    for name, value in rendered.meta:
        transcript.note(f"meta:{name}", value[:_VALUE])
    for name, value in rendered.about:
        transcript.note(name, value[: _JSON_LD if name == "json-ld" else _VALUE])
    found = {name.lower(): value for name, value in reversed(rendered.meta)}
    linked = _linked_data(value for name, value in rendered.about if name == "json-ld")
    if rendered.language:
        transcript.note("html:lang", rendered.language)
    transcript.title = transcript.title or found.get("og:title") or linked.get("headline")
    transcript.author = (
        found.get("author") or found.get("article:author") or found.get("dc.creator")
        or linked.get("author")
    )  # fmt: skip
    for name in _PUBLISHED:
        transcript.created = transcript.created or dates.from_iso(found.get(name, ""))
    transcript.created = transcript.created or dates.from_iso(linked.get("datepublished", ""))
    for value in (found.get("article:modified_time", ""), linked.get("datemodified", "")):
        transcript.modified = transcript.modified or dates.from_iso(value)


def _linked_data(blocks: Any) -> dict[str, str]:
    """headline, author, datepublished and datemodified of the first JSON-LD that has them."""
    found: dict[str, str] = {}
    for block in blocks:
        try:
            waiting: list[Any] = [json.loads(block)]
        except (ValueError, RecursionError):
            continue
        for _ in range(2000):
            if not waiting:
                break
            value = waiting.pop(0)
            if isinstance(value, list):
                waiting += value
            elif isinstance(value, dict):
                for key in ("headline", "datePublished", "dateModified", "author"):
                    said = value.get(key)
                    said = said[0] if isinstance(said, list) and said else said
                    said = said.get("name") if isinstance(said, dict) else said
                    if isinstance(said, str):
                        found.setdefault(key.lower(), said)
                waiting.append(value.get("@graph"))
    return found


def take_data(rendered: Rendered, transcript: Transcript) -> None:
    """Hand over what was written into the page as members, in its order."""
    if not rendered.data:
        return
    transcript.container = True
    spool = transcript.members()
    for number, (kind, body) in enumerate(rendered.data, 1):
        name = data_name(number, kind)
        if body is None:
            spool.refuse(name, problem("damaged", f"member {len(spool) + 1}", "base64"))
        else:
            spool.add_bytes(name, body)


def data_name(number: int, kind: str) -> bytes:
    """A name for bytes that were written into a page, by their declared type."""
    ending = _KINDS.get(kind) or re.sub("[^a-z0-9]", "", kind.partition("/")[2])[:8] or "bin"
    return f"data-{number}.{ending}".encode()


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
        # too deep for a tree: what is hidden or beside the main text is not told apart
        rendered.whole = False
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


def _loose(text: str) -> bool:
    """Tell whether white space in a text would collapse; most texts have none that does."""
    return (
        "\n" in text or "  " in text or "\t" in text or "\r" in text or "\f" in text
    )  # fmt: skip


class _Writer:
    """Gathers inline text and ends lines at blocks."""

    def __init__(self, rendered: Rendered) -> None:
        self._rendered = rendered
        self._line: list[str] = []
        self._unseen: list[str] = []  # hidden text, kept apart so that the words around it join
        self._pre = 0
        self._linked = 0
        self.hidden = 0
        self.aside = 0
        self.links = 0
        self.heading = False

    def text(self, text: str) -> None:
        if not self._pre and _loose(text):
            text = _SPACE.sub(" ", text)
        if self.hidden:
            self._unseen.append(text)
            return
        self._line.append(text)
        if self.links:
            self._linked += len(text)

    def hard(self, mark: str) -> None:
        (self._unseen if self.hidden else self._line).append(mark)

    def pre(self, step: int) -> None:
        self._pre += step

    def end_line(self, keep: bool = False) -> None:
        if self._line:
            line = "".join(self._line)
            self._line.clear()
            self._enter(line, keep, "boilerplate" if self.aside else None)
        if self._unseen:
            line = "".join(self._unseen)
            self._unseen.clear()
            self._enter(line, keep, "hidden")

    def _enter(self, line: str, keep: bool, kind: RegionKind | None) -> None:
        if not keep:
            if "  " in line:
                line = _SPACES.sub(" ", line)
            if "\n" in line:
                line = _AROUND.sub("\n", line)
            line = line.strip(" \n").rstrip("\t ")
        if line.strip():
            self._rendered.lines.append(line)
            self._rendered.kinds.append(kind)
            self._rendered.linked.append(self._linked)
            self._rendered.titled.append(self.heading)
        self._linked = 0


def _walk(text: str, rendered: Rendered) -> None:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    root = tree.root
    if root is None:
        return
    _read_head(tree, root, rendered)
    writer = _Writer(rendered)
    # elements that are hidden or beside the main text, as (identity, kind)
    within: list[tuple[int, str]] = []
    earlier = quotes.Around(rendered.quoted, rendered.lines)
    node: Any = root.first_child
    while node is not None:
        tag = node.tag
        if tag == "-text":
            writer.text(node.text_content or "")
        elif tag == "-comment":
            _comment(node.comment_content or "", rendered)
        elif tag in _DROPPED:
            if tag != "head":
                _look_into(node, rendered)
        else:
            attributes = node.attributes
            if (attributes or tag in page_regions.TAGS) and (
                kind := page_regions.kind_of(tag, attributes, within)
            ):
                _begin(writer, kind)
                rendered.main = rendered.main or kind == "main"
                within.append((node.mem_id, kind))
            _open(writer, tag, attributes)
            if attributes:
                _note(tag, attributes, rendered)
            if tag in quotes.ELEMENTS and (attributes or tag == "blockquote"):
                earlier.open(node, tag, attributes)
            child = node.first_child
            if child is not None:
                node = child
                continue
            _shut(writer, tag)
            if within:
                _leave(writer, node, within)
            earlier.shut(node.mem_id)
        following = node.next
        while following is None:
            node = node.parent
            if node is None or node.tag == "html":
                break
            _shut(writer, node.tag)
            if within:
                _leave(writer, node, within)
            earlier.shut(node.mem_id)
            following = node.next
        node = following
    writer.end_line()
    earlier.end()
    head = tree.head
    for element in head.css("style, script, link, meta") if head is not None else ():
        _look_into(element, rendered)


def _begin(writer: _Writer, kind: str) -> None:
    if kind == "hidden":
        writer.hidden += 1
        return
    writer.end_line()
    if kind == "boilerplate":
        writer.aside += 1


def _leave(writer: _Writer, node: Any, within: list[tuple[int, str]]) -> None:
    if within[-1][0] != node.mem_id:
        return
    kind = within.pop()[1]
    if kind == "hidden":
        writer.hidden -= 1
        return
    writer.end_line()
    if kind == "boilerplate":
        writer.aside -= 1


def _comment(text: str, rendered: Rendered) -> None:
    """Keep a comment: words as text, labels of the page's own parts (`end header`) as metadata.

    Those that only tell browsers apart are dropped.
    """
    text = _SPACE.sub(" ", text).strip()
    if not text or text.startswith(("[if ", "<![endif", "[endif")):
        rendered.whole = rendered.whole and not _CONTENT.search(text)
        return
    words = _MARKUP.sub(" ", text) if "<" in text else text
    words = _SPACE.sub(" ", words).strip()
    if len(_WORD.findall(words)) > 2 and not _LABEL.match(words):
        rendered.comments.append(words)
    else:
        rendered.about.append(("html:comment", text))


def _look_into(node: Any, rendered: Rendered) -> None:
    """Data written into styles, scripts and the head."""
    if node.tag in ("style", "script"):
        text = node.text(deep=True) or ""
        if "data:" in text:
            for match in _DATA_INSIDE.finditer(text):
                rendered.holds_data(match.group(1))
        if node.tag == "script" and text.strip():
            kind = node.attributes.get("type") or ""
            rendered.whole = rendered.whole and kind == "application/ld+json"
    if node.attributes:
        for value in node.attributes.values():
            if value and "data:" in value:
                _hold(value, rendered)


def _hold(value: str, rendered: Rendered) -> None:
    if not rendered.holds_data(value):
        for match in _DATA_INSIDE.finditer(value):
            rendered.holds_data(match.group(1))


def _note(tag: str, attributes: dict[str, Any], rendered: Rendered) -> None:
    """Keep what attributes say: addresses, values of forms, data."""
    for name, value in attributes.items():
        if not value:
            continue
        if "data:" in value:
            _hold(value, rendered)
        elif name == "srcdoc":
            rendered.data.append(("text/html", value.encode("utf-8", "replace")))
    if len(rendered.about) >= _MANY:
        rendered.whole = False
        return
    if tag == "a":
        href = attributes.get("href")
        if href and not href.startswith(("#", "javascript:", "data:")):
            _once(rendered, "html:link", href)
    elif tag in ("iframe", "frame", "embed", "object"):
        source = attributes.get("src") or attributes.get("data")
        if source and not source.startswith("data:"):
            _once(rendered, "html:frame", source)
    elif tag == "input" and attributes.get("type") in ("hidden", "password"):
        value = attributes.get("value")
        if value and len(value) <= 1000:
            rendered.about.append((f"form:{attributes.get('name') or ''}"[:80], value))
    elif tag == "time" and attributes.get("datetime"):
        _once(rendered, "html:time", attributes["datetime"])


def _once(rendered: Rendered, name: str, value: str) -> None:
    pair = (name, value)
    if pair not in rendered.about[-200:]:
        rendered.about.append(pair)


def _open(writer: _Writer, tag: str, attributes: dict[str, Any]) -> None:
    if tag in _BLOCKS:
        writer.end_line()
        if tag in ("pre", "textarea"):
            writer.pre(1)
        elif tag in _HEADINGS:
            writer.heading = True
    elif tag == "a":
        writer.links += 1
    elif tag == "br":
        writer.hard("\n")
    elif tag in ("img", "area") and attributes.get("alt"):
        writer.text(f" {attributes['alt']} ")
    elif tag == "input" and attributes.get("type") not in ("hidden", "password"):
        chosen = "[x] " if "checked" in attributes else ""
        value = attributes.get("value") or attributes.get("placeholder") or attributes.get("alt")
        writer.text(f" {chosen}{value or ''} ")


def _shut(writer: _Writer, tag: str) -> None:
    if tag in ("td", "th"):
        writer.hard("\t")
    elif tag == "a":
        writer.links = max(0, writer.links - 1)
    elif tag in _BLOCKS:
        writer.end_line(keep=tag in ("pre", "textarea"))
        if tag in ("pre", "textarea"):
            writer.pre(-1)
        elif tag in _HEADINGS:
            writer.heading = False


def _read_head(tree: Any, root: Any, rendered: Rendered) -> None:
    rendered.language = (root.attributes.get("lang") or root.attributes.get("xml:lang") or "")[:40]
    title = tree.css_first("title")
    if title is not None:
        rendered.title = _SPACE.sub(" ", title.text() or "").strip()
    for meta in tree.css("meta")[:500]:
        attributes = meta.attributes
        name = (
            attributes.get("name") or attributes.get("property") or attributes.get("http-equiv")
            or attributes.get("itemprop")
        )  # fmt: skip
        content = attributes.get("content")
        if name and content:
            rendered.meta.append((name, content))
    base = tree.css_first("base[href]")
    if base is not None:
        rendered.about.append(("html:base", base.attributes.get("href") or ""))
    for link in tree.css("link[rel]")[:500]:
        attributes = link.attributes
        rel = (attributes.get("rel") or "").lower()
        if attributes.get("href") and rel in ("canonical", "alternate", "amphtml", "shortlink"):
            rendered.about.append((f"html:{rel}", attributes["href"] or ""))
    for script in tree.css('script[type="application/ld+json"]')[:50]:
        rendered.about.append(("json-ld", (script.text(deep=True) or "").strip()))


class _Stream(HTMLParser):
    """The same without a tree, for pages that nest too deep for one."""

    def __init__(self, rendered: Rendered) -> None:
        super().__init__(convert_charrefs=True)
        self._rendered = rendered
        self._writer = _Writer(rendered)
        self._dropped = 0
        self._title = False

    def feed_all(self, text: str) -> None:
        """Read it all. A `<` before another `<` opens no tag: the parser would look for its end
        through the whole rest of the page, once for each."""
        self.feed(_UNCLOSED.sub("&lt;", text))
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
