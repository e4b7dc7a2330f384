"""Outlook items as what they say: properties to lines of text, and to a message of RFC 5322.

MSG, PST and TNEF hold the same properties ([MS-OXPROPS]) in different envelopes. Each envelope
gives an `Item`: its properties by tag, its recipients, its attachments. Here an item becomes
text (a mail's head and body, or the fields of an appointment, contact, task or journal entry),
and, where it lies inside something else, a message whose bytes are written out.

A message that is written out is no copy of bytes: the store holds properties, not a message. It
says so in its header `X-Written-From`, and it is always the same for the same properties, so
that its digest holds. The internet headers that the store kept stand in it as they were.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime

from assay.extract import charset, dates

SUBJECT, BODY, HTML, RTF, CLASS = 0x0037, 0x1000, 0x1013, 0x1009, 0x001A
SENDER, SENDER_AT, SENDER_SMTP, HEADERS = 0x0C1A, 0x0C1F, 0x5D01, 0x007D
ON_BEHALF, ON_BEHALF_AT, ON_BEHALF_SMTP = 0x0042, 0x0065, 0x5D02
TO, CC, BCC, SENT, RECEIVED, CREATED, CHANGED = (
    0x0E04, 0x0E03, 0x0E02, 0x0039, 0x0E06, 0x3007, 0x3008,
)  # fmt: skip
NAME, AT, SMTP, KIND = 0x3001, 0x3003, 0x39FE, 0x0C15
LONG_NAME, SHORT_NAME, DATA, METHOD, MIME, CONTENT_ID = (
    0x3707, 0x3704, 0x3701, 0x3705, 0x370E, 0x3712,
)  # fmt: skip
LONG_PATH = 0x370D
MESSAGE_ID, REFERENCES, REPLY_TO = 0x1035, 0x1039, 0x1042
INDEX, TOPIC, IMPORTANCE, SENSITIVITY, FLAGS = 0x0071, 0x0070, 0x0017, 0x0036, 0x0E07
CODEPAGE, INTERNET_CODEPAGE = 0x3FFD, 0x3FDE

# property sets, as the last two bytes of the first group of their GUID
_APPOINTMENT, _TASK, _ADDRESS, _COMMON, _LOG = 0x2002, 0x2003, 0x2004, 0x2008, 0x200A
_STANDARD = bytes.fromhex("00000000c000000000000046")

# (label, property set or 0 for a plain tag, id, kind): what an item of a class says besides
# its subject and body. Kinds: s text, t moment, d day, n number, y yes, p per cent, m minutes.
_Field = tuple[str, int, int, str]
_FIELDS: tuple[tuple[str, tuple[_Field, ...]], ...] = (
    (
        "ipm.contact",
        (
            ("Name", 0, NAME, "s"), ("Given name", 0, 0x3A06, "s"), ("Middle name", 0, 0x3A44, "s"),
            ("Surname", 0, 0x3A11, "s"), ("Prefix", 0, 0x3A45, "s"), ("Suffix", 0, 0x3A05, "s"),
            ("Nickname", 0, 0x3A4F, "s"), ("File as", _ADDRESS, 0x8005, "s"),
            ("Title", 0, 0x3A17, "s"), ("Company", 0, 0x3A16, "s"),
            ("Department", 0, 0x3A18, "s"), ("Office", 0, 0x3A19, "s"),
            ("Profession", 0, 0x3A46, "s"), ("Manager", 0, 0x3A4E, "s"),
            ("Assistant", 0, 0x3A30, "s"), ("E-mail", _ADDRESS, 0x8083, "s"),
            ("E-mail name", _ADDRESS, 0x8080, "s"), ("E-mail 2", _ADDRESS, 0x8093, "s"),
            ("E-mail 2 name", _ADDRESS, 0x8090, "s"), ("E-mail 3", _ADDRESS, 0x80A3, "s"),
            ("E-mail 3 name", _ADDRESS, 0x80A0, "s"), ("Instant message", _ADDRESS, 0x8062, "s"),
            ("Business phone", 0, 0x3A08, "s"), ("Business phone 2", 0, 0x3A1B, "s"),
            ("Home phone", 0, 0x3A09, "s"), ("Home phone 2", 0, 0x3A2F, "s"),
            ("Mobile phone", 0, 0x3A1C, "s"), ("Other phone", 0, 0x3A1F, "s"),
            ("Company phone", 0, 0x3A57, "s"), ("Assistant's phone", 0, 0x3A2E, "s"),
            ("Car phone", 0, 0x3A1E, "s"), ("Primary phone", 0, 0x3A1A, "s"),
            ("Callback phone", 0, 0x3A02, "s"), ("Radio phone", 0, 0x3A1D, "s"),
            ("Pager", 0, 0x3A21, "s"), ("Business fax", 0, 0x3A24, "s"),
            ("Home fax", 0, 0x3A25, "s"), ("Other fax", 0, 0x3A23, "s"),
            ("Telex", 0, 0x3A2C, "s"), ("TTY", 0, 0x3A4B, "s"), ("ISDN", 0, 0x3A2D, "s"),
            ("Work address", _ADDRESS, 0x801B, "s"), ("Home address", _ADDRESS, 0x801A, "s"),
            ("Other address", _ADDRESS, 0x801C, "s"), ("Postal address", 0, 0x3A15, "s"),
            ("Web page", _ADDRESS, 0x802B, "s"), ("Business home page", 0, 0x3A51, "s"),
            ("Personal home page", 0, 0x3A50, "s"), ("Birthday", 0, 0x3A42, "d"),
            ("Anniversary", 0, 0x3A41, "d"), ("Spouse", 0, 0x3A48, "s"),
            ("Children", 0, 0x3A58, "s"), ("Hobbies", 0, 0x3A43, "s"),
            ("Location", 0, 0x3A0D, "s"), ("Language", 0, 0x3A0C, "s"),
            ("Customer ID", 0, 0x3A4A, "s"), ("Government ID", 0, 0x3A07, "s"),
            ("Account", 0, 0x3A00, "s"), ("Referred by", 0, 0x3A47, "s"),
            ("FTP site", 0, 0x3A4C, "s"), ("Computer network", 0, 0x3A49, "s"),
            ("User 1", _ADDRESS, 0x804F, "s"), ("User 2", _ADDRESS, 0x8050, "s"),
            ("User 3", _ADDRESS, 0x8051, "s"), ("User 4", _ADDRESS, 0x8052, "s"),
        ),
    ),
    (
        "ipm.appointment",
        (
            ("Start", _APPOINTMENT, 0x820D, "t"), ("End", _APPOINTMENT, 0x820E, "t"),
            ("Location", _APPOINTMENT, 0x8208, "s"), ("All day", _APPOINTMENT, 0x8215, "y"),
            ("Recurring", _APPOINTMENT, 0x8223, "y"),
            ("Recurrence", _APPOINTMENT, 0x8232, "s"),
            ("Recurs from", _APPOINTMENT, 0x8235, "t"), ("Recurs to", _APPOINTMENT, 0x8236, "t"),
            ("Time zone", _APPOINTMENT, 0x8234, "s"), ("Attendees", _APPOINTMENT, 0x8238, "s"),
            ("Required", _APPOINTMENT, 0x823B, "s"), ("Optional", _APPOINTMENT, 0x823C, "s"),
            ("Not invited", _APPOINTMENT, 0x8259, "s"),
        ),
    ),
    (
        "ipm.task",
        (
            ("Start", _TASK, 0x8104, "t"), ("Due", _TASK, 0x8105, "t"),
            ("Status", _TASK, 0x8101, "status"), ("Complete", _TASK, 0x8102, "p"),
            ("Completed", _TASK, 0x810F, "t"), ("Owner", _TASK, 0x811F, "s"),
            ("Assigned by", _TASK, 0x8121, "s"), ("Last user", _TASK, 0x8122, "s"),
            ("Actual effort", _TASK, 0x8110, "m"), ("Estimated effort", _TASK, 0x8111, "m"),
        ),
    ),
    (
        "ipm.activity",
        (
            ("Type", _LOG, 0x8700, "s"), ("Start", _LOG, 0x8706, "t"), ("End", _LOG, 0x8708, "t"),
            ("Duration", _LOG, 0x8707, "m"), ("Entry", _LOG, 0x8712, "s"),
        ),
    ),
    ("ipm.distlist", (("List", _ADDRESS, 0x8053, "s"), ("Name", 0, NAME, "s"))),
)  # fmt: skip
_ALWAYS: tuple[_Field, ...] = (
    ("Reminder", _COMMON, 0x8502, "t"), ("Flag", _COMMON, 0x8530, "s"),
    ("Companies", _COMMON, 0x8539, "s"), ("Contacts", _COMMON, 0x853A, "s"),
    ("Billing", _COMMON, 0x8535, "s"), ("Mileage", _COMMON, 0x8534, "s"),
)  # fmt: skip
_STATUS = ("not started", "in progress", "complete", "waiting for somebody", "deferred")
_OWN_HEADERS = re.compile(rb"^(?:content-[\w-]+|mime-version|x-written-from)[ \t]*:", re.IGNORECASE)
_FIELD_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")


class Item:
    """Properties of one message, recipient or attachment. An envelope fills in `value`.

    `named` gives the tag of a property that has no fixed one, by (property set, id or name).
    """

    named: dict[tuple[bytes, int | str], int]
    codec: str | None = None

    def value(self, tag: int) -> tuple[int, bytes] | None:
        """(type, bytes) of a property, None where the item does not have it.

        Several strings are given as one, divided by zeros, under the type of one string.
        """
        raise NotImplementedError

    def recipients(self) -> list[Item]:
        """The recipients in their order."""
        return []

    def attached(self) -> Iterable[Attached]:
        """The attachments in their order."""
        return ()

    # ------------------------------------------------------------ typed

    def text(self, tag: int) -> str:
        """A string property, "" where it is not there."""
        found = self.value(tag)
        if found is None:
            return ""
        kind, raw = found
        if kind & 0xFFF == 0x1F:
            text = raw.decode("utf-16-le", "replace").rstrip("\0")
        elif kind & 0xFFF == 0x1E:
            text = charset.decode(raw.rstrip(b"\0"), self.codec).text
        else:
            return ""
        return text.replace("\0", "; ") if kind & 0x1000 else text

    def binary(self, tag: int) -> bytes | None:
        """A binary property."""
        found = self.value(tag)
        return found[1] if found is not None and found[0] in (0x102, 0xD, 0x48) else None

    def number(self, tag: int) -> int:
        """A number property, 0 where it is not there."""
        found = self.value(tag)
        return int.from_bytes(found[1][:4], "little") if found is not None else 0

    def moment(self, tag: int) -> datetime | None:
        """A time property (FILETIME, UTC)."""
        found = self.value(tag)
        ticks = int.from_bytes(found[1][:8], "little") if found and found[0] == 0x40 else 0
        if not ticks or ticks > 0x7FFFFFFFFFFFFFFF:
            return None
        try:
            return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(0, ticks // 10**7)
        except (OverflowError, ValueError):
            return None

    def at(self, tag: int) -> str | None:
        """A time property as RFC 3339."""
        moment = self.moment(tag)
        return dates.in_utc(moment) if moment else None

    def tag_of(self, group: int, number: int) -> int:
        """The tag that stands for a named property, 0 where the item's map has none."""
        return self.named.get((struct.pack("<IHH", 0x00060000 | group, 0, 0) + _GROUP, number), 0)

    def choose_codec(self) -> None:
        """Take the charset of 8-bit strings from what the message says of itself."""
        page = self.number(CODEPAGE) or self.number(INTERNET_CODEPAGE)
        if page:
            self.codec = "utf-8" if page == 65001 else charset.known(f"cp{page}")


_GROUP = _STANDARD[4:]


@dataclass
class Attached:
    """An attachment: its properties, its bytes or the item in it."""

    item: Item
    chunks: Callable[[], Iterator[bytes]] | None = None
    inside: Callable[[], Item] | None = None
    other: str = ""  # what it is, where it is neither

    @property
    def name(self) -> str:
        """The name given to it, "" for none."""
        item = self.item
        return item.text(LONG_NAME) or item.text(SHORT_NAME) or item.text(NAME)


@dataclass
class Body:
    """The bodies of an item: plain text, a page with its charset, unpacked RTF."""

    plain: str = ""
    html: bytes = b""
    html_charset: str | None = None
    rtf: bytes = b""
    damaged: bool = False
    lines: list[str] = field(default_factory=list)


def named_from(guids: bytes, entries: bytes, names: bytes) -> dict[tuple[bytes, int | str], int]:
    """The map of named properties that MSG and PST share ([MS-OXMSG] 2.2.3, [MS-PST] 2.4.7)."""
    found: dict[tuple[bytes, int | str], int] = {}
    for at in range(0, len(entries) - 7, 8):
        number, kind, place = struct.unpack_from("<IHH", entries, at)
        index = kind >> 1
        group = guids[(index - 3) * 16 : (index - 2) * 16] if index >= 3 else bytes([index])
        if kind & 1:
            size = int.from_bytes(names[number : number + 4], "little")
            name = names[number + 4 : number + 4 + size].decode("utf-16-le", "replace")
            found[(group, name.lower())] = 0x8000 + place
        else:
            found[(group, number)] = 0x8000 + place
    return found


def who(item: Item, name: int, smtp: int, at: int) -> str:
    """A person as `Name <address>`."""
    shown, place = item.text(name).strip(), (item.text(smtp) or item.text(at)).strip()
    if place.startswith("/") and "@" not in place and shown:  # an Exchange directory name
        place = ""
    return f"{shown} <{place}>" if shown and place and shown != place else shown or place


def sender(item: Item) -> str:
    """The sender; whom it was sent for stands in the headers."""
    return who(item, SENDER, SENDER_SMTP, SENDER_AT) or who(
        item, ON_BEHALF, ON_BEHALF_SMTP, ON_BEHALF_AT
    )


def people(item: Item) -> list[tuple[int, str]]:
    """(1 to, 2 cc, 3 bcc; `Name <address>`) of each recipient."""
    found = []
    for one in item.recipients():
        shown = who(one, NAME, SMTP, AT)
        if shown:
            found.append((one.number(KIND) & 3 or 1, shown))
    return found


def head(item: Item) -> list[tuple[str, str]]:
    """The headers that stand at the top of the text."""
    listed = people(item)
    shown = [("From", sender(item))]
    for kind, name, fallback in ((1, "To", TO), (2, "Cc", CC), (3, "Bcc", BCC)):
        line = "; ".join(w for k, w in listed if k == kind) or item.text(fallback)
        shown.append((name, line))
    shown += [("Date", item.at(SENT) or ""), ("Subject", item.text(SUBJECT))]
    return [(name, value) for name, value in shown if value]


def listed(item: Item) -> list[str]:
    """The names of the attachments, as a line of the head."""
    names = [attached.name for attached in item.attached()]
    return ["Attached: " + ", ".join(name or "(no name)" for name in names[:500])] if names else []


def fields(item: Item) -> list[str]:
    """What an appointment, contact, task, journal entry or list says in fields of its own."""
    kind = item.text(CLASS).lower()
    if kind.startswith(("ipm.schedule.meeting", "ipm.ole.class")):
        kind = "ipm.appointment"
    elif kind.startswith("ipm.taskrequest"):
        kind = "ipm.task"
    chosen = next((f for prefix, f in _FIELDS if kind.startswith(prefix)), ())
    lines: list[str] = []
    for label, group, number, how in (*chosen, *_ALWAYS):
        tag = item.tag_of(group, number) if group else number
        value = _shown(item, tag, how) if tag else ""
        if value:
            lines.append(f"{label}: {value}")
    if kind.startswith("ipm.distlist"):
        lines += _members_of_list(item)
    return lines


def _shown(item: Item, tag: int, how: str) -> str:
    if how == "s":
        return item.text(tag).strip()
    found = item.value(tag)
    if found is None:
        return ""
    if how in ("t", "d"):
        at = item.at(tag)
        return "" if at is None or at.startswith("4501-") else at[:10] if how == "d" else at
    if how == "p":
        share = struct.unpack("<d", found[1][:8])[0] if len(found[1]) >= 8 else 0.0
        return f"{share * 100:.0f} %" if 0 < share <= 1 else ""
    number = item.number(tag)
    if how == "status":
        return _STATUS[number] if number < len(_STATUS) else str(number)
    if how == "m":
        return f"{number} minutes" if number else ""
    return "yes" if number else ""


def _members_of_list(item: Item) -> list[str]:
    """Names in the one-off members of a distribution list ([MS-OXOCNTC] 2.2.3)."""
    tag = item.tag_of(_ADDRESS, 0x8054)
    found = item.value(tag) if tag else None
    if found is None:
        return []
    names = re.findall(rb"(?:[ -~]\0|[^\0-\x1f]\x04){3,}", found[1])
    return [f"Member: {name.decode('utf-16-le', 'replace')}" for name in names]


def body_of(item: Item, limit: int) -> Body:
    """Every body that the item holds."""
    body = Body(plain=item.text(BODY).replace("\r\n", "\n").replace("\r", "\n"))
    page = item.binary(HTML)
    if page is None and (text := item.text(HTML)):
        body.html, body.html_charset = text.encode(), "utf-8"
    elif page:
        number = item.number(INTERNET_CODEPAGE)
        body.html = page.rstrip(b"\0") if page[:2] not in (b"\xff\xfe", b"\xfe\xff") else page
        if number:
            body.html_charset = "utf-8" if number == 65001 else charset.known(f"cp{number}")
    packed = item.binary(RTF)
    if packed:
        try:
            body.rtf = unpack(packed, limit)
        except (ValueError, IndexError, struct.error):
            body.damaged = True
    if body.rtf and not body.html and b"\\fromhtml1" in body.rtf[:2000]:
        body.html, body.html_charset = page_in_rtf(body.rtf), "utf-8"
    return body


_START = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
_START += b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0"
_START += b"\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"


def unpack(packed: bytes, limit: int) -> bytes:
    """RTF from its packed form ([MS-OXRTFCP]). Raises ValueError for anything else."""
    _, size, magic = struct.unpack_from("<III", packed)
    if magic == 0x414C454D:
        return packed[16 : 16 + size]
    if magic != 0x75465A4C:
        raise ValueError("no packed RTF")
    # the window of 4096 bytes is the end of what came out, with its start before it
    out = bytearray(4096 - len(_START)) + _START
    base, at, end = 4096, 16, len(packed)
    bias = len(_START) - base
    while at < end and len(out) - base <= limit:
        control = packed[at]
        at += 1
        if not control and at + 8 <= end:
            out += packed[at : at + 8]
            at += 8
            continue
        for literals in _RUNS[control]:
            if literals:
                out += packed[at : at + literals]
                at += literals
            if at + 1 >= end:
                return bytes(out[base:])
            reference = packed[at] << 8 | packed[at + 1]
            at += 2
            back = (bias + len(out) - (reference >> 4)) & 4095
            length = (reference & 15) + 2
            if back >= length:
                start = len(out) - back
                out += out[start : start + length]
            elif back:  # it runs into what it writes
                out += (out[-back:] * (length // back + 1))[:length]
            else:
                return bytes(out[base:])
        rest = _RESTS[control]
        out += packed[at : at + rest]
        at += rest
    return bytes(out[base:])


def _runs_of(control: int) -> list[int]:
    """How many plain bytes stand before each reference of a control byte, and after the last."""
    return [len(run) for run in f"{control:08b}"[::-1].split("1")]


_RUNS = [_runs_of(control)[:-1] for control in range(256)]
_RESTS = [_runs_of(control)[-1] for control in range(256)]


_TOKEN = re.compile(
    # the two that such a file is full of, each at once: a tag of the page, and RTF to be left out
    # that changes nothing which holds behind it
    rb"\{\\\*\\htmltag\d{0,10} ?([^\\{}\r\n\0]*)\}[\r\n\0]*"
    rb"|\\htmlrtf1? ?(?:[^\\{}]++|\\(?!htmlrtf|u|f\d)[a-zA-Z]++(?:-?\d++)? ?)*+(\\htmlrtf0) ?"
    rb"|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])"
    rb"|([{}])[\r\n\0]*|[\r\n\0]+|([^\\{}\r\n\0]+)|\\",
    re.DOTALL,
)
_TAG, _LEFT_OUT, _WORD, _NUMBER, _BYTE, _SYMBOL, _BRACE, _TEXT = range(1, 9)  # its groups
_SAID = {
    b"par": "\r\n", b"line": "\r\n", b"tab": "\t", b"lquote": "\u2018", b"rquote": "\u2019",
    b"ldblquote": "\u201c", b"rdblquote": "\u201d", b"bullet": "\u2022", b"endash": "\u2013",
    b"emdash": "\u2014",
}  # fmt: skip
_ASIDE = frozenset(
    (b"fonttbl", b"colortbl", b"stylesheet", b"generator", b"info", b"pntext", b"listtable",
     b"pict", b"listoverridetable", b"themedata", b"colorschememapping", b"datastore",
     b"latentstyles", b"rsidtbl", b"mhtmltag", b"xmlnstbl")
)  # fmt: skip
_FONT_CHARSETS = {
    128: "cp932", 129: "cp949", 134: "gbk", 136: "cp950", 161: "cp1253", 162: "cp1254",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip


def page_in_rtf(rtf: bytes) -> bytes:
    """The page that an RTF was made from, in UTF-8 ([MS-OXRTFEX] 2.2.3)."""
    match = re.search(rb"\\ansicpg(\d+)", rtf[:2000])
    default = charset.known(f"cp{int(match.group(1))}") if match else None
    codec = default = default or "cp1252"
    fonts: dict[bytes, str] = {
        number: _FONT_CHARSETS[int(kind)]
        for number, kind in re.findall(rb"\\f(\d+)[^{}]{0,80}?\\fcharset(\d+)", rtf[:100_000])
        if int(kind) in _FONT_CHARSETS
    }
    out: list[str] = []
    held = bytearray()

    def flush() -> None:
        if held:
            out.append(held.decode(codec, "replace"))
            held.clear()

    silent, aside, inside, uc, skip = False, False, False, 1, 0
    stack: list[tuple[bool, bool, bool, int, str]] = []
    for token in _TOKEN.finditer(rtf):
        kind = token.lastindex
        if kind in (_TAG, _TEXT):
            if kind == _TEXT and (silent or aside):
                continue
            text = token.group(kind)
            if skip:
                cut = min(skip, len(text))
                skip -= cut
                text = text[cut:]
            held += text
        elif kind == _LEFT_OUT:
            silent = False
        elif kind == _BRACE:
            if held:
                flush()
            if token.group(_BRACE) == b"{":
                stack.append((silent, aside, inside, uc, codec))
            elif stack:
                silent, aside, inside, uc, codec = stack.pop()
        elif kind in (_WORD, _NUMBER):
            word, number = token.group(_WORD, _NUMBER)
            if word == b"htmlrtf":
                flush()
                silent = number != b"0"
            elif word == b"htmltag":
                inside, aside, silent = True, False, False
            elif word in _ASIDE:
                aside = True
            elif word == b"uc":
                uc = int(number or 1)
            elif word == b"f":
                flush()
                codec = fonts.get(number or b"", default)
            elif not (silent or aside):
                if word == b"u" and number:
                    flush()
                    code = int(number) & 0xFFFF
                    out.append(chr(code))
                    skip = uc
                elif word in _SAID:
                    flush()
                    out.append(_SAID[word])
        elif silent or aside:
            continue
        elif kind == _BYTE:
            if skip:
                skip -= 1
            else:
                held.append(int(token.group(_BYTE), 16))
        elif kind == _SYMBOL:
            symbol = token.group(_SYMBOL)
            if symbol in b"{}\\":
                held += symbol
            elif symbol == b"~":
                flush()
                out.append("&nbsp;")
    flush()
    whole = "".join(out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.encode()


# ---------------------------------------------------------------- written out as a message


def safe_name(subject: str, ending: str = ".eml") -> str:
    """A name for an item by its subject; a slash in it would be a folder."""
    return (subject.strip()[:80].replace("/", "_").replace("\0", "") or "untitled") + ending


def write_out(
    item: Item, store: str, limits_text: int, depth_limit: int, place: str = "1"
) -> Iterator[bytes]:
    """The item as a message of RFC 5322, in chunks; the same for the same properties.

    `store` says which format it comes from. Attachments are streamed and never held whole;
    items inside go down to `depth_limit`, below which a part says that there was one.
    """
    yield b"".join(_headers(item, store))
    body = body_of(item, limits_text)
    lines = fields(item)
    plain = body.plain
    if not plain.strip() and not body.html and body.rtf:
        # a rich body alone: the reader of messages opens it as a part of its own
        plain = ""
    if lines:
        plain = "\n".join(lines) + ("\n\n" + plain if plain.strip() else "")
    parts: list[tuple[bytes, bytes]] = []
    if plain.strip():
        parts.append((b"text/plain; charset=utf-8", plain.encode("utf-8", "replace")))
    if body.html:
        kind = b"text/html"
        if body.html_charset:
            kind += b"; charset=" + body.html_charset.encode()
        parts.append((kind, body.html))
    if body.rtf and not body.html and not body.plain.strip():
        parts.append((b"text/rtf; name=body.rtf", body.rtf))
    mark = b"=_written_" + hashlib.sha256(place.encode()).hexdigest()[:16].encode()
    yield b'Content-Type: multipart/mixed; boundary="' + mark + b'"\r\n\r\n'
    alternative = len(parts) == 2 and parts[1][0].startswith(b"text/html") and not lines
    if alternative:
        yield b"--" + mark + b'\r\nContent-Type: multipart/alternative; boundary="' + mark
        yield b'_a"\r\n\r\n'
    inner = mark + b"_a" if alternative else mark
    for kind, data in parts:
        yield b"--" + inner + b"\r\nContent-Type: " + kind
        yield b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        yield base64.encodebytes(data).replace(b"\n", b"\r\n")
    if alternative:
        yield b"--" + inner + b"--\r\n"
    for number, attached in enumerate(item.attached(), 1):
        yield b"--" + mark + b"\r\n"
        yield from _part(attached, f"{place}.{number}", store, limits_text, depth_limit)
    yield b"--" + mark + b"--\r\n"


def _part(
    attached: Attached, place: str, store: str, limits_text: int, depth_limit: int
) -> Iterator[bytes]:
    name = attached.name
    if attached.inside is not None and place.count(".") < depth_limit:
        inner = attached.inside()
        if not name or not name.lower().endswith((".msg", ".eml")):
            name = safe_name(name or inner.text(SUBJECT))
        name = name[:-4] + ".eml"
        yield b"Content-Type: message/rfc822\r\n" + _disposition(name) + b"\r\n"
        yield from write_out(inner, store, limits_text, depth_limit, place)
        return
    if attached.chunks is None:
        # a link or an object of another program: said by the reader as a part not claimed
        what = attached.other or ("an item nested too deep" if attached.inside else "no bytes")
        yield b"Content-Type: message/external-body; access-type=x-" + (
            re.sub(rb"[^a-z]+", b"-", what.encode()) + b"\r\n" + _disposition(name) + b"\r\n"
        )
        return
    kind = attached.item.text(MIME).strip()
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) or kind.startswith(("multipart/", "message/")):
        kind = "application/octet-stream"
    yield b"Content-Type: " + kind.encode("ascii", "replace") + b"\r\n" + _disposition(name)
    if cid := attached.item.text(CONTENT_ID).strip():
        yield b"Content-ID: <" + cid.encode("ascii", "replace")[:500] + b">\r\n"
    yield b"Content-Transfer-Encoding: base64\r\n\r\n"
    rest = b""
    for chunk in attached.chunks():
        data = rest + chunk
        whole = len(data) // 57 * 57
        yield base64.encodebytes(data[:whole]).replace(b"\n", b"\r\n")
        rest = data[whole:]
    yield base64.encodebytes(rest).replace(b"\n", b"\r\n")


def _disposition(name: str) -> bytes:
    if not name:
        return b"Content-Disposition: attachment\r\n"
    from urllib.parse import quote

    coded = quote(name.encode("utf-8", "replace"), safe="")
    return b"Content-Disposition: attachment; filename*=utf-8''" + coded.encode() + b"\r\n"


def _headers(item: Item, store: str) -> list[bytes]:
    """The headers of the store, and those that it holds as properties only."""
    kept, there = _kept_headers(item.text(HEADERS))
    lines = [f"X-Written-From: {store} properties, not a copy of bytes\r\n".encode()]
    if kind := item.text(CLASS):
        lines.append(_header("X-Item-Class", kind))
    listed = people(item)
    made: list[tuple[str, str]] = [("From", sender(item))]
    for kind_number, name, fallback in ((1, "To", TO), (2, "Cc", CC), (3, "Bcc", BCC)):
        value = ", ".join(_address(w) for k, w in listed if k == kind_number)
        made.append((name, value or item.text(fallback)))
    moment = item.moment(SENT) or item.moment(RECEIVED)
    made.append(("Subject", item.text(SUBJECT)))
    made.append(("Date", format_datetime(moment) if moment else ""))
    made.append(("Message-ID", item.text(MESSAGE_ID)))
    made.append(("In-Reply-To", item.text(REPLY_TO)))
    made.append(("References", item.text(REFERENCES)))
    index = item.binary(INDEX)
    made.append(("Thread-Index", base64.b64encode(index).decode() if index else ""))
    made.append(("Thread-Topic", item.text(TOPIC)))
    for label, tag in (("Received", RECEIVED), ("Created", CREATED), ("Changed", CHANGED)):
        made.append((f"X-Item-{label}", item.at(tag) or ""))
    if item.value(FLAGS) is not None:
        flags = item.number(FLAGS)
        states = [w for bit, w in ((1, "read"), (4, "submitted"), (8, "unsent")) if flags & bit]
        made.append(("X-Item-State", ", ".join(states)))
    importance = item.value(IMPORTANCE)
    if importance is not None and item.number(IMPORTANCE) != 1:
        made.append(("Importance", {0: "low", 2: "high"}.get(item.number(IMPORTANCE), "")))
    if sensitivity := item.number(SENSITIVITY):
        words = {1: "Personal", 2: "Private", 3: "Company-Confidential"}
        made.append(("Sensitivity", words.get(sensitivity, "")))
    lines += [_header(n, v) for n, v in made if v and n.lower() not in there]
    lines += kept
    lines.append(b"MIME-Version: 1.0\r\n")
    return lines


def _kept_headers(text: str) -> tuple[list[bytes], set[str]]:
    """The internet headers that a store kept, without those about the MIME parts."""
    kept: list[bytes] = []
    there: set[str] = set()
    keeping = False
    for line in re.split(r"\r\n|\n|\r", text.strip()):
        raw = line.encode("utf-8", "replace")
        if raw[:1] in (b" ", b"\t"):
            if keeping and raw.strip():
                kept.append(raw + b"\r\n")
            continue
        match = _FIELD_NAME.match(raw)
        keeping = bool(match) and not _OWN_HEADERS.match(raw)
        if keeping and match:
            kept.append(raw + b"\r\n")
            there.add(match.group(1).decode().lower())
    return kept, there


def _address(shown: str) -> str:
    """`Name <address>` with the name quoted where it needs to be."""
    name, bracket, place = shown.rpartition(" <")
    if not bracket:
        return shown.replace(",", " ") if "@" not in shown else shown
    if re.search(r'[",;:<>()\[\]@\\]', name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{place}"


def _header(name: str, value: str) -> bytes:
    value = " ".join(value.split())
    if not value.isascii() or len(value) > 900:
        value = Header(value, "utf-8", header_name=name, maxlinelen=76).encode(linesep="\r\n")
    return f"{name}: {value}\r\n".encode("utf-8", "replace")
