"""Make presentations (ECMA-376 PresentationML): a title, lines and notes a slide."""

# ruff: noqa: E501 (XML is easier to check unbroken)

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from assay.testing.makers.archives import zip_of
from assay.testing.makers.docx import (
    CORE_RELATION,
    CORE_TYPE,
    content_types,
    core_properties,
    relations,
)

Slide = tuple[str, Sequence[str], str]

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NAMES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_TYPES = "application/vnd.openxmlformats-officedocument.presentationml"
_GROUP = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
_MAP = (
    'bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" '
    'accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" '
    'folHlink="folHlink"'
)


def _shape(number: int, kind: str, lines: Sequence[str], top: int, height: int) -> str:
    text = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in lines)
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{kind} {number}"/><p:cNvSpPr/>'
        f'<p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm>'
        f'<a:off x="600000" y="{top}"/><a:ext cx="8000000" cy="{height}"/></a:xfrm></p:spPr>'
        f"<p:txBody><a:bodyPr/>{text or '<a:p/>'}</p:txBody></p:sp>"
    )


def _theme() -> str:
    colours = "".join(
        f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>'
        for name, value in (
            ("dk1", "000000"),
            ("lt1", "FFFFFF"),
            ("dk2", "1F3A4D"),
            ("lt2", "EEF2F4"),
            *((f"accent{n}", "1F6F8B") for n in range(1, 7)),
            ("hlink", "0563C1"),
            ("folHlink", "954F72"),
        )
    )
    font = '<a:latin typeface="Noto Sans"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>' * 3
    line = '<a:ln><a:solidFill><a:schemeClr val="phClr"/></a:solidFill></a:ln>' * 3
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>" * 3
    return (
        f'{_HEAD}<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="plain">'
        f'<a:themeElements><a:clrScheme name="plain">{colours}</a:clrScheme><a:fontScheme name="plain">'
        f"<a:majorFont>{font}</a:majorFont><a:minorFont>{font}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="plain"><a:fillStyleLst>{fill}</a:fillStyleLst><a:lnStyleLst>{line}</a:lnStyleLst>'
        f"<a:effectStyleLst>{effect}</a:effectStyleLst><a:bgFillStyleLst>{fill}</a:bgFillStyleLst>"
        "</a:fmtScheme></a:themeElements></a:theme>"
    )


def pptx(
    slides: Sequence[Slide],
    *,
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
    modified: str = "2019-03-14T09:00:00Z",
) -> bytes:
    """A PPTX of (title, lines, notes) slides; a slide with empty notes has no notes page."""
    files: dict[str, bytes] = {}
    parts = {
        "ppt/presentation.xml": f"{_TYPES}.presentation.main+xml",
        "ppt/slideMasters/slideMaster1.xml": f"{_TYPES}.slideMaster+xml",
        "ppt/slideLayouts/slideLayout1.xml": f"{_TYPES}.slideLayout+xml",
        "ppt/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
        "docProps/core.xml": CORE_TYPE,
    }
    for number, (head, lines, notes) in enumerate(slides, 1):
        shapes = _shape(2, "title", [head], 400000, 900000)
        shapes += _shape(3, "body", lines, 1500000, 4500000)
        place = f"ppt/slides/slide{number}.xml"
        parts[place] = f"{_TYPES}.slide+xml"
        files[place] = (
            f"{_HEAD}<p:sld {_NAMES}><p:cSld><p:spTree>{_GROUP}{shapes}</p:spTree></p:cSld></p:sld>"
        ).encode()
        links = [("rId1", "slideLayout", "../slideLayouts/slideLayout1.xml")]
        if notes:
            links.append(("rId2", "notesSlide", f"../notesSlides/notesSlide{number}.xml"))
            page = f"ppt/notesSlides/notesSlide{number}.xml"
            parts[page] = f"{_TYPES}.notesSlide+xml"
            shape = _shape(2, "body", notes.split("\n"), 4000000, 3000000)
            files[page] = (
                f"{_HEAD}<p:notes {_NAMES}><p:cSld><p:spTree>{_GROUP}{shape}</p:spTree></p:cSld></p:notes>"
            ).encode()
            files[f"ppt/notesSlides/_rels/notesSlide{number}.xml.rels"] = relations(
                [("rId1", "slide", f"../slides/slide{number}.xml")]
            )
        files[f"ppt/slides/_rels/slide{number}.xml.rels"] = relations(links)
    count = range(1, len(slides) + 1)
    listed = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in count)
    presentation = (
        f'{_HEAD}<p:presentation {_NAMES}><p:sldMasterIdLst><p:sldMasterId id="2147483648" '
        f'r:id="rIdm"/></p:sldMasterIdLst><p:sldIdLst>{listed}</p:sldIdLst>'
        '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
    )
    empty = f"<p:cSld><p:spTree>{_GROUP}</p:spTree></p:cSld>"
    master = (
        f"{_HEAD}<p:sldMaster {_NAMES}>{empty}<p:clrMap {_MAP}/><p:sldLayoutIdLst>"
        '<p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst></p:sldMaster>'
    )
    links = [(f"rId{n}", "slide", f"slides/slide{n}.xml") for n in count]
    links.append(("rIdm", "slideMaster", "slideMasters/slideMaster1.xml"))
    return zip_of(
        {
            "[Content_Types].xml": content_types(parts, {}),
            "_rels/.rels": relations(
                [
                    ("rId1", "officeDocument", "ppt/presentation.xml"),
                    ("rId2", CORE_RELATION, "docProps/core.xml"),
                ]
            ),
            "ppt/presentation.xml": presentation.encode(),
            "ppt/_rels/presentation.xml.rels": relations(links),
            "ppt/slideMasters/slideMaster1.xml": master.encode(),
            "ppt/slideMasters/_rels/slideMaster1.xml.rels": relations(
                [
                    ("rId1", "slideLayout", "../slideLayouts/slideLayout1.xml"),
                    ("rId2", "theme", "../theme/theme1.xml"),
                ]
            ),
            "ppt/slideLayouts/slideLayout1.xml": (
                f"{_HEAD}<p:sldLayout {_NAMES}>{empty}</p:sldLayout>"
            ).encode(),
            "ppt/slideLayouts/_rels/slideLayout1.xml.rels": relations(
                [("rId1", "slideMaster", "../slideMasters/slideMaster1.xml")]
            ),
            "ppt/theme/theme1.xml": _theme().encode(),
            **files,
            "docProps/core.xml": core_properties(title, author, created, modified),
        }
    )
