"""Members of office files: their own directory less what is known to be workings.

OOXML and OpenDocument list their parts in the zip's directory, the older kinds list storages
in theirs; pictures inside their streams are counted by the heads of their records, pictures
and objects of RTF by its control words. None of this calls a reader, and the rules of what is
a member are written here a second time, on raw names.
"""

from __future__ import annotations

import re
import struct

from assay.extract.census.central import directory_of
from assay.extract.census.compound import Directory
from assay.extract.request import Request

_PLAIN_XML = (b".xml", b".rels", b".vml", b".odttf", b".fntdata")
_OWN_BINARIES = (b"xl/embeddings/", b"xl/activex/", b"xl/media/", b"xl/model/",
                 b"xl/customproperty/", b"xl/vbaproject")  # fmt: skip
_ASIDE = (b"_xmlsignatures/", b"package/services/", b"mimetype", b"meta-inf/", b"configurations2/",
          b"layout-cache", b"fonts/")  # fmt: skip
_SOURCES = (b"basic/", b"dialogs/", b"scripts/", b"customxml/")
_LISTS = (b"script-lb.xml", b"script-lc.xml", b"dialog-lb.xml", b"dialog-lc.xml")
# kind of a picture record -> its instances; one more where it carries two digests
_BLIPS = {
    0xF01A: (0x3D4, 0x3D5), 0xF01B: (0x216, 0x217), 0xF01C: (0x542, 0x543),
    0xF01D: (0x46A, 0x46B, 0x6E2, 0x6E3), 0xF01E: (0x6E0, 0x6E1), 0xF01F: (0x7A8, 0x7A9),
    0xF029: (0x6E4, 0x6E5), 0xF02A: (0x46A, 0x46B, 0x6E2, 0x6E3),
}  # fmt: skip
_TWICE = (b"nonshppict", b"shprslt")  # groups that hold once more what stands before them
_WORD = re.compile(rb"(?<!\\)(?:\\\\)*\\(pict|objdata|nonshppict|shprslt|bin)(?![a-zA-Z])")
_BIN = re.compile(rb"(?<!\\)(?:\\\\)*\\bin(?![a-zA-Z])")
_BRACE = re.compile(rb"\\[{}\\]|[{}]")
_TOKEN = re.compile(rb"\\(?:([a-zA-Z]+)-?\d* ?|[^a-zA-Z])|[{}]")
_TOKEN_OR_DIGIT = re.compile(rb"\\(?:([a-zA-Z]+)-?\d* ?|[^a-zA-Z])|[{}]|[0-9a-fA-F]")


def count_ooxml(request: Request) -> int | None:
    """Parts that are no XML of the format's own: media, objects, macros, thumbnails."""
    found = directory_of(request.path)
    if found is None:
        return None
    names = {name.replace(b"\\", b"/").lstrip(b"/"): size for name, size in found[1]}
    return sum(1 for name, size in names.items() if _is_member(name.lower(), size))


def count_flat(request: Request) -> int | None:
    """Parts of a package in one XML file, told by their names as those of a zip are."""
    names = re.findall(rb"<pkg:part\b[^>]*?\spkg:name=\"/?([^\"]+)\"", request.path.read_bytes())
    return sum(1 for name in set(names) if _is_member(name.lower(), 1))


def count_wordml(request: Request) -> int | None:
    """Stretches of binary data in a Word 2003 document."""
    return len(re.findall(rb"<w:binData[\s>]", request.path.read_bytes()))


def count_flat_odf(request: Request) -> int | None:
    """Stretches of binary data in an OpenDocument file in one piece."""
    return len(re.findall(rb"<office:binary-data[\s>]", request.path.read_bytes()))


def _is_member(name: bytes, size: int) -> bool:
    if (name.endswith(b"/") and not size) or name.endswith(_PLAIN_XML) or name.startswith(_ASIDE):
        return False
    if b"/printersettings/" in name or (b"theme/" in name and name.endswith(b".bin")):
        return False
    binary = name.startswith(b"xl/") and name.endswith(b".bin")
    return not binary or name.startswith(_OWN_BINARIES)


def count_odf(request: Request) -> int | None:
    """Parts that are no XML of the format's own; macros and dialogs are, and count."""
    found = directory_of(request.path)
    if found is None:
        return None
    names = {name.replace(b"\\", b"/").lstrip(b"/").lower(): size for name, size in found[1]}
    if b"encrypted-package" in names:
        return None  # what it lists is not what is inside
    count = 0
    for name, size in names.items():
        source = name.startswith(_SOURCES) and not name.endswith(_LISTS)
        own = name.endswith((*_PLAIN_XML, b".rdf")) or name.startswith(_ASIDE)
        count += (source or not own) and not (name.endswith(b"/") and not size)
    return count


def count_doc(request: Request) -> int | None:
    """Objects, macros and pictures of a Word file; unknown where it is encrypted."""
    directory = _opened(request)
    if directory is None:
        return None
    main = _stream(directory, "worddocument")
    if len(main) < 12 or main[11] & 1:
        return None
    count = _objects(directory, "objectpool", 1) + _macros(directory)
    return count + _pictures(_stream(directory, "data")) + _pictures(main)


def count_xls(request: Request) -> int | None:
    """Objects, macros and pictures of a workbook; unknown where it is encrypted."""
    directory = _opened(request)
    if directory is None:
        return None
    book = _stream(directory, "workbook") or _stream(directory, "book")
    drawn = bytearray()
    at = before = 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        if kind == 0x2F:
            return None
        if kind == 0xEB or (kind == 0x3C and before == 0xEB):
            drawn += book[at + 4 : at + 4 + size]
            before = 0xEB
        else:
            before = kind
        at += 4 + size
    return _objects(directory, "mbd", 0) + _macros(directory) + _pictures(bytes(drawn))


def count_ppt(request: Request) -> int | None:
    """Objects and pictures of a presentation; unknown where it is encrypted."""
    directory = _opened(request)
    if directory is None:
        return None
    user = _stream(directory, "current user")
    if user[12:16] == b"\xdf\xc4\xd1\xf3":
        return None
    count = 0
    for name, wanted in (("powerpoint document", {0x1011}), ("pictures", set(_BLIPS))):
        body = _stream(directory, name)
        at = 0
        while at + 8 <= len(body):
            kind, size = struct.unpack_from("<HI", body, at + 2)
            count += kind in wanted
            at += 8 + size
    return count


def count_rtf(request: Request) -> int | None:
    """Pictures and objects by their control words; those that stand twice count once."""
    if request.path.stat().st_size > request.limits.memory // 8:
        return None
    data = request.path.read_bytes()
    if b"\\pict" not in data and b"\\objdata" not in data:
        return 0
    count = at = 0
    while match := _WORD.search(data, at):
        if match.group(1) == b"bin":
            return None  # what follows is no text, and braces in it are none
        if match.group(1) in _TWICE:
            at = _end_of_group(data, match.end())
            if _BIN.search(data, match.end(), at):
                return None
        else:
            found, at = _held(data, match.end())
            if found is None:
                return None
            count += found
    return count


def _end_of_group(data: bytes, at: int) -> int:
    depth = 1
    for match in _BRACE.finditer(data, at):
        if match.group() == b"{":
            depth += 1
        elif match.group() == b"}":
            depth -= 1
            if not depth:
                return match.end()
    return len(data)


def _held(data: bytes, at: int) -> tuple[int | None, int]:
    """(pictures and objects, end) of the group in which the word for one was met at `at`.

    One walk over the group and those inside it: a word counts where digits stand behind it in
    its own group. None for a group with bytes of no text.
    """
    count = 0
    waiting = [1]  # words in each open group that no digit was met for
    while waiting:
        match = (_TOKEN_OR_DIGIT if waiting[-1] else _TOKEN).search(data, at)
        if match is None:
            return count, len(data)
        at = match.end()
        token, word = match.group(), match.group(1)
        if token == b"{":
            waiting.append(0)
        elif token == b"}":
            waiting.pop()
        elif word == b"bin":
            return None, at
        elif word in (b"pict", b"objdata"):
            waiting[-1] += 1
        elif word in _TWICE:
            end = _end_of_group(data, at)
            if _BIN.search(data, at, end):
                return None, end
            at = end
            waiting.pop()
        elif token[:1] != b"\\":
            count += waiting[-1]
            waiting[-1] = 0
    return count, at


def _opened(request: Request) -> Directory | None:
    with request.path.open("rb") as stream:
        if stream.read(8) != b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            return None
    if request.path.stat().st_size > request.limits.memory // 4:
        return None
    return Directory(request.path.read_bytes())


def _stream(directory: Directory, name: str) -> bytes:
    for path, _ in directory.streams:
        if path[-1].lower() == name and (len(path) == 1 or path[0].upper() == "PP97_DUALSTORAGE"):
            return directory.read(path)
    return b""


def _objects(directory: Directory, prefix: str, level: int) -> int:
    """Storages that hold something: below the one named `prefix`, or named so themselves."""
    return len({
        path[level].lower()
        for path, _ in directory.streams
        if len(path) > level + 1 and path[0].lower().startswith(prefix)
    })  # fmt: skip


def _macros(directory: Directory) -> int:
    return len({
        path[0].lower()
        for path, _ in directory.streams
        if len(path) > 2 and path[1].lower() == "vba"
        and path[0].lower() in ("macros", "_vba_project_cur", "_vba_project")
    })  # fmt: skip


def _pictures(body: bytes) -> int:
    """Picture records by their heads, wherever they stand."""
    count = 0
    at = body.find(b"\xf0", 3)
    while at >= 0:
        version, kind, size = struct.unpack_from("<HHI", body.ljust(at + 5, b"\0"), at - 3)
        known = not version & 15 and version >> 4 in _BLIPS.get(kind, ())
        if known and 17 < size <= len(body) - at - 5:
            count += 1
            at += 4 + size
        at = body.find(b"\xf0", at + 1)
    return count
