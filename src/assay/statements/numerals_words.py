"""The number words of each language, and how each puts them together.

Roles: `small` 0 to 19, `tens`, `hundred` as a factor, `hundreds` in one word, `mult` from 1,000
on, `dozen` as a factor, `half`, `quarter`, `den` for the lower part of a fraction, `ordinal`.
"""

from __future__ import annotations

from typing import Any

from assay.statements.numerals import Style

Words = dict[str, dict[str, Any]]


def merge(*tables: Words) -> Words:
    """One table of several; a word that stands in two plays the roles of both."""
    out: Words = {}
    for table in tables:
        for word, roles in table.items():
            out.setdefault(word, {}).update(roles)
    return out


def each(role: str, pairs: str) -> Words:
    """A table from `word=value` pairs; `a/b=value` for two spellings."""
    out: Words = {}
    for pair in pairs.split():
        words, _, value = pair.rpartition("=")
        number = float(value) if "." in value or "e" in value else int(value)
        if number == int(number):
            number = int(number)
        for word in words.split("/"):
            out[word] = {role: number}
    return out


ENGLISH = Style(joiner="and", hyphen=True, joins_digits=True)

_EN_ORDINALS = (
    "first=1 second=2 third=3 fourth=4 fifth=5 sixth=6 seventh=7 eighth=8 ninth=9 tenth=10 "
    "eleventh=11 twelfth=12 thirteenth=13 fourteenth=14 fifteenth=15 sixteenth=16 "
    "seventeenth=17 eighteenth=18 nineteenth=19 twentieth=20 thirtieth=30"
)
_EN_DENOMINATORS = (
    "third/thirds=3 fourth/fourths=4 fifth/fifths=5 sixth/sixths=6 seventh/sevenths=7 "
    "eighth/eighths=8 ninth/ninths=9 tenth/tenths=10 eleventh/elevenths=11 twelfth/twelfths=12 "
    "thirteenth/thirteenths=13 fourteenth/fourteenths=14 fifteenth/fifteenths=15 "
    "sixteenth/sixteenths=16 seventeenth/seventeenths=17 eighteenth/eighteenths=18 "
    "nineteenth/nineteenths=19 twentieth/twentieths=20 thirtieth/thirtieths=30 fortieth=40 "
    "fiftieth=50 hundredth/hundredths=100 thousandth/thousandths=1000 "
    "millionth/millionths=1000000 billionth/billionths=1000000000 "
    "trillionth/trillionths=1000000000000 quarter/quarters=4 half/halves=2"
)


def english() -> Words:
    words = merge(
        each(
            "small",
            "zero/nought/naught=0 one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 "
            "ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14 fifteen=15 sixteen=16 "
            "seventeen=17 eighteen=18 nineteen=19",
        ),
        each(
            "tens",
            "twenty=20 thirty=30 forty/fourty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90",
        ),
        each(
            "mult",
            "thousand=1000 million=1000000 mln=1000000 billion/bln/bn=1000000000 "
            "trillion/tln/trn=1000000000000 quadrillion=1000000000000000 "
            "lakh/lakhs/lac=100000 crore/crores=10000000",
        ),
        each("dozen", "dozen=12 dozens=12 doz/dozs=12"),
        each("ordinal", _EN_ORDINALS),
        each("den", _EN_DENOMINATORS),
        each("short", "k=1000 m=1000000 mm=1000000 b=1000000000 t=1000000000000 g=1000000000"),
        each(
            "orders",
            "dozens=12 scores=20 hundreds=100 thousands=1000 millions=1000000 "
            "billions=1000000000 trillions=1000000000000 tens=10",
        ),
        {"hundred": {"hundred": None}, "and": {"and": None}, "half": {"half": None}},
        {"score": {"dozen": 20, "counted": None}},
    )
    for value, stem in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth".split(), 1
    ):
        words[stem]["unit_ordinal"] = value
    return words
