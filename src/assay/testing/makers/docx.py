"""Make Word documents (ECMA-376 WordprocessingML), as small as Word still opens.

A paragraph is a str; a table is a sequence of rows of str and may stand between paragraphs.
Text boxes are written twice, as Word does: once for new readers, once as a VML fallback.
"""

# ruff: noqa: E501 (XML is easier to check unbroken)

from __future__ import annotations

import base64
import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from assay.testing.makers.archives import zip_of

Table = Sequence[Sequence[str]]

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NAMES = (
    f'xmlns:w="{_W}" xmlns:r="{_R}"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
)


def right_to_left(text: str) -> bool:
    """Tell whether the first strong character of `text` runs from right to left."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False


def _runs(text: str, *, bold: bool = False, deleted: bool = False) -> str:
    look = ("<w:b/>" if bold else "") + ("<w:rtl/>" if right_to_left(text) else "")
    head = f"<w:rPr>{look}</w:rPr>" if look else ""
    tag = "w:delText" if deleted else "w:t"
    pieces = []
    for number, line in enumerate(text.split("\n")):
        if number:
            pieces.append("<w:br/>")
        for column, cell in enumerate(line.split("\t")):
            if column:
                pieces.append("<w:tab/>")
            pieces.append(f'<{tag} xml:space="preserve">{escape(cell)}</{tag}>')
    return f"<w:r>{head}{''.join(pieces)}</w:r>"


def _paragraph(text: str, *, style: str = "", tail: str = "", bold: bool = False) -> str:
    look = (f'<w:pStyle w:val="{style}"/>' if style else "") + (
        "<w:bidi/>" if right_to_left(text) else ""
    )
    head = f"<w:pPr>{look}</w:pPr>" if look else ""
    return f"<w:p>{head}{_runs(text, bold=bold)}{tail}</w:p>"


def _table(rows: Table) -> str:
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns = "".join("<w:gridCol/>" for _ in (rows[0] if rows else ()))
    body = "".join(
        "<w:tr>"
        + "".join(f"<w:tc><w:tcPr/>{_paragraph(c, bold=n == 0)}</w:tc>" for c in row)
        + "</w:tr>"
        for n, row in enumerate(rows)
    )
    return (
        f"<w:tbl><w:tblPr><w:tblBorders>{edges}</w:tblBorders></w:tblPr>"
        f"<w:tblGrid>{columns}</w:tblGrid>{body}</w:tbl>"
    )


def _textbox(text: str, number: int) -> str:
    inner = f"<w:txbxContent>{_paragraph(text)}</w:txbxContent>"
    new = (
        '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="3000000" cy="700000"/><wp:docPr id="{100 + number}" name="Text Box {number}"/>'
        '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        '<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="3000000" cy="700000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr>'
        f"<wps:txbx>{inner}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic>"
        "</wp:inline></w:drawing>"
    )
    old = f'<w:pict><v:shape style="width:240pt;height:56pt"><v:textbox>{inner}</v:textbox></v:shape></w:pict>'
    return (
        '<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps">'
        f"{new}</mc:Choice><mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


def _picture(relation: str, number: int, name: str) -> str:
    return (
        '<w:p><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="2400000" cy="1600000"/><wp:docPr id="{number}" name={quoteattr(name)}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f'<pic:pic><pic:nvPicPr><pic:cNvPr id="{number}" name={quoteattr(name)}/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2400000" cy="1600000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r></w:p>"
    )


def core_properties(title: str, author: str, created: str, modified: str) -> bytes:
    """docProps/core.xml of an Office package; times are RFC 3339."""
    return (
        _HEAD + '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
        'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(author)}</dc:creator>"
        f"<cp:lastModifiedBy>{escape(author)}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{escape(created)}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{escape(modified)}</dcterms:modified>'
        "</cp:coreProperties>"
    ).encode()


def content_types(parts: Mapping[str, str], defaults: Mapping[str, str]) -> bytes:
    """[Content_Types].xml: `parts` maps a part to its type, `defaults` an extension."""
    body = "".join(
        f'<Default Extension="{e}" ContentType="{t}"/>'
        for e, t in {
            "rels": "application/vnd.openxmlformats-package.relationships+xml",
            "xml": "application/xml",
            **defaults,
        }.items()
    ) + "".join(f'<Override PartName="/{p}" ContentType="{t}"/>' for p, t in parts.items())
    names = "http://schemas.openxmlformats.org/package/2006/content-types"
    return f'{_HEAD}<Types xmlns="{names}">{body}</Types>'.encode()


def relations(targets: Sequence[tuple[str, str, str]]) -> bytes:
    """A .rels part from (id, type, target) triples; a bare type is one of officeDocument's."""
    body = "".join(
        f'<Relationship Id="{i}" Type="{t if "/" in t else f"{_R}/{t}"}" Target="{target}"/>'
        for i, t, target in targets
    )
    return f'{_HEAD}<Relationships xmlns="{_REL}">{body}</Relationships>'.encode()


CORE_RELATION = (
    "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
)
CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"


def docx(
    paragraphs: Sequence[str | Table],
    *,
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
    modified: str = "2019-03-14T09:00:00Z",
    tables: Sequence[Table] = (),
    header: str = "",
    footer: str = "",
    footnotes: Sequence[str] = (),
    comments: Sequence[str] = (),
    textboxes: Sequence[str] = (),
    deleted: Sequence[str] = (),
    images: Mapping[str, bytes] | None = None,
) -> bytes:
    """A DOCX of `paragraphs` in order, then `deleted`, `textboxes`, `tables` and `images`.

    The first paragraph carries the marks of the footnotes, the last one those of the comments.
    `deleted` are paragraphs struck out with changes tracked. `images` maps a file name (png,
    jpeg) to its bytes.
    """
    pictures = dict(images or {})
    body: list[str] = []
    places = [n for n, p in enumerate(paragraphs) if isinstance(p, str)]
    for number, paragraph in enumerate(paragraphs):
        if not isinstance(paragraph, str):
            body.append(_table(paragraph))
            continue
        tail = ""
        if places and number == places[0]:
            tail += "".join(
                f'<w:r><w:footnoteReference w:id="{n}"/></w:r>'
                for n in range(2, 2 + len(footnotes))
            )
        if places and number == places[-1]:
            tail += "".join(
                f'<w:r><w:commentReference w:id="{n}"/></w:r>' for n in range(len(comments))
            )
        body.append(_paragraph(paragraph, tail=tail))
    who = f'w:author={quoteattr(author or "unknown")} w:date="{modified}"'
    for number, text in enumerate(deleted):
        body.append(
            f'<w:p><w:del w:id="{900 + number}" {who}>{_runs(text, deleted=True)}</w:del></w:p>'
        )
    body += [_textbox(text, n) for n, text in enumerate(textboxes, 1)]
    body += [_table(rows) for rows in tables]
    links = [("rId1", "styles", "styles.xml")]
    parts = {
        "word/document.xml": f"{_TYPES}.document.main+xml",
        "word/styles.xml": f"{_TYPES}.styles+xml",
        "docProps/core.xml": CORE_TYPE,
    }
    extra: dict[str, bytes] = {}
    section = ""
    for tag, text in (("header", header), ("footer", footer)):
        if text:
            links.append((f"rId{tag}", tag, f"{tag}1.xml"))
            parts[f"word/{tag}1.xml"] = f"{_TYPES}.{tag}+xml"
            short = "hdr" if tag == "header" else "ftr"
            extra[f"word/{tag}1.xml"] = (
                f"{_HEAD}<w:{short} {_NAMES}>{_paragraph(text)}</w:{short}>".encode()
            )
            section += f'<w:{tag}Reference w:type="default" r:id="rId{tag}"/>'
    if footnotes:
        links.append(("rIdnotes", "footnotes", "footnotes.xml"))
        parts["word/footnotes.xml"] = f"{_TYPES}.footnotes+xml"
        marks = "".join(
            f'<w:footnote w:type="{kind}" w:id="{n}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
            for n, kind in enumerate(("separator", "continuationSeparator"))
        )
        notes = "".join(
            f'<w:footnote w:id="{n}">{_paragraph(t)}</w:footnote>'
            for n, t in enumerate(footnotes, 2)
        )
        extra["word/footnotes.xml"] = (
            f"{_HEAD}<w:footnotes {_NAMES}>{marks}{notes}</w:footnotes>".encode()
        )
    if comments:
        links.append(("rIdcomments", "comments", "comments.xml"))
        parts["word/comments.xml"] = f"{_TYPES}.comments+xml"
        notes = "".join(
            f'<w:comment w:id="{n}" {who} w:initials="">{_paragraph(t)}</w:comment>'
            for n, t in enumerate(comments)
        )
        extra["word/comments.xml"] = f"{_HEAD}<w:comments {_NAMES}>{notes}</w:comments>".encode()
    for number, (name, picture) in enumerate(pictures.items(), 1):
        links.append((f"rIdimage{number}", "image", f"media/{name}"))
        extra[f"word/media/{name}"] = picture
        body.append(_picture(f"rIdimage{number}", number, name))
    section += '<w:pgSz w:w="11906" w:h="16838"/>'
    document = f"{_HEAD}<w:document {_NAMES}><w:body>{''.join(body)}<w:sectPr>{section}</w:sectPr></w:body></w:document>"
    styles = (
        f'{_HEAD}<w:styles {_NAMES}><w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
        '<w:name w:val="Normal"/></w:style></w:styles>'
    )
    return zip_of(
        {
            "[Content_Types].xml": content_types(
                parts, {"png": "image/png", "jpeg": "image/jpeg", "jpg": "image/jpeg"}
            ),
            "_rels/.rels": relations(
                [
                    ("rId1", "officeDocument", "word/document.xml"),
                    ("rId2", CORE_RELATION, "docProps/core.xml"),
                ]
            ),
            "word/document.xml": document.encode(),
            "word/_rels/document.xml.rels": relations(links),
            "word/styles.xml": styles.encode(),
            **extra,
            "docProps/core.xml": core_properties(title, author, created, modified),
        }
    )


def flat_package(body: bytes) -> bytes:
    """The same package in one XML file (Flat OPC): XML parts as they are, others in base64."""
    parts = []
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "[Content_Types].xml":
                continue
            main = name in ("word/document.xml", "xl/workbook.xml", "ppt/presentation.xml")
            rooms = {"w": "wordprocessingml", "x": "spreadsheetml", "p": "presentationml"}
            kind = f"application/x.{rooms[name[0]]}.main+xml" if main else "application/x"
            if name.endswith((".xml", ".rels")):
                inner = re.sub(r"<\?xml[^>]*\?>", "", content.decode())
                held = f"<pkg:xmlData>{inner}</pkg:xmlData>"
            else:
                packed = base64.encodebytes(content).decode()
                held = f"<pkg:binaryData>{packed}</pkg:binaryData>"
            parts.append(f'<pkg:part pkg:name="/{name}" pkg:contentType="{kind}">{held}</pkg:part>')
    return (
        '<?xml version="1.0" standalone="yes"?>\n<?mso-application progid="Word.Document"?>\n'
        '<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">'
        f"{''.join(parts)}</pkg:package>"
    ).encode()


def word_2003(body: str, *, title: str = "", binaries: Mapping[str, bytes] | None = None) -> bytes:
    """A Word 2003 XML document around the markup of its body (`w:`, `wx:`, `aml:`)."""
    held = "".join(
        f'<w:binData w:name="{name}">{base64.encodebytes(content).decode()}</w:binData>'
        for name, content in (binaries or {}).items()
    )
    return (
        '<?xml version="1.0"?>\n<w:wordDocument'
        ' xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"'
        ' xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint"'
        ' xmlns:aml="http://schemas.microsoft.com/aml/2001/core"'
        ' xmlns:o="urn:schemas-microsoft-com:office:office">'
        f"<o:DocumentProperties><o:Title>{escape(title)}</o:Title></o:DocumentProperties>"
        f"<w:body>{body}<w:p><w:r><w:pict>{held}</w:pict></w:r></w:p></w:body></w:wordDocument>"
    ).encode()
