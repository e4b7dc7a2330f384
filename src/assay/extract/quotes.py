"""Which stretches of a mail's text are quoted from an earlier one, and which are a signature.

A reader wants what this person wrote, and a searcher must not take ten copies of one sentence
for ten statements. Three marks count: lines that begin with `>`; a line that announces a
quotation (`On … wrote:`) with what it announces; a divider (`-----Original Message-----`, or a
block of From, Sent, To and Subject as mail programs set it) and all that follows. A signature
begins at a line `-- ` (RFC 3676, 4.3). Nothing is taken out of the text: regions lie over it.
Offsets count code points of the text given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from assay.model.reading import RegionKind

Mark = tuple[RegionKind, int, int]

_WROTE = (
    r"wrote|writes|schrieb(?: am [^\n]{0,80})?|a écrit|escribió|escribio|ha scritto|scrisse|"
    r"escreveu|schreef|napisał(?:\(a\))?|napsal\(a\)|skrev|kirjoitti|yazdı|пишет|писал(?:\(а\))?|"
    r"написал(?:\(а\))?|написав|жазды|يېزىدۇ|كتب|写道|寫道|のメール|さんは書きました"
)
_ANNOUNCED = re.compile(
    rf"^[ \t]*(?:[^\n>]{{1,300}}(?:\n[^\n>]{{1,200}})?(?:{_WROTE})[ \t\u00a0]*[:：]"
    rf"|(?:Am|Le|El|Il|Em|On|Op|W dniu)\b[^\n>]{{4,200}}[:：])[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_DIVIDER = re.compile(
    r"^[ \t]*(?:[-_=]{3,}[ \t]*(?:"
    r"original[ \t](?:message|appointment)|forwarded[ \t](?:message|by[^\n]{0,80})|"
    r"ursprüngliche[ \t](?:nachricht|mail)|weitergeleitete[ \t]nachricht|"
    r"message[ \t](?:d'origine|original|d’origine|transféré|transmis|initial)|"
    r"mensaje[ \t](?:original|reenviado)|messaggio[ \t](?:originale|inoltrato)|"
    r"mensagem[ \t](?:original|encaminhada)|oorspronkelijk[ \t]bericht|"
    r"wiadomość[ \t]oryginalna|исходное[ \t]сообщение|"
    r"(?:пересылаемое|пересланное|исходное)[ \t](?:сообщение|письмо)|"
    r"原始邮件|原始郵件|邮件原件|轉寄郵件|转发邮件|转发的邮件|"
    r"الرسالة[ \t]الأصلية|رسالة[ \t]محولة"
    r")[ \t]*[-_=]*|begin forwarded message:|"
    r"_{20,})[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_FROM = r"from|von|de|da|van|od|от|кого|发件人|寄件者|寄件人|من|差出人|kimden|кімнен"
_SENT = (
    r"sent|date|gesendet|datum|envoyé|date|enviado(?: el)?|fecha|inviato|data|verzonden|wysłano|"
    r"отправлено|дата|发送时间|日期|寄件日期|傳送時間|تاريخ الإرسال|التاريخ|送信日時|gönderme"
)
_TO = (
    r"to|an|à|a|para|aan|do|кому|收件人|إلى|宛先|kime|cc|subject|betreff|objet|asunto|oggetto|"
    r"assunto|onderwerp|temat|тема|主题|主旨|الموضوع|件名|konu"
)
_BLOCK = re.compile(
    rf"^[ \t*]*(?:{_FROM})[ \t*]*[:：][^\n]*\n(?:[^\n]*\n){{0,2}}?[ \t*]*(?:{_SENT})[ \t*]*[:：]"
    rf"[^\n]*\n(?:[^\n]*\n){{0,2}}?[ \t*]*(?:{_TO})[ \t*]*[:：]",
    re.MULTILINE | re.IGNORECASE,
)
_QUOTED = re.compile(r"^>[^\n]*(?:\n|\Z)", re.MULTILINE)
_ARROW = re.compile(r"^>", re.MULTILINE)
_RULES = ("---", "___", "===")
_ENDS = re.compile(r"[:：][ \t]*$", re.MULTILINE)
_SAYS = re.compile(r"\w")
# a line end that may be missing would let each line be cut anywhere: the last one alone has none
_SIGNED = re.compile(r"^-- \n|^-- ?\Z|^--\n(?=(?:[^\n]*\n){0,7}[^\n]*\Z)", re.MULTILINE)
_LOOKED_AT = 2_000_000  # code points of a body; beyond it nothing is marked


def marks_in(text: str) -> list[Mark]:
    """Regions of plain text: quoted stretches and the signature, in their order."""
    if len(text) > _LOOKED_AT:
        return []
    found: list[Mark] = []
    rest = _tail_quoted(text)
    if rest < len(text):
        found.append(("quoted", rest, len(text)))
    new = text[:rest]
    found += _by_arrows(new)
    signed = _signature(new, found)
    if signed is not None:
        found.append(("signature", *signed))
    return sorted(found, key=lambda mark: mark[1])


def _tail_quoted(text: str) -> int:
    """Where everything that follows is an earlier message; the length where nothing is."""
    places = [len(text)]
    colons = text.count(":") + text.count("：")
    divided = any(rule in text for rule in _RULES) or "egin forwarded" in text
    for match in (
        _DIVIDER.search(text) if divided else None,
        _BLOCK.search(text) if colons >= 3 else None,
    ):
        if match is None:
            continue
        start = match.start()
        if match.re is _DIVIDER and match.group(0).strip().strip("_") == "":
            # a bare rule counts where a block of headers follows it
            block = _BLOCK.search(text, match.end())
            if block is None or text[match.end() : block.start()].strip():
                continue
        places.append(start)
    for match in _announcements(text):
        following = text[match.end() :].lstrip()
        if following and not following.startswith(">") and match.start() < min(places):
            if not _looks_announced(match.group(0)):
                continue
            if not _ARROW.search(text, match.end()):
                places.append(match.start())
    return min(places)


def _announcements(text: str) -> Iterator[re.Match[str]]:
    """Lines that announce a quotation, one or two at a time: only where a line ends in a colon.

    A search by the pattern alone would try each word of each line.
    """
    done = 0
    for end in _ENDS.finditer(text):
        line = text.rfind("\n", 0, end.start()) + 1
        before = text.rfind("\n", 0, max(line - 1, 0)) + 1
        for start in (before, line) if before < line else (line,):
            match = _ANNOUNCED.match(text, start) if start >= done else None
            if match is not None and match.end() > end.start():
                done = match.end()
                yield match
                break


def _looks_announced(line: str) -> bool:
    """Tell whether an announcing line names a time or an address: prose seldom does."""
    return bool(re.search(r"\d{1,2}[:.]\d\d|\d{4}|@", line))


def _by_arrows(text: str) -> list[Mark]:
    """Runs of lines that begin with `>`, with the line that announces them."""
    if ">" not in text:
        return []
    found: list[Mark] = []
    for match in _QUOTED.finditer(text):
        if found and not text[found[-1][2] : match.start()].strip():
            found[-1] = ("quoted", found[-1][1], match.end())
        else:
            found.append(("quoted", match.start(), match.end()))
    whole: list[Mark] = []
    for kind, start, end in found:
        if not _SAYS.search(text, start, end):
            continue
        before = text[:start].rstrip()
        line = before.rfind("\n") + 1
        two = before.rfind("\n", 0, max(line - 1, 0)) + 1
        for place in (line, two):
            match_at = _ANNOUNCED.match(before, place)
            if match_at and match_at.end() >= len(before.rstrip()):
                start = place
                break
        whole.append((kind, start, end))
    return whole


def _signature(text: str, quoted: list[Mark]) -> tuple[int, int] | None:
    """From the last `-- ` line to the end or the next quotation."""
    last = None
    for match in _SIGNED.finditer(text):
        if not any(start <= match.start() < end for _, start, end in quoted):
            last = match
    if last is None:
        return None
    end = min((start for _, start, _ in quoted if start > last.start()), default=len(text))
    return (last.start(), end) if text[last.start() : end].count("\n") < 40 else None


ELEMENTS = frozenset(("blockquote", "div", "hr", "span", "table", "p"))
_AROUND = re.compile(
    r"\b(?:gmail_quote(?:_container)?|yahoo_quoted|protonmail_quote|zmail_extra|tutanota_quote"
    r"|moz-cite-prefix|mailcontent-quote|OutlookMessageHeader|gmail_extra)\b",
    re.IGNORECASE,
)
_FROM_HERE = re.compile(
    r"\b(?:divRplyFwdMsg|stopSpelling|appendonsend|isForwardContent|isReplyContent)\b"
)
_RULE = re.compile(r"border-top\s*:\s*(?:solid|windowtext|#)", re.IGNORECASE)
_RULE_TEXT = re.compile(rf"\s*(?:{_FROM})\s*[:：]", re.IGNORECASE)


class Around:
    """Which lines of a page are an earlier mail, by what mail programs set around one.

    `found` takes (first line, end excluded); `lines` are those written so far.
    """

    def __init__(self, found: list[tuple[int, int]], lines: list[str]) -> None:
        self._found = found
        self._lines = lines
        self._element: int | None = None
        self._first = 0
        self._to_the_end = False

    def open(self, node: Any, tag: str, attributes: dict[str, Any]) -> None:
        """An element begins, its line not yet; the outermost quotation counts."""
        if self._element is not None or self._to_the_end:
            return
        about = f"{attributes.get('id') or ''} {attributes.get('class') or ''}"
        if tag == "blockquote" or _AROUND.search(about):
            self._element, self._first = node.mem_id, len(self._lines)
        elif _FROM_HERE.search(about) or _outlook_rule(node, attributes):
            self._to_the_end, self._first = True, len(self._lines)

    def shut(self, element: int) -> None:
        """An element ends."""
        if self._element is not None and element == self._element:
            self._found.append((self._first, len(self._lines)))
            self._element = None

    def end(self) -> None:
        """The page ends, and so does what is open."""
        if self._element is not None or self._to_the_end:
            self._found.append((self._first, len(self._lines)))


def _outlook_rule(node: Any, attributes: dict[str, Any]) -> bool:
    """The rule over From, Sent, To and Subject that Word sets above the mail it answers."""
    style = attributes.get("style") or ""
    if "border-top" not in style or not _RULE.search(style):
        return False
    return bool(_RULE_TEXT.match((node.text() or "")[:400]))
