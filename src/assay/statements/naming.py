"""Whom a mention stands for in languages other than English, as far as small tables tell.

Offices and articles are taken off a mention; what is left is a name. A short name is led to the
fullest one that another mention of the text gives, a pronoun to the last speaker with a name. A
description that keeps somebody back is anonymous. What the tables do not know stays unknown.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from assay.statements.persons import Who


class _Words(NamedTuple):
    articles: frozenset[str]
    pronouns: frozenset[str]
    offices: re.Pattern[str]
    kept_back: re.Pattern[str]
    cased: bool


def _of(articles: str, pronouns: str, offices: str, kept_back: str, cased: bool = True) -> _Words:
    return _Words(
        frozenset(articles.split()),
        frozenset(pronouns.split()),
        re.compile(offices, re.IGNORECASE),
        re.compile(kept_back, re.IGNORECASE),
        cased,
    )


_TABLES = {
    "de": _of(
        "der die das dem den des ein eine einer eines einem einen ihr ihre sein seine"
        " mehrere viele",
        "er sie",
        r"[\w-]*(?:minister|ministerin|sprecher|sprecherin|präsident|präsidentin|chef|chefin|anwalt"
        r"|anwältin|leiter|leiterin|meister|meisterin|direktor|direktorin|richter|richterin|experte"
        r"|expertin|forscher|forscherin|kanzler|kanzlerin|abgeordnete|abgeordneter|professor|ökonom"
        r"|ökonomen|fischer|bäuerin|bauer|zeuge|gouverneur|botschafter|vorsitzende|vorsitzender"
        r"|mitarbeiter|ingenieur|arzt|ärzte|mutter|vater|schwester|bruder)",
        r"nicht genannt|ungenannt|anonym|namentlich|^(?:ein|eine|einige|mehrere|viele) ",
    ),
    "fr": _of(
        "le la les un une des l' du de d' son sa ses leur leurs plusieurs",
        "il elle on",
        r"(?:ministre|premier|première|président|présidente|directeur|directrice|porte-parole|avocat"
        r"|avocate|maire|député|députée|chercheur|chercheuse|juge|secrétaire|économiste|patron)",
        r"anonym|^(?:un|une|des|plusieurs) ",
    ),
    "es": _of(
        "el la los las un una unos unas del de su sus varios varias",
        "él ella",
        r"(?:ministro|ministra|primer|presidente|presidenta|director|directora|portavoz|abogado"
        r"|abogada|alcalde|alcaldesa|diputado|diputada|investigador|investigadora|juez|jueza"
        r"|secretario|secretaria|economista|jefe)",
        r"anonim|^(?:un|una|unos|unas|varios|varias) ",
    ),
    "ru": _of(
        "в",
        "он она",
        r"(?:[\w-]*министр\w*|президент\w*|представитель\w*|пресс-секретар\w*|глава|главы|директор\w*"
        r"|адвокат\w*|мэр\w*|депутат\w*|учён\w+|эксперт\w*|судья|судьи|прокурор\w*|губернатор\w*"
        r"|госсекретар\w*|посол|рыбак\w*|житель|экономист\w*|полиция|компания|газета|агентство)",
        r"неназванн|анонимн|пожелавш|^(?:источник|один из|одна из)",
    ),
    "zh": _of(
        "",
        "他 她",
        r".*(?:发言人|部长|市长|总统|总理|主席|律师|外长|国务卿|院长|经理|董事长|教授|专家|检察官|学者|局长|司长"
        r"|秘书长|负责人|议员|經理|發言人|部長|總統)",
        r"不愿透露姓名|不具名|匿名|^(?:一名|一位|有)",
        cased=False,
    ),
    "ar": _of(
        "",
        "هو هي",
        r"(?:وزير|الوزير|رئيس|الرئيس|المتحدث|المتحدثة|المحامي|النائب|المدير|المديرة|السفير|الباحثة|الباحث"
        r"|الصياد|الفلاحة|الاقتصادي|المدعي|القاضي|الطبيب|المحافظ|الخارجية|الأمريكي|الألماني|الدفاع|العام"
        r"|باسم|السابق|\w*ية)",
        r"عدم ذكر اسم|مجهول|مصدر|مصادر",
        cased=False,
    ),
    "ug": _of(
        "",
        "ئۇ",
        r"(?:\w*مىنىستىرى|\w*باياناتچىسى|باياناتچى|رەئىس\w*|ۋالىي|مۇدىر|تەتقىقاتچى|دېھقان|بېلىقچى|ئەزاسى"
        r"|پارلامېنت|باش|سابىق|تاشقى|ئىشلار|ئامېرىكا|گېرمانىيە|دۆلەت|ئىشلىرى)",
        r"ئىسمىنى ئاشكارىلاشنى|نامسىز|^بىر ",
        cased=False,
    ),
}
_TOKEN = re.compile(r"[^\s,،]+")


class Names:
    """The names that the mentions of one text give, in their order."""

    def __init__(self, text: str, code: str) -> None:
        self._text = text
        self._code = code
        self._words = _TABLES.get(code)
        self._full: dict[str, str] = {}
        self._last: tuple[int, str] | None = None
        self._held: dict[str, str] = {}

    def resolve(self, surface: str, start: int) -> Who:
        """Whom a mention at `start` stands for. To be asked in the text's order."""
        words = self._words
        plain = surface.strip()
        if words is None or not plain:
            return Who(None, None, False)
        if plain.lower() in words.pronouns:
            near = self._last is not None and start - self._last[0] < 800
            return Who(self._last[1] if near and self._last else None, None, False)
        name, role = self._parted(plain, words)
        if words.kept_back.search(plain) and (not name or not words.cased):
            return Who(None, None, True)
        if not name:
            holder = self._held.get(role.split()[0].lower() if role else "")
            return Who(holder, role or None if holder else None, False)
        key = name.split()[-1] if words.cased or " " in name else name
        if len(name.split()) > 1 or role:
            self._full[key] = name
        full = self._full.get(key) or self._before(name, start, words) or name
        if len(full.split()) < 2 and not role and words.cased and name == plain.split()[-1]:
            full = full if self._full.get(key) or plain == name else ""
        if not full:
            return Who(None, None, False)
        self._last = (start, full)
        if role:
            self._held[role.split()[0].lower()] = full
        return Who(full, role or None, False)

    def _parted(self, plain: str, words: _Words) -> tuple[str, str]:
        """(name, office) of a mention."""
        plain = plain.split(",")[0].split("،")[0]
        if self._code == "zh":
            match = words.offices.match(plain)
            if match:
                name = plain[match.end() :]
                return (name, match.group()) if 2 <= len(name) <= 8 else ("", plain)
            return (plain, "") if 2 <= len(plain) <= 4 else ("", "")
        tokens = [(token.group(), token.start()) for token in _TOKEN.finditer(plain)]
        at = 0
        last_office = -1
        for number, (token, _) in enumerate(tokens):
            low = token.lower()
            office = words.offices.fullmatch(low)
            if office:
                last_office = number
            if low in words.articles or office or (words.cased and token[0].islower()):
                at = number + 1 if number == at or office else at
        name_tokens = tokens[at:]
        if not name_tokens and last_office >= 0:
            bare = [token for token, _ in tokens if token.lower() not in words.articles]
            return "", " ".join(bare)
        if not name_tokens or (not words.cased and last_office < 0 and len(name_tokens) > 1):
            return "", ""
        if words.cased and not name_tokens[0][0][0].isupper():
            return "", ""
        name = plain[name_tokens[0][1] :].strip()
        if words.cased:
            kept = []
            for token, _ in name_tokens:
                if not token[0].isupper() and token not in ("de", "del", "von", "van", "la", "der"):
                    break
                kept.append(token)
            name = " ".join(kept)
        role = plain[: name_tokens[0][1]].strip() if last_office >= 0 else ""
        first, _, rest = role.partition(" ")
        return name, rest if first.lower() in words.articles else role

    def _before(self, name: str, start: int, words: _Words) -> str:
        """A fuller name that stands earlier in the text, found by its last word."""
        if not words.cased or len(name.split()) > 1 or len(name) < 3:
            return ""
        head = self._text[max(0, start - 4_000) : start]
        shape = rf"(?:[^\W\d_a-zа-яäöüß][\w-]+ ){{1,2}}{re.escape(name)}\b"
        found = re.findall(shape, head)
        if not found:
            return ""
        parts = [
            part
            for part in found[-1].split()
            if part.lower() not in words.articles and not words.offices.fullmatch(part.lower())
        ]
        return " ".join(parts) if len(parts) > 1 else ""
