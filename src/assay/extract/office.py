"""What OOXML files share: the zip, its relations, its properties, the media inside it.

A part is read as a stream, so its size costs time and no memory. Pictures, embedded
documents, macros and other objects are members under their part's name, in the order of the
directory. What a writer left out or broke costs that part one problem, not the file. Targets
outside the file are metadata (`link:…`). At the end the directory is compared with what was
read: a part with content that nobody claimed is said to be there.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager

from assay.extract import dates
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.extract.xmlstream import Broken, Sink, parse, short_name
from assay.extract.zipped import Archive, Entry, NotZip

# Parts that are the file's own workings: XML is read, fonts and printer settings say nothing.
_WORKINGS = (".xml", ".rels", ".vml", ".odttf", ".fntdata")
# Parts without words of their own: looks, order, positions, identities, and copies of what
# another part says.
_NO_CONTENT = re.compile(
    r"\[content_types\]\.xml|.*\.rels|.*\.(?:odttf|fntdata)|.*/printersettings/.*"
    r"|(?:.*/)?theme/[^/]*\.(?:xml|bin)|(?:word|.*/glossary|glossary)/(?:styles|styleswitheffects|fonttable"
    r"|numbering|websettings|settings)\d*\.xml"
    r"|word/(?:comments(?:extended|ids|extensible)|vbadata|people|intelligence2?)\d*\.xml"
    r"|xl/(?:styles|calcchain|metadata|volatiledependencies)\d*\.(?:xml|bin)"
    r"|xl/(?:ctrlprops|slicers|slicercaches|timelines|timelinecaches|richdata/rdrichvalue"
    r"structure|richdata/rdrichvaluetypes|richdata/richstyles|richdata/richvaluerel|querytables"
    r"|namedsheetviews|worksheets/binaryindex|featurepropertybag|tables|pivottables)/?.*"
    r"|ppt/(?:tablestyles|viewprops|presprops|revisioninfo|commentauthors|authors)\d*\.xml"
    r"|ppt/(?:changesinfos|fonts)/.*"
    r"|(?:.*/)?diagrams/(?:layout|colors|quickstyle|drawing)\d*\.xml"
    r"|(?:.*/)?charts/(?:style|colors)\d*\.xml|customxml/itemprops\d*\.xml"
    r"|_xmlsignatures/.*"
    r"|package/services/.*|mimetype|.*/inkml?/.*|.*/ink/.*"
)
# Binary parts of a workbook itself; what is embedded, drawn or programmed is not among them.
_BINARY_SHEETS = re.compile(
    r"xl/(?!embeddings/|activex/|media/|model/|customproperty/|vbaproject).*\.bin"
)
_NAMED = 40  # unclaimed parts that are named one by one


class Package:
    """An opened office file and where its problems go."""

    def __init__(self, archive: Archive, request: Request, transcript: Transcript) -> None:
        self.archive = archive
        self.request = request
        self.transcript = transcript
        if archive.salvaged:
            transcript.trouble("truncated", "", "the zip has no directory at its end")
        self.chunks_of_text: set[str] = set()  # XML parts that are documents by themselves
        self.claimed: set[str] = set()  # parts that a reader took in, in lower case
        self.nothing_in = _NO_CONTENT
        self._folded = {name.lower(): entry for name, entry in archive.by_name.items()}
        self._relations: dict[str, dict[str, tuple[str, str]]] = {}
        self._links: set[tuple[str, str]] = set()

    def has(self, part: str) -> bool:
        """Tell whether the part is there. Names are compared without case, as writers do."""
        return part.lower() in self._folded

    def names(self, prefix: str) -> list[str]:
        """The names of parts that begin so, in the order of the directory."""
        return [n for n in self.archive.by_name if n.lower().startswith(prefix.lower())]

    def entry(self, part: str) -> Entry | None:
        """The entry of a part."""
        return self._folded.get(part.lower())

    def stream(self, part: str, sink: Sink) -> bool:
        """Feed a part to `sink`; False where it is not there. Its problems are recorded."""
        entry = self.entry(part)
        if entry is None:
            return False
        self.claimed.add(part.lower())
        try:
            parse(self._chunks(entry, part), sink, self.request.limits)
        except MemberBroken as broken:
            self.transcript.trouble(broken.code, f"part {part}", broken.detail)
        except Broken as broken:
            self.transcript.trouble("damaged", f"part {part}", str(broken))
        except Stop as stop:
            self.transcript.trouble(
                stop.problem.code, stop.problem.where or f"part {part}", stop.problem.detail
            )
            if stop.problem.code in ("limit_text", "limit_pages", "limit_cells", "bomb"):
                raise
        except (OSError, EOFError, ValueError) as error:
            self.transcript.trouble("damaged", f"part {part}", type(error).__name__)
        except Exception as error:
            if type(error).__module__ not in ("zlib", "_lzma", "lzma"):
                raise
            self.transcript.trouble("damaged", f"part {part}", type(error).__name__)
        return True

    def _chunks(self, entry: Entry, part: str) -> Iterator[bytes]:
        limits = self.request.limits
        count = 0
        packed = max(entry.packed, 1)
        for chunk in self.archive.chunks(entry):
            count += len(chunk)
            if count > limits.member or (count > 16 << 20 and count > limits.ratio * packed):
                raise Stop("bomb", f"part {part}", f"over {limits.ratio} times its size")
            yield chunk

    def bytes_of(self, part: str, limit: int = 64 << 20) -> bytes:
        """The whole of a part, b"" where it is not there or broken: that is recorded."""
        entry = self.entry(part)
        if entry is None:
            return b""
        self.claimed.add(part.lower())
        body = bytearray()
        try:
            for chunk in self._chunks(entry, part):
                body += chunk
                if len(body) > limit:
                    self.transcript.trouble("limit_member", f"part {part}", f"over {limit} bytes")
                    break
        except MemberBroken as broken:
            self.transcript.trouble(broken.code, f"part {part}", broken.detail)
        except (OSError, EOFError, ValueError) as error:
            self.transcript.trouble("damaged", f"part {part}", type(error).__name__)
        except Exception as error:
            if type(error).__module__ not in ("zlib", "_lzma", "lzma"):
                raise
            self.transcript.trouble("damaged", f"part {part}", type(error).__name__)
        return bytes(body)

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relation id -> (last word of its type, target part) of a part, in their order.

        Targets outside the file are noted once as `link:<kind>`.
        """
        known = self._relations.get(part)
        if known is not None:
            return known
        folder, name = posixpath.split(part)
        found = _Relations(folder)
        self.stream(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels", found)
        for kind, target in found.outside:
            if (kind, target) not in self._links:
                self._links.add((kind, target))
                self.transcript.note(f"link:{kind}", target)
        self._relations[part] = found.found
        return found.found

    def related(self, part: str) -> dict[str, list[str]]:
        """Kind of relation -> its targets, in their order."""
        kinds: dict[str, list[str]] = {}
        for kind, target in self.relations(part).values():
            kinds.setdefault(kind, []).append(target)
        return kinds

    def main(self, usual: str) -> str:
        """The part that the package begins with."""
        found = next(
            (target for kind, target in self.relations("").values() if kind == "officeDocument"),
            usual,
        )
        return found if self.has(found) else usual

    def take_members(self, folders: tuple[str, ...] = ("",)) -> None:
        """Take out media, embedded objects and macros: those below `folders`."""
        spool = self.transcript.members()
        entries = [
            entry
            for name, entry in self.archive.by_name.items()
            if not entry.folder
            and name.startswith(folders)
            and (not name.lower().endswith(_WORKINGS) or name in self.chunks_of_text)
            and not _BINARY_SHEETS.fullmatch(name.lower())
            and not self.nothing_in.fullmatch(name.lower())
        ]
        if not entries:
            self.transcript.spool = None
            return
        self.transcript.expected = len(entries)
        for entry in entries:
            self.claimed.add(entry.name.decode("utf-8", "replace").lower())
            if spool.wanted():
                spool.add(entry.name, self.archive.chunks(entry), entry.modified)
            else:
                spool.skip()

    def read_properties(self) -> None:
        """Note the core, extended and custom properties, and normalise the common ones."""
        collected = _Properties()
        for part in ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml"):
            self.stream(part, collected)
        for name in self.names("docProps/"):  # some writers number them
            if name.lower().endswith(".xml") and name.lower() not in self.claimed:
                self.stream(name, collected)
        for name in self.names("docMetadata/"):
            self.stream(name, Leaves(self.transcript, "label"))
        for name in self.names("customXml/item"):
            if name.lower().endswith(".xml") and "/itemprops" not in name.lower():
                self.stream(name, Leaves(self.transcript, "customXml"))
        if self.names("_xmlsignatures/"):
            self.transcript.note("signature", "the package carries a digital signature")
        for name, value in collected.found:
            self.transcript.note(name, value)
        found = dict(reversed(collected.found))
        self.transcript.title = found.get("core:title")
        self.transcript.author = found.get("core:creator") or found.get("core:lastModifiedBy")
        self.transcript.created = dates.from_iso(found.get("core:created", ""))
        self.transcript.modified = dates.from_iso(found.get("core:modified", ""))

    def say_what_is_left(self) -> None:
        """Compare the directory with what was read; also note the links of every part."""
        left: list[str] = []
        for name in list(self.archive.by_name):
            if "/activex/" in name.lower() and name.lower().endswith(".xml"):
                self.stream(name, _Controls(self.transcript))
        for name, entry in self.archive.by_name.items():
            low = name.lower()
            if low.endswith(".rels"):
                if low not in self.claimed:
                    folder, _, own = name.rpartition("/")
                    self.relations(posixpath.join(folder.removesuffix("_rels"), own[:-5]))
            elif entry.folder or not entry.size or low in self.claimed:
                continue
            elif low.endswith(".vml"):
                if vml_words(self.bytes_of(name)):
                    left.append(name)
            elif not self.nothing_in.fullmatch(low):
                left.append(name)
        for name in left[:_NAMED]:
            self.transcript.trouble("part_unclaimed", f"part {name}")
        if len(left) > _NAMED:
            self.transcript.trouble("part_unclaimed", "other parts", f"{len(left) - _NAMED} more")


@contextmanager
def opened(request: Request, transcript: Transcript) -> Iterator[Package]:
    """The package. Raises Stop with `damaged` where it is no zip."""
    try:
        archive = Archive(request.path)
    except NotZip:
        raise Stop("damaged", "", "no zip entries") from None
    with archive:
        yield Package(archive, request, transcript)


def attribute(attributes: dict[str, str], name: str) -> str:
    """An attribute by its short name (`w:val`), "" where it is not there."""
    for key, value in attributes.items():
        if short_name(key) == name:
            return value
    return ""


class Leaves:
    """Notes the text of every element that has some, and the values of tags in `_VALUED`."""

    _MOST = 5000

    def __init__(self, transcript: Transcript, prefix: str) -> None:
        self._transcript = transcript
        self._prefix = prefix
        self._text: list[str] = []
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        if self._prefix == "label" and attributes:
            said = " ".join(f"{k}={v}" for k, v in attributes.items())
            self._note(tag, said)

    def end(self, tag: str) -> None:
        value = "".join(self._text).strip()
        self._text.clear()
        if value:
            self._note(tag, value)

    def _note(self, tag: str, value: str) -> None:
        self._count += 1
        if self._count <= self._MOST:
            self._transcript.note(f"{self._prefix}:{tag.rpartition(':')[2]}", value)
        else:
            self._transcript.trouble("part_unclaimed", f"{self._prefix} data", "its later values")

    def data(self, text: str) -> None:
        self._text.append(text)


class _Controls:
    """Notes what the properties of a form control say: its caption and its value."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith("ocxPr"):
            found = {k.rpartition("}")[2]: v for k, v in attributes.items()}
            if found.get("name", "").lower() in ("caption", "value", "text", "groupname"):
                self._transcript.note(f"control:{found['name']}", found.get("value", ""))

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class Words:
    """The lines of a part whose words stand in paragraphs: drawings, diagrams, notes."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._line: list[str] = []
        self._collect = False
        self._fallback = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "mc:Fallback":
            self._fallback += 1
        elif self._fallback:
            return
        elif tag in ("a:t", "m:t", "w:t"):
            self._collect = True
        elif tag in ("a:br", "w:br"):
            self._line.append("\n")
        elif tag.endswith("cNvPr"):
            for key in ("title", "descr"):
                if attributes.get(key):
                    self.lines.append(attributes[key])
        elif tag == "v:textpath" and attributes.get("string"):
            self.lines.append(attributes["string"])

    def end(self, tag: str) -> None:
        if tag == "mc:Fallback":
            self._fallback -= 1
        elif self._fallback:
            return
        elif tag in ("a:t", "m:t", "w:t"):
            self._collect = False
        elif tag in ("a:p", "w:p"):
            line = "".join(self._line)
            self._line.clear()
            if line.strip():
                self.lines.append(line)

    def data(self, text: str) -> None:
        if self._collect and not self._fallback:
            self._line.append(text)


class Chart:
    """A chart as lines: its titles, then a line a series with its cached values.

    The categories stand once, in a line above the series. Both kinds of charts are read, the
    older (`c:`) and the newer (`cx:`).
    """

    _ROLES: frozenset[str] = frozenset(
        ("tx", "cat", "val", "xVal", "yVal", "bubbleSize", "strDim", "numDim")
    )

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._text: list[str] = []
        self._title: list[str] = []
        self._collect = False
        self._series: dict[str, list[str]] | None = None
        self._role = ""
        self._rows: list[list[str]] = []
        self._categories: list[str] = []
        self._fallback = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "mc:Fallback":
            self._fallback += 1
        if self._fallback:
            return
        prefix, _, local = tag.partition(":")
        if local in ("t", "v") or (prefix == "cx" and local in ("pt",)):
            self._collect = True
            self._text.clear()
        elif local == "ser" or (prefix == "cx" and local in ("data", "series")):
            self._series = {}
        elif local in self._ROLES and self._series is not None:
            self._role = attributes.get("type", local) if prefix == "cx" else local

    def end(self, tag: str) -> None:
        if tag == "mc:Fallback":
            self._fallback -= 1
        if self._fallback:
            return
        prefix, _, local = tag.partition(":")
        if local in ("t", "v") or (prefix == "cx" and local == "pt"):
            self._collect = False
            value = "".join(self._text)
            self._text.clear()
            if self._series is not None and self._role:
                if value:
                    self._series.setdefault(self._role, []).append(value)
            elif value:
                self._title.append(value)
        elif local == "p" and self._title:
            self.lines.append("".join(self._title))
            self._title.clear()
        elif local == "ser" or (prefix == "cx" and local in ("data", "series")):
            self._end_series()
        elif local in self._ROLES:
            self._role = ""

    def _end_series(self) -> None:
        series, self._series = self._series or {}, None
        categories = series.pop("cat", []) or series.pop("xVal", [])
        if categories and categories != self._categories:
            self._categories = categories
            self._rows.append(["", *categories])
        name = " ".join(series.pop("tx", []))
        for values in series.values():
            self._rows.append([name, *values])
        if name and not series:
            self._rows.append([name])
        self.lines += ["\t".join(row) for row in self._rows]
        self._rows.clear()

    def data(self, text: str) -> None:
        if self._collect:
            self._text.append(text)

    def finish(self) -> list[str]:
        """All lines, also where the part broke off."""
        if self._title:
            self.lines.append("".join(self._title))
        if self._series:
            self._end_series()
        return [line for line in self.lines if line.strip()]


def drawn(package: Package, part: str) -> tuple[list[str], list[str]]:
    """(words of diagrams, lines of charts) that a part relates to, each read once."""
    words: list[str] = []
    charts: list[str] = []
    for kind, target in package.relations(part).values():
        if target.lower() in package.claimed or not package.has(target):
            continue
        if kind == "vmlDrawing":
            words += vml_words(package.bytes_of(target))
        elif kind == "diagramData":
            found = Words()
            package.stream(target, found)
            words += found.lines
        elif kind in ("chart", "chartEx"):
            chart = Chart()
            package.stream(target, chart)
            charts += chart.finish()
            for inner, shapes in package.relations(target).values():
                if inner == "chartUserShapes":
                    found = Words()
                    package.stream(shapes, found)
                    charts += found.lines
    return words, charts


_VML_TEXT = re.compile(rb"<v:textbox\b.*?</v:textbox>", re.DOTALL | re.IGNORECASE)
_VML_ART = re.compile(rb"<v:textpath\b[^>]*?\sstring=\"([^\"]*)\"", re.IGNORECASE)
_VML_ALT = re.compile(rb"<v:shape\b[^>]*?\salt=\"([^\"]*)\"", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


def vml_words(body: bytes) -> list[str]:
    """Words of boxes and of word art in a VML drawing, found by search: few are good XML."""
    found: list[str] = []
    for raw in (*_VML_TEXT.findall(body), *_VML_ART.findall(body), *_VML_ALT.findall(body)):
        words = " ".join(html.unescape(_TAG.sub(" ", raw.decode("utf-8", "replace"))).split())
        if words:
            found.append(words)
    return found


class _Relations:
    def __init__(self, folder: str) -> None:
        self.found: dict[str, tuple[str, str]] = {}
        self.outside: list[tuple[str, str]] = []
        self._folder = folder

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not tag.endswith("Relationship"):
            return
        target = attributes.get("Target", "")
        kind = attributes.get("Type", "").rpartition("/")[2]
        if attributes.get("TargetMode") == "External":
            self.outside.append((kind, target))
        elif target.startswith("/"):
            target = target.lstrip("/")
        else:
            target = posixpath.normpath(posixpath.join(self._folder, target))
        self.found[attributes.get("Id", "")] = (kind, target)

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Properties:
    """Leaves of the property parts, named `core:creator`, `app:Company`, `custom:<name>`."""

    _KEEP = ("core", "app", "custom")

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self._text: list[str] = []
        self._custom = ""
        self._where = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        prefix, _, local = tag.partition(":")
        if local in ("coreProperties", "Properties"):
            self._where = prefix
        if tag == "custom:property":
            self._custom = attributes.get("name", "")

    def end(self, tag: str) -> None:
        value = "".join(self._text).strip()
        self._text.clear()
        local = tag.partition(":")[2]
        if not value:
            return
        if self._where == "custom":
            self.found.append((f"custom:{self._custom}", value))
        elif self._where == "app" and tag.startswith("app:"):
            self.found.append((f"app:{local}", value))
        elif self._where not in ("app", "custom"):
            self.found.append((f"core:{local}", value))

    def data(self, text: str) -> None:
        self._text.append(text)
