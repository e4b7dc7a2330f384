"""Who a mention stands for, within one text.

Names are gathered as the text gives them, with the offices beside them; a later mention is
resolved to the fullest name that fits: a surname to the last full name that ends so, an office to
whoever was given it, a pronoun to the person who spoke last or was named last. A description
without a name is anonymous where it keeps somebody back ("an unnamed official"). What does not
fit stays unknown.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from assay.statements import english
from assay.statements.words import Words

_TITLES = frozenset(
    "mr. mrs. ms. dr. sen. rep. gov. gen. prof. lt. col. sgt. capt. adm. rev. hon. mr mrs ms dr sir"
    " lord lady miss dame madam president senator governor secretary minister congressman"
    " congresswoman representative chairman mayor judge justice professor general colonel captain"
    " major king queen prince princess pope bishop father sister brother uncle aunt reverend"
    " ambassador chancellor premier commissioner sheriff officer detective former then-candidate"
    " vice chief attorney speaker rev atty. pres. supt. sens. reps. messrs. mme. mlle. m."
    .split()
)  # fmt: skip
_CIVIL = frozenset("mr. mrs. ms. miss dr. mr mrs ms dr sir lord lady dame mme. mlle.".split())
_FEMALE_TITLES = frozenset(
    "mrs. ms. miss mrs ms lady dame madam mme. mlle. queen princess congresswoman aunt sister"
    " duchess countess".split()
)
_MALE_TITLES = frozenset(
    "mr. mr sir lord king prince congressman uncle brother pope father duke count messrs.".split()
)
_FEMALE_WORDS = frozenset(
    "woman girl lady mother daughter wife sister aunt spokeswoman chairwoman businesswoman actress"
    " congresswoman queen princess widow girlfriend grandmother nun mrs ms".split()
)
_MALE_WORDS = frozenset(
    "man boy gentleman father son husband brother uncle spokesman chairman businessman actor"
    " congressman king prince boyfriend grandfather mr".split()
)
# first names that settle he or she; a hint, never more
_FEMALE_NAMES = frozenset(
    """mary patricia jennifer linda elizabeth barbara susan jessica sarah karen nancy lisa betty
    margaret sandra ashley kimberly emily donna michelle dorothy carol amanda melissa deborah
    stephanie rebecca sharon laura cynthia kathleen amy shirley angela helen anna brenda pamela
    nicole emma samantha katherine christine debra rachel catherine carolyn janet ruth maria heather
    diane virginia julie joyce victoria olivia kelly christina lauren joan evelyn judith megan
    cheryl andrea hannah martha jacqueline frances gloria ann teresa kathryn sara janice jean alice
    madison doris abigail julia judy grace denise amber marilyn beverly danielle theresa sophia
    marie diana brittany natalie isabella charlotte rose alexis kayla hillary chelsea ivanka melania
    huma nikki carly kellyanne condoleezza angela theresa ursula christine jill kamala tulsi
    elisabeth jane lucy marilla anne ellen fanny harriet daisy lydia kitty caroline""".split()
)
_MALE_NAMES = frozenset(
    """james robert john michael david william richard joseph thomas charles christopher daniel
    matthew anthony mark donald steven paul andrew joshua kenneth kevin brian george timothy ronald
    edward jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon
    benjamin samuel gregory alexander frank patrick raymond jack dennis jerry tyler aaron jose adam
    nathan henry douglas zachary peter kyle ethan walter noah jeremy christian keith roger terry
    harold sean austin carl arthur lawrence dylan jesse bryan billy bruce gabriel joe logan alan
    juan wayne elijah randy roy vincent ralph eugene russell bobby mason philip louis mike bill jim
    tim tom bob ted jeb marco rand ben barack bernie mitt newt rick chris lindsey mitch harry heiko
    arsalan adrian frank fred cecil freddy tony steve dan greg jeff corey paul sam""".split()
)
_ADVERB = re.compile(r"(?!kimberly|beverly)\w{5,}ly")
_JOINERS = frozenset("of the de da di von van der den del la le bin al ibn and for".split())
_NOT_NAMES = frozenset(
    """the a an and but or if when while as in on at by for from with to of this that these those it
    he she we they i you his her their our my your its there here what who how why where which
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december jan. feb. mar. apr. jun. jul. aug. sept. oct.
    nov. dec. yes no not so then now after before since although though because however meanwhile
    still also even just one two three both some many most all any each every another other last
    next first second third new according earlier later asked yet oh well ah god let do does did is
    are was were be have has had will would could should can may might must chapter volume book
    dear good mine don't please thank thanks why't nor whether until unless once perhaps never
    only such more less than over under about like indeed certainly come look never nothing nobody
    everybody everything somebody something really very quite hence suppose thus lest
    """.split()
)
_OFFICE_HEADS = frozenset(
    """secretary minister president senator governor chairman chairwoman director chief officer
    attorney lawyer spokesman spokeswoman spokesperson adviser advisor strategist manager professor
    expert analyst ambassador mayor congressman congresswoman representative leader founder editor
    economist historian pollster consultant author writer reporter journalist columnist host anchor
    commentator critic candidate nominee activist advocate member judge justice prosecutor
    commissioner chancellor premier king queen prince princess general colonel captain commander
    pastor priest bishop pope doctor teacher student owner ceo executive aide operative speaker
    scientist researcher investigator businessman billionaire veteran official inspector
    superintendent sheriff whip coordinator correspondent fellow frontrunner front-runner deputy
    """.split()
)  # fmt: skip
_INDEFINITE = frozenset(
    "a an one two three four five several some many most few another other others unnamed anonymous"
    " senior top multiple certain both numerous various every no any".split()
)
_KEPT_BACK = frozenset(
    "unnamed anonymous unidentified undisclosed source sources insider insiders anonymity".split()
)
_GROUP_WORDS = frozenset(
    """ministry department agency company government administration committee commission court
    council group organization organisation union university institute foundation party campaign
    police army bank office bureau network newspaper magazine station association federation service
    firm corporation board consortium center centre think-tank charity hospital school church team
    senate house congress parliament embassy""".split()
)
_THINGS = frozenset(
    """report reports study survey poll statement document documents letter letters article column
    filing complaint lawsuit memo email emails book affidavit indictment data figures records
    transcript story post tweet ad website page""".split()
)
_PRONOUNS_ONE = {"he": "m", "she": "f", "him": "m", "her": "f", "his": "m"}
_SELF = frozenset("i we me us they you who".split())


_FIRST_NAMES = _FEMALE_NAMES | _MALE_NAMES
_NOBODY: tuple[list[int], list[str]] = ([], [])


class Named(NamedTuple):
    """One stretch of a text that is a name: token range, words without titles, its office."""

    start: int
    end: int
    name: str
    role: str
    gender: str
    titled: str = ""


class Who(NamedTuple):
    """What a mention resolves to."""

    name: str | None
    role: str | None
    anonymous: bool


class Cast:
    """The persons and bodies that a text names, in its order."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self.named: list[Named] = []
        self._starts: list[int] = []
        # first and last word of a name -> places, and the full names there, in the text's order
        self._by_last: dict[str, tuple[list[int], list[str]]] = {}
        self._offices: list[tuple[int, frozenset[str], str]] = []
        self._office_by_name: dict[str, str] = {}
        self._gender: dict[str, str] = {}
        self._persons: set[str] = set()
        self._counts: dict[str, int] = {}
        self._gather()

    # -- gathering ---------------------------------------------------------------------------

    def _gather(self) -> None:
        tokens = self._words.words
        firsts = set(self._words.sentences)
        count = len(tokens)
        lows = {word.lower() for word in tokens if word.islower()}
        self._lows = lows
        caps = {word for at, word in enumerate(tokens) if at not in firsts and word[0].isupper()}
        at = 0
        while at < count:
            word = tokens[at]
            if not word[0].isupper() or not word[0].isalpha():
                at += 1
                continue
            low = word.lower()
            if low in _NOT_NAMES or (
                at in firsts and low in lows and low not in _TITLES and not self._cap(at + 1)
            ):
                at += 1
                continue
            if at in firsts and word not in caps and _ADVERB.fullmatch(low) and self._cap(at + 1):
                at += 1  # "Presently Tony": the first word is none of the name
                continue
            end = at + 1
            while end < count and end - at < 9 and end not in firsts:
                if self._cap(end) and tokens[end].lower() not in _NOT_NAMES:
                    end += 1
                elif (
                    tokens[end] in _JOINERS
                    and tokens[end] != "and"
                    and self._cap(end + 1)
                    and end + 1 not in firsts
                ):
                    end += 2
                elif (len(tokens[end]) == 1 and tokens[end].isupper() and tokens[end] != "I") or (
                    tokens[end] == "." and len(tokens[end - 1]) == 1 and self._cap(end + 1)
                ):
                    end += 1
                else:
                    break
            self._name(at, end)
            at = end

    def _cap(self, at: int) -> bool:
        tokens = self._words.words
        return at < len(tokens) and tokens[at][0].isalpha() and tokens[at][0].isupper()

    def _name(self, start: int, end: int) -> None:
        tokens = self._words.words
        head = start
        gender = ""
        office_end = start
        civil = False
        # offices and titles before the name: the last of them ends the title
        for at in range(start, end):
            low = tokens[at].lower()
            if (
                (low in _TITLES or low in _OFFICE_HEADS)
                and at + 1 < end
                and (tokens[at + 1] not in _JOINERS)
            ):
                office_end = at + 1
                civil = low in _CIVIL
                if low in _FEMALE_TITLES:
                    gender = "f"
                elif low in _MALE_TITLES:
                    gender = "m"
            elif (
                low in ("state", "defense", "treasury")
                and at > start
                and (tokens[at - 1] == "of" and at + 1 < end)
            ):
                office_end = at + 1  # Secretary of State Mike Pompeo
        # words that the text also writes small are of an office: "Harbour Master Anna Berg"
        while office_end + 2 < end and (
            tokens[office_end].lower() in self._lows
            and tokens[office_end].isalpha()
            and tokens[office_end].lower() not in _GROUP_WORDS
            and tokens[office_end + 1] not in _JOINERS
            and tokens[end - 1].lower() not in _GROUP_WORDS
        ):
            office_end += 1
        if office_end < end:
            head = office_end
        role_start = start
        # words in small letters before it: "human rights attorney Arsalan Iftikhar"
        if head == start or not civil:
            back = start
            while (
                back > 0
                and start - back < 6
                and tokens[back - 1].islower()
                and (tokens[back - 1].isalpha() or "-" in tokens[back - 1])
            ):
                if tokens[back - 1] in english.SAID or tokens[back - 1] in _NOT_NAMES:
                    break
                back -= 1
            if start > 0 and tokens[start - 1].lower() in _OFFICE_HEADS | english.ROLES:
                role_start = back
            office = self._join(role_start, head) if head > role_start else ""
        else:
            office = ""
        name = self._join(head, end)
        if not name:
            return
        if not office and end < len(tokens) and tokens[end] == ",":
            office = self._apposition(end + 1)
        if not office and head == start and start > 1 and tokens[start - 1] == ",":
            office = self._apposition_before(start - 1)
        parts = name.split()
        first = parts[0].lower()
        if not gender:
            if first in _FEMALE_NAMES and len(parts) > 1:
                gender = "f"
            elif first in _MALE_NAMES and len(parts) > 1:
                gender = "m"
        titled = ""
        if civil and len(parts) == 1 and head > start:
            titled = self._join(head - 1, end)
        self.named.append(Named(start, end, name, office, gender, titled))
        self._starts.append(start)
        if not titled:
            self._counts[name] = self._counts.get(name, 0) + 1
        key = parts[-1].lower().rstrip(".")
        if key in ("jr", "sr", "ii", "iii") and len(parts) > 1:
            key = parts[-2].lower().rstrip(",")
        if len(parts) > 1:
            self._index(key, start, name)
            self._index(first, start, name)
        if gender:
            self._gender.setdefault(titled or name, gender)
        if office or gender or (civil and name):
            self._persons.add(titled or name)
        if office:
            bag = _bag(office)
            self._office_by_name.setdefault(name, office)
            if bag:
                self._offices.append((start, bag, name))
        if len(parts) > 2 or name.isupper():
            short = "".join(p[0] for p in parts if p[0].isupper())
            if len(short) > 1:
                self._index(short.lower(), start, name)

    def _index(self, key: str, place: int, name: str) -> None:
        places, names = self._by_last.setdefault(key, ([], []))
        if not names or names[-1] != name:
            places.append(place)
            names.append(name)

    def _apposition(self, at: int) -> str:
        """An office behind a comma: "Heiko Maas, the German foreign minister, said"."""
        tokens = self._words.words
        end = at
        head = False
        while end < len(tokens) and end - at < 14:
            low = tokens[end].lower()
            if low in {",", ".", ";", ":", "“", '"', "”", "!", "?", "(", "—"} or (
                low in english.SAID and low not in _OFFICE_HEADS
            ):
                break
            if low in {"who", "which", "whose", "that", "is", "was", "and"}:
                break
            head = head or low in _OFFICE_HEADS
            end += 1
        return self._join(at, end) if head and end > at else ""

    def _apposition_before(self, at: int) -> str:
        """An office before a comma: "leading security expert of Xinjiang, Adrian Zenz, said"."""
        tokens = self._words.words
        start = at
        head = False
        while start > 0 and at - start < 10:
            low = tokens[start - 1].lower()
            if (
                low in {",", ".", ";", ":", "“", '"', "”", "!", "?", "(", "—"}
                or low in english.SAID
            ):
                break
            head = head or low in _OFFICE_HEADS
            start -= 1
        return self._join(start, at) if head and start < at and tokens[start].islower() else ""

    def _join(self, start: int, end: int) -> str:
        tokens, words = self._words.words, self._words
        out: list[str] = []
        for at in range(start, end):
            if out and words.starts[at] > words.ends[at - 1]:
                out.append(" ")
            out.append(tokens[at])
        return "".join(out)

    # -- answering ---------------------------------------------------------------------------

    def full(self, name: str, at: int, titled: str = "", gender: str = "") -> str:
        """The fullest name that the text gives to whom `name` names, nearest before `at`.

        `titled` is the name with its civil title, where it has one, and `gender` what that says.
        """
        parts = name.split()
        given = [part for part in parts if part.lower() not in _CIVIL] or parts
        if not given:
            return name
        key = given[-1].lower().rstrip(".")
        places: list[int]
        names: list[str]
        places, names = self._by_last.get(key, _NOBODY)
        middle = bisect_right(places, at)
        behind = range(middle - 1, max(-1, middle - 13), -1)
        ahead = range(middle, min(len(places), middle + 4))
        for number in (*behind, *ahead):
            other: str = names[number]
            if self._may_be(given, other, titled, gender):
                return other
        return titled or name

    def _may_be(self, given: list[str], other: str, titled: str, gender: str) -> bool:
        """Whether a full name may be that of whom a shorter one names."""
        words = other.split()
        if len(words) <= len(given) or len(words) > 5:
            return False
        if not _within(given, words) and given[0].lower() != _initials(words):
            return False
        known = self.gender_of(other)
        if gender and known and known != gender:
            return False
        if titled and self._counts.get(words[0], 0) >= 3:
            # in a family the one is "Mr. Emerson", the other "George" or "George Emerson"
            return False
        if len(given) == 1 and given[0] == words[0]:
            if words[-1].lower() in _GROUP_WORDS:
                return False
            if self._counts.get(other, 0) < 2 and self._counts.get(given[0], 0) > 20:
                return False  # "Lucy Italian lessons": nobody who is Lucy all the time
        # a heading or the head of a sentence is no part of a name: "Hence Cecil"
        return words[-1].lower() in _GROUP_WORDS or not any(
            word.lower() in self._lows and word not in given and word.lower() not in _FIRST_NAMES
            for word in words
            if word.isalpha()
        )

    def named_in_full(self, named: Named, at: int) -> str:
        """The fullest name of one stretch that is a name."""
        return self.full(named.name, at, named.titled, named.gender)

    def inside(self, start: int, end: int) -> list[Named]:
        """The names that begin within a stretch of tokens, or reach into it."""
        at = max(0, bisect_right(self._starts, start) - 1)
        found: list[Named] = []
        while at < len(self.named) and self.named[at].start < end:
            if self.named[at].end > start:
                found.append(self.named[at])
            at += 1
        return found

    def gender_of(self, name: str) -> str:
        """Whether a name is a man's, "m", or a woman's, "f"; "" where nothing tells."""
        known = self._gender.get(name, "")
        if known or not name:
            return known
        first, *rest = name.lower().split()
        if first in _CIVIL and rest:
            return "f" if first in _FEMALE_TITLES else "m" if first in _MALE_TITLES else ""
        return "f" if first in _FEMALE_NAMES else "m" if first in _MALE_NAMES else ""

    def is_person(self, named: Named) -> bool:
        """Whether a name may be a person's."""
        name = self.named_in_full(named, named.start)
        parts = {part.lower() for part in name.split()}
        if parts & _GROUP_WORDS:
            return False
        return bool(self.gender_of(name)) or name in self._persons

    def learn_genders(self, inside: list[bool]) -> None:
        """Take the genders of names from the pronouns that follow them in the narration."""
        tokens = self._words.words
        votes: dict[str, list[int]] = {}
        for number, named in enumerate(self.named):
            if inside[named.start]:
                continue
            name = self.named_in_full(named, named.start)
            following = (
                self.named[number + 1].start if number + 1 < len(self.named) else len(tokens)
            )
            for at in range(named.end, min(named.end + 14, following)):
                gender = "" if inside[at] else _PRONOUNS_ONE.get(tokens[at].lower(), "")
                if gender:
                    votes.setdefault(name, [0, 0])[gender == "f"] += 1
                    break
        for name, (men, women) in votes.items():
            most = max(men, women)
            if name not in self._gender and most > 1 and most >= 0.75 * (men + women):
                self._gender[name] = "f" if women > men else "m"

    def describes(self, start: int, end: int) -> bool:
        """Whether the tokens `[start, end)` stand for a person: "I", "the clergyman"."""
        low = {word.lower() for word in self._words.words[start:end]}
        return bool(low & (_FEMALE_WORDS | _MALE_WORDS | english.ROLES)) or low == {"i"}

    def gender_of_words(self, words: str) -> str:
        """The gender that a description tells: "his mother", "the young lady"."""
        parts = set(words.split())
        if parts & _FEMALE_WORDS:
            return "f"
        return "m" if parts & _MALE_WORDS else ""

    def resolve(self, start: int, end: int, before: list[str]) -> Who:
        """Whom the tokens `[start, end)` stand for. `before`: the speakers so far."""
        tokens = self._words.words
        low = [word.lower().replace("’", "'") for word in tokens[start:end]]
        if not low:
            return Who(None, None, False)
        if len(low) == 1 and low[0] in _PRONOUNS_ONE:
            return Who(self._pronoun(start, _PRONOUNS_ONE[low[0]], before), None, False)
        if len(low) == 1 and low[0] in _SELF:
            return Who(None, None, False)
        names = [
            named for named in self.inside(start, end)
            if not _belongs_to_other(tokens, named, start, end)
        ]  # fmt: skip
        thing = next((at for at, word in enumerate(low) if word in _THINGS), None)
        if thing is not None:
            # "a Nov. 25 column by The Associated Press": the body behind a paper, if it is named
            for at in range(thing + 1, len(low) - 1):
                if low[at] in ("by", "from", "of"):
                    behind = [named for named in names if named.start >= start + at]
                    if behind:
                        return Who(self.named_in_full(behind[0], start), None, False)
        indefinite = low[0] in _INDEFINITE or any(word in _KEPT_BACK for word in low)
        kept_back = any(word in _KEPT_BACK for word in low)
        if names and not kept_back and not (indefinite and self._described(names, start, end)):
            chosen = self._speaker_of(names, start, end)
            if chosen is not None:
                name = self.named_in_full(chosen, start)
                role = chosen.role or self._role_within(chosen, start, end)
                role = role or self._office_of(name)
                return Who(name, role or None, False)
        if indefinite:
            heads = [w for w in low if w in english.ROLES or w in _KEPT_BACK]
            return Who(None, None, (bool(heads) and thing is None) or kept_back)
        if low[0] in ("the", "his", "her", "their", "its", "our", "this", "that", "these", "those"):
            holder = self._office(_bag(" ".join(low)), start)
            if (
                holder is None
                and low[-1].endswith("s")
                and low[-1] in english.ROLES
                and (low[-1] not in _GROUP_WORDS)
            ):
                return Who(None, None, thing is None)
            return Who(holder, self._office_of(holder) or None if holder else None, False)
        if low[-1] in english.ROLES or any(word in english.ROLES for word in low):
            plural = any(w.endswith(("s", "men", "people")) and w in english.ROLES for w in low)
            holder = None if plural else self._office(_bag(" ".join(low)), start)
            alone = holder is None and thing is None
            return Who(holder, None, alone and (plural or low[-1] not in _GROUP_WORDS))
        return Who(None, None, False)

    def _described(self, names: list[Named], start: int, end: int) -> bool:
        """Whether the names only describe somebody kept back ("a British Foreign Office aide")."""
        tokens = self._words.words
        last = names[-1]
        # "a spokesman for Trump, Jason Miller" names him; "a spokesman for Trump" does not
        for named in names:
            if named.start > start and tokens[named.start - 1] == ",":
                return False
        if last.end >= end and last.start > start:
            before = tokens[last.start - 1].lower()
            if before in _OFFICE_HEADS or before in english.ROLES:
                return False
        return True

    def _speaker_of(self, names: list[Named], start: int, end: int) -> Named | None:
        tokens = self._words.words
        # a name behind "for", "of", "'s" belongs to the description, not to the speaker
        for named in names:
            before = tokens[named.start - 1].lower() if named.start > start else ""
            after = tokens[named.end].lower().replace("’", "'") if named.end < end else ""
            if before in ("of", "for", "with", "at", "from", "in", "to", "by", "on"):
                continue
            if after == "'s" or after in english.ROLES:
                if any(other.start > named.start for other in names):
                    continue
                if after == "'s":
                    continue
                if after in _GROUP_WORDS or after not in _OFFICE_HEADS:
                    return named
                continue
            return named
        return None

    def _role_within(self, named: Named, start: int, end: int) -> str:
        tokens = self._words.words
        if named.end < end and tokens[named.end] == ",":
            return self._apposition(named.end + 1)
        return ""

    def _office_of(self, name: str) -> str:
        """The office that the text gives to a name, the first one."""
        return self._office_by_name.get(name, "")

    def _office(self, bag: frozenset[str], at: int) -> str | None:
        if not bag:
            return None
        best: tuple[int, int, str] | None = None
        # the last ones before the mention
        until = bisect_right(self._offices, at, key=lambda given: given[0])
        for place, office, name in reversed(self._offices[max(0, until - 200) : until]):
            shared = len(bag & office)
            heads = bag & office & (_OFFICE_HEADS | english.ROLES)
            if bag <= office:
                heads = bag
            if not heads or (shared < min(len(bag), len(office), 2) and bag - office):
                continue
            if best is None or (shared, place) >= best[:2]:
                best = (shared, place, name)
        if best is not None:
            return self.full(best[2], at)
        groups = bag & _GROUP_WORDS
        if groups:
            found = None
            for named in self.named:
                if named.start >= at:
                    break
                words = {part.lower() for part in named.name.split()}
                if groups & words and len(words) > 1:
                    found = named.name
            return found
        return None

    def _pronoun(self, at: int, gender: str, before: list[str]) -> str | None:
        for name in reversed(before[-3:]):
            known = self.gender_of(name)
            if (known == gender) or (not known and name == before[-1] and self._person(name)):
                place = self._last_place(name, at)
                if place is None or at - place < 250:
                    nearer = self._nearest(at, gender, 60)
                    if (
                        nearer is not None
                        and self.gender_of(nearer) == gender
                        and (self._last_place(nearer, at) or 0) > (place or 0)
                    ):
                        return nearer
                    return name
        return self._nearest(at, gender, 160)

    def _person(self, name: str) -> bool:
        return name in self._persons or (
            len(name.split()) in (2, 3)
            and not ({part.lower() for part in name.split()} & _GROUP_WORDS)
        )

    def _last_place(self, name: str, at: int) -> int | None:
        index = bisect_right(self._starts, at) - 1
        while index >= 0 and at - self._starts[index] < 600:
            if self.named_in_full(self.named[index], at) == name:
                return self._starts[index]
            index -= 1
        return None

    def _nearest(self, at: int, gender: str, reach: int) -> str | None:
        """The person named last before `at` who may be meant, the subject of a sentence first."""
        index = bisect_right(self._starts, at) - 1
        fallback: str | None = None
        sentence = self._words.sentence_of(min(at, len(self._words.words) - 1))[0]
        while index >= 0 and at - self._starts[index] < reach:
            named = self.named[index]
            index -= 1
            if named.end > at:
                continue
            name = self.named_in_full(named, at)
            known = self.gender_of(name) or named.gender
            if known and known != gender:
                continue
            if not known and not self._person(name):
                continue
            first = self._words.sentence_of(named.start)[0]
            # the first name of the sentence is most often its subject
            if named.start - first <= 3 and (known == gender or first < sentence):
                return name
            if fallback is None and known == gender:
                fallback = name
        return fallback


def _belongs_to_other(tokens: list[str], named: Named, start: int, end: int) -> bool:
    return named.end < end and tokens[named.end] in {"’s", "'s"} and named.end + 1 < end


_SMALL = re.compile(r"[a-z]+", re.IGNORECASE)
_PLAIN = frozenset("the a an of for and in at to his her their its former then new".split())


def _bag(office: str) -> frozenset[str]:
    return frozenset(
        word for word in (w.lower() for w in _SMALL.findall(office)) if word not in _PLAIN
    )


def _initials(words: list[str]) -> str:
    return "".join(word[0] for word in words if word[0].isupper()).lower()


def _within(given: list[str], words: list[str]) -> bool:
    """Whether every word of a short name stands in the longer one, in its order."""
    at = 0
    for word in words:
        if at < len(given) and word.rstrip(".,").lower() == given[at].rstrip(".,").lower():
            at += 1
    return at == len(given)
