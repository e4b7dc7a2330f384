"""Make OpenDocument files (ISO/IEC 26300): text, spreadsheet, presentation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from assay.testing.makers.archives import zip_of

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
    for name, urn in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("presentation", "presentation"),
        ("style", "style"),
        ("meta", "meta"),
        ("manifest", "manifest"),
    )
)
_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def _package(kind: str, body: str, title: str, author: str, created: str) -> bytes:
    media = f"application/vnd.oasis.opendocument.{kind}"
    manifest = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{t}"/>'
        for path, t in (("/", media), ("content.xml", "text/xml"), ("meta.xml", "text/xml"))
    )
    meta = (
        f"<dc:title>{escape(title)}</dc:title><meta:initial-creator>{escape(author)}"
        f"</meta:initial-creator><dc:creator>{escape(author)}</dc:creator>"
        f"<meta:creation-date>{escape(created)}</meta:creation-date><dc:date>{escape(created)}</dc:date>"
    )
    return zip_of(
        {
            "mimetype": media.encode(),
            "content.xml": (
                f'{_HEAD}<office:document-content {_NAMES} office:version="1.2">'
                f"<office:body>{body}</office:body></office:document-content>"
            ).encode(),
            "meta.xml": (
                f'{_HEAD}<office:document-meta {_NAMES} {_DC} office:version="1.2">'
                f"<office:meta>{meta}</office:meta></office:document-meta>"
            ).encode(),
            "META-INF/manifest.xml": (
                f'{_HEAD}<manifest:manifest {_NAMES} manifest:version="1.2">{manifest}'
                "</manifest:manifest>"
            ).encode(),
        },
        stored=("mimetype",),
    )


def _text(line: str) -> str:
    return escape(line).replace("\t", "<text:tab/>").replace("\n", "<text:line-break/>")


def _table(name: str, rows: Sequence[Sequence[str | float | date | None]]) -> str:
    lines = []
    for row in rows:
        cells = []
        for cell in row:
            if cell is None:
                cells.append("<table:table-cell/>")
            elif isinstance(cell, date):
                cells.append(
                    f'<table:table-cell office:value-type="date" office:date-value="{cell}">'
                    f"<text:p>{cell}</text:p></table:table-cell>"
                )
            elif isinstance(cell, (int, float)):
                cells.append(
                    f'<table:table-cell office:value-type="float" office:value="{cell!r}">'
                    f"<text:p>{cell!r}</text:p></table:table-cell>"
                )
            else:
                cells.append(
                    '<table:table-cell office:value-type="string">'
                    f"<text:p>{_text(cell)}</text:p></table:table-cell>"
                )
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return f"<table:table table:name={quoteattr(name)}>{''.join(lines)}</table:table>"


def odt(
    paragraphs: Sequence[str | Sequence[Sequence[str]]],
    *,
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
) -> bytes:
    """An ODT; a paragraph that is a sequence of rows becomes a table."""
    body = "".join(
        f"<text:p>{_text(p)}</text:p>" if isinstance(p, str) else _table(f"Table{n}", p)
        for n, p in enumerate(paragraphs)
    )
    return _package("text", f"<office:text>{body}</office:text>", title, author, created)


def ods(
    sheets: Sequence[tuple[str, Sequence[Sequence[str | float | date | None]]]],
    *,
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
) -> bytes:
    """An ODS of (name, rows) sheets."""
    body = "".join(_table(name, rows) for name, rows in sheets)
    return _package(
        "spreadsheet", f"<office:spreadsheet>{body}</office:spreadsheet>", title, author, created
    )


def odp(
    slides: Sequence[tuple[str, Sequence[str], str]],
    *,
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
) -> bytes:
    """An ODP of (title, lines, notes) slides."""
    pages = []
    for number, (head, lines, notes) in enumerate(slides, 1):
        boxes = "".join(
            f'<draw:frame presentation:class="{kind}"><draw:text-box>'
            + "".join(f"<text:p>{_text(t)}</text:p>" for t in texts)
            + "</draw:text-box></draw:frame>"
            for kind, texts in (("title", [head]), ("outline", list(lines)))
        )
        if notes:
            boxes += (
                '<presentation:notes><draw:frame presentation:class="notes"><draw:text-box>'
                f"<text:p>{_text(notes)}</text:p></draw:text-box></draw:frame></presentation:notes>"
            )
        pages.append(f'<draw:page draw:name="page{number}">{boxes}</draw:page>')
    body = f"<office:presentation>{''.join(pages)}</office:presentation>"
    return _package("presentation", body, title, author, created)


def flat(body: str, *, kind: str = "text", title: str = "") -> bytes:
    """A document in one XML file around the markup of its body (`office:`, `text:`, `draw:`)."""
    return (
        f'{_HEAD}<office:document {_NAMES} {_DC} office:version="1.2"'
        f' office:mimetype="application/vnd.oasis.opendocument.{kind}">'
        f"<office:meta><dc:title>{escape(title)}</dc:title></office:meta>"
        f"<office:body>{body}</office:body></office:document>"
    ).encode()
