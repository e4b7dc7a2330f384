"""XML as a stream of starts, ends and text, by expat: no tree, no entities, no depth.

A part of a leaked office file may unpack to gigabytes or nest a million deep; a stream
costs neither memory nor stack. A document type that declares entities is refused, so
nothing expands. Names come as `prefix:local` with one fixed prefix a namespace, whether
the file is of the strict or the transitional kind; unknown namespaces give `?:local`.
What stands before a break is reported before `Broken` is raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol
from xml.parsers import expat

from assay.extract.problems import Stop
from assay.settings import Limits

_CHUNK = 1 << 18


class Sink(Protocol):
    """Takes in what the parser meets."""

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        """An element begins."""
        ...

    def end(self, tag: str, /) -> None:
        """An element ends."""
        ...

    def data(self, text: str, /) -> None:
        """Character data, in pieces of any length."""
        ...


class Broken(Exception):
    """The XML is not well-formed from here on. Holds the parser's code, no words."""


_OOXML = r"http://(?:schemas\.openxmlformats\.org|purl\.oclc\.org/ooxml)/"
_OASIS = r"urn:oasis:names:tc:opendocument:xmlns:"
_SPACES: tuple[tuple[str, str], ...] = (
    (_OOXML + r"wordprocessingml/.*", "w"),
    (r"http://schemas\.microsoft\.com/office/word/2003/wordml", "w"),
    (r"http://schemas\.microsoft\.com/office/word/2003/auxHint", "wx"),
    (r"http://schemas\.microsoft\.com/aml/2001/core", "aml"),
    (r"urn:schemas-microsoft-com:office:office", "o"),
    (r"urn:schemas-microsoft-com:office:spreadsheet", "ss"),
    (r"urn:schemas-microsoft-com:office:excel", "xl"),
    (_OOXML + r"drawingml/(?:\d+/)?main", "a"),
    (_OOXML + r"presentationml/.*", "p"),
    (_OOXML + r"spreadsheetml/.*", "x"),
    (_OOXML + r"drawingml/(?:\d+/)?chart", "c"),
    (r"http://schemas\.microsoft\.com/office/drawing/\d+/chartex", "cx"),
    (r"http://schemas\.microsoft\.com/office/spreadsheetml/.*/threadedcomments", "tc"),
    (r"http://schemas\.microsoft\.com/office/powerpoint/2018/.*", "p188"),
    (r"http://schemas\.microsoft\.com/office/excel/2006/main", "xm"),
    (_OOXML + r"drawingml/(?:\d+/)?diagram", "dgm"),
    (_OOXML + r"officeDocument/(?:\d+/)?relationships", "r"),
    (_OOXML + r"officeDocument/(?:\d+/)?math", "m"),
    (_OOXML + r"markup-compatibility/.*", "mc"),
    (_OOXML + r"package/\d+/relationships", "rel"),
    (_OOXML + r"package/\d+/metadata/core-properties", "core"),
    (_OOXML + r"officeDocument/(?:\d+/)?extended-?[pP]roperties", "app"),
    (_OOXML + r"officeDocument/(?:\d+/)?custom-?[pP]roperties", "custom"),
    (_OOXML + r"officeDocument/(?:\d+/)?docPropsVTypes", "vt"),
    (_OASIS + r"office:1\.0", "office"),
    (_OASIS + r"text:1\.0", "text"),
    (_OASIS + r"table:1\.0", "table"),
    (_OASIS + r"drawing:1\.0", "draw"),
    (_OASIS + r"presentation:1\.0", "presentation"),
    (_OASIS + r"meta:1\.0", "meta"),
    (_OASIS + r"style:1\.0", "style"),
    (_OASIS + r"svg-compatible:1\.0", "svg"),
    (_OASIS + r"manifest:1\.0", "manifest"),
    (r"urn:schemas-microsoft-com:vml", "v"),
    (r"http://www\.w3\.org/1999/xlink", "xlink"),
    (r"http://www\.w3\.org/1999/xhtml", "h"),
    (r"http://www\.w3\.org/XML/1998/namespace", "xml"),
    (r"http://purl\.org/dc/elements/1\.1/", "dc"),
    (r"http://purl\.org/dc/terms/", "dcterms"),
    (r"http://www\.idpf\.org/2007/opf/?", "opf"),
    (r"http://developer\.apple\.com/namespaces/keynote2", "key"),
    (r"http://developer\.apple\.com/namespaces/sfa", "sfa"),
    (r"http://developer\.apple\.com/namespaces/sf", "sf"),
    (r"http://developer\.apple\.com/namespaces/sl", "sl"),
    (r"http://developer\.apple\.com/namespaces/ls", "ls"),
    (r"http://schemas\.microsoft\.com/office/visio/.*", "vs"),
    (r"http://schemas\.microsoft\.com/xps/.*", "xps"),
    (r"http://schemas\.openxps\.org/oxps/.*", "xps"),
    (r"http://www\.hancom\.co\.kr/hwpml/.*/(?:paragraph|section|head|core)", "hp"),
)
_COMPILED = tuple((re.compile(pattern), prefix) for pattern, prefix in _SPACES)
_prefixes: dict[str, str] = {}
_short: dict[str, str] = {}
_ENOUGH = 50_000  # names kept: a hostile file may invent as many as it likes


def short_name(name: str) -> str:
    """`prefix:local` for expat's `namespace}local`; a name without a namespace stays."""
    found = _short.get(name)
    if found is None:
        uri, brace, local = name.rpartition("}")
        found = f"{_prefix(uri)}:{local}" if brace else name
        if len(_short) < _ENOUGH:
            _short[name] = found
    return found


def _prefix(uri: str) -> str:
    found = _prefixes.get(uri)
    if found is None:
        found = next((prefix for form, prefix in _COMPILED if form.fullmatch(uri)), "?")
        if len(_prefixes) < _ENOUGH:
            _prefixes[uri] = found
    return found


def parse(chunks: Iterable[bytes], sink: Sink, limits: Limits, short: bool = True) -> None:
    """Feed XML to `sink`. Raises Broken, or Stop with `limit_nesting`.

    `short` gives tags as `prefix:local`; attributes keep expat's names (`namespace}local`),
    because most are never looked at: use `short_name` on those that are.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    depth = 0
    deepest = limits.xml_depth
    begin, finish = sink.start, sink.end
    names = _short

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > deepest:
            raise Stop("limit_nesting", "", f"over {deepest} elements")
        begin((names.get(tag) or short_name(tag)) if short else tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        finish((names.get(tag) or short_name(tag)) if short else tag)

    def refuse(*_: Any) -> None:
        raise Broken("entities are declared")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = sink.data
    parser.EntityDeclHandler = refuse
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Broken(f"XML error {error.code}") from None
    except ValueError:  # a charset that expat does not know
        raise Broken("XML charset") from None
    except LookupError:
        raise Broken("XML charset") from None


def parse_bytes(body: bytes, sink: Sink, limits: Limits, short: bool = True) -> None:
    """Feed XML that is in memory; see `parse`."""
    parse((body[at : at + _CHUNK] for at in range(0, len(body), _CHUNK)), sink, limits, short)


def parse_file(path: Path, sink: Sink, limits: Limits) -> str:
    """Feed an XML file to `sink`; returns why it breaks off, "" for one that is whole.

    Raises Stop with `limit_nesting`, and what `sink` raises.
    """
    with path.open("rb") as stream:
        try:
            parse(iter(lambda: stream.read(_CHUNK), b""), sink, limits)
        except Broken as broken:
            return str(broken)
    return ""
