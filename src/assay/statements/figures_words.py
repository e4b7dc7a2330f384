"""Words around a number: bounds, units, currencies, and what stops the search for a noun.

Kinds of bounds: `over` (n, ∞), `least` [n, ∞), `under` (-∞, n), `most` (-∞, n], `about`
[0.9 n, 1.1 n), `nearly` [0.9 n, n), `exact` n itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# symbol -> ISO 4217. Where a symbol is of several currencies, the one that news mean by it.
CURRENCY_SIGNS = {
    "US$": "USD", "us$": "USD", "U.S.$": "USD", "u.s$": "USD", "U.S$": "USD", "u.s.$": "USD",
    "C$": "CAD", "c$": "CAD", "CA$": "CAD", "Can$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD",
    "HK$": "HKD", "S$": "SGD", "NT$": "TWD", "R$": "BRL", "Mex$": "MXN", "mex$": "MXN",
    "MX$": "MXN", "J$": "JMD", "$": "USD", "＄": "USD", "€": "EUR", "£": "GBP", "￡": "GBP",
    "¥": "JPY", "￥": "JPY", "₽": "RUB", "₴": "UAH", "₹": "INR", "₩": "KRW", "₪": "ILS",
    "₺": "TRY", "₫": "VND", "₱": "PHP", "₦": "NGN", "฿": "THB", "₾": "GEL", "₸": "KZT",
    "RMB": "CNY", "Rs.": "INR", "Rs": "INR", "zł": "PLN", "Fr.": "CHF",
}  # fmt: skip
CURRENCY_CODES = frozenset(
    "AED AFN ALL AMD ARS AUD AZN BDT BGN BHD BRL BYN CAD CHF CLP CNY COP CZK DKK DZD EGP ETB EUR "
    "GBP GEL GHS HKD HUF IDR ILS INR IQD IRR ISK JOD JPY KES KGS KRW KWD KZT LBP LKR LYD MAD MDL "
    "MMK MNT MXN MYR NGN NOK NPR NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SDG SEK SGD SYP THB "
    "TJS TND TRY TWD UAH UGX USD UZS VND YER ZAR".split()
)


def units(pairs: str) -> dict[str, str]:
    """A table from words to a symbol, of lines `symbol: word, word`."""
    out: dict[str, str] = {}
    for line in pairs.strip().splitlines():
        symbol, _, words = line.strip().partition(":")
        for word in words.split(","):
            out[word.strip()] = symbol
    return out


# Symbols that every language writes alike; read as written, upper and lower case told apart.
SYMBOLS = units("""
    %: %, ％, ٪
    ‰: ‰
    km: km
    m: m
    cm: cm
    mm: mm
    dm: dm
    nm: nm
    pm: pm
    µm: µm, μm
    km²: km², km2, sq km
    m²: m², m2, sqm
    m³: m³, m3
    cm³: cm³, cc, cm3
    ha: ha
    kg: kg, Kg, KG
    g: g
    mg: mg
    µg: µg, μg, mcg
    t: t
    l: l, L
    ml: ml, mL
    hl: hl
    W: W
    kW: kW
    MW: MW
    GW: GW
    kWh: kWh, kwh
    MWh: MWh
    GWh: GWh
    TWh: TWh
    V: V
    A: A
    Hz: Hz
    kHz: kHz
    MHz: MHz
    GHz: GHz
    kB: kB, KB, Kb, kb
    MB: MB, Mb, mb
    GB: GB, Gb, gb
    TB: TB, Tb, tb
    mph: mph
    km/h: km/h, kmh, kph, kmph, km/hr, km/u
    m/s: m/s
    ft: ft
    in: in
    yd: yd
    mi: mi
    lb: lb, lbs
    oz: oz
    °C: °C, ℃, °c, ° C
    °F: °F, ℉, °f, ° F
    °: °
    h: h, hr, hrs
    min: min, mins
    s: s, sec, secs
    ms: ms
    Pa: Pa
    hPa: hPa
    bar: bar
    Sv: Sv
    mSv: mSv
    Bq: Bq
    ppm: ppm
""")

# Units of which one is another of the same kind: 3 dollars 50 cents, 2 hours 30 minutes.
SMALLER = {
    ("USD", "¢"): 0.01, ("EUR", "¢"): 0.01, ("GBP", "p"): 0.01, ("JPY", "sen"): 0.01,
    ("CNY", "jiao"): 0.1, ("CNY", "fen"): 0.01, ("RUB", "kopeck"): 0.01,
    ("h", "min"): 1 / 60, ("h", "s"): 1 / 3600, ("min", "s"): 1 / 60, ("day", "h"): 1 / 24,
    ("week", "day"): 1 / 7, ("year", "month"): 1 / 12, ("year", "day"): 1 / 365,
    ("month", "day"): 1 / 30, ("day", "min"): 1 / 1440, ("year", "week"): 1 / 52,
    ("month", "week"): 1 / 4.345,
    ("ft", "in"): 1 / 12, ("lb", "oz"): 1 / 16, ("kg", "g"): 0.001, ("m", "cm"): 0.01,
    ("km", "m"): 0.001, ("CAD", "¢"): 0.01, ("AUD", "¢"): 0.01,
}  # fmt: skip
TIMES = frozenset("year month week day h min s decade century quarter weekend night ms".split())


@dataclass(slots=True)
class FigureWords:
    """The words of one language around a number, compiled."""

    before: re.Pattern[str]
    bounds: dict[str, str]
    after: re.Pattern[str]
    after_bounds: dict[str, str]
    units: dict[str, str]
    signs: re.Pattern[str]
    to: re.Pattern[str]
    both: re.Pattern[str]  # "between", before a range
    both_and: re.Pattern[str]
    stops: frozenset[str]
    labels: frozenset[str]
    minus: re.Pattern[str]
    spaced: bool = True
    yen: str = "JPY"
    percent: re.Pattern[str] | None = None  # "percent of", before a number
    link: str = ""  # what may stand between a number and its unit: "millones de euros"
    # a bound and a unit without a number, which is one: "более года"
    bare: re.Pattern[str] | None = None
    ones: frozenset[str] = frozenset()  # articles that are the word for one too


def phrases(table: dict[str, str]) -> dict[str, str]:
    """phrase -> kind, from kind -> phrases separated by |."""
    return {phrase: kind for kind, some in table.items() for phrase in some.split("|")}


def pattern_of(words: dict[str, str], spaced: bool) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(
        re.escape(word).replace(r"\ ", r"\s+" if spaced else r"\s*") for word in ordered
    )


def make(
    before: dict[str, str],
    after: dict[str, str],
    words: dict[str, str],
    to: str,
    both: str,
    both_and: str,
    stops: str,
    labels: str,
    minus: str,
    *,
    spaced: bool = True,
    between: str = "",
    yen: str = "JPY",
    percent: str = "",
) -> FigureWords:
    """Compile the words of a language. `between` may stand between a bound and its number."""
    bounds, after_bounds = phrases(before), phrases(after)
    edge = r"(?<!\w)" if spaced else ""
    gap = r"(?:\s+|(?<=['’<>≥≤=~≈]))" if spaced else r"\s*"
    signs = sorted(CURRENCY_SIGNS, key=len, reverse=True)
    codes = "|".join(sorted(CURRENCY_CODES))
    # "US $" may stand apart, a sign alone may not take the space before it
    sign_text = "|".join(
        re.escape(sign[:-1]) + r"\s?\$" if sign.endswith("$") and len(sign) > 1 else re.escape(sign)
        for sign in signs
    )
    return FigureWords(
        re.compile(rf"{edge}({pattern_of(bounds, spaced)}){gap}{between}$", re.IGNORECASE),
        bounds,
        re.compile(
            rf"\s*({pattern_of(after_bounds, spaced)})" + (r"(?!\w)" if spaced else ""),
            re.IGNORECASE,
        ),
        after_bounds,
        words,
        re.compile(rf"(?:(?<![A-Za-z.])|(?<=\d))({sign_text}|(?:{codes}))\s*$"),
        re.compile(to, re.IGNORECASE),
        re.compile(both, re.IGNORECASE),
        re.compile(both_and, re.IGNORECASE),
        frozenset(stops.split()),
        frozenset(labels.split()),
        re.compile(minus, re.IGNORECASE),
        spaced,
        yen,
        re.compile(percent, re.IGNORECASE) if percent else None,
    )


# Fractions, and words for an order of size; the makers are in `figures_build.py`.
ENGLISH = [
    ("'half' <a>(?= (<unit|tunit>))", "half"),
    (
        "(n:<num>|<a>)(_'-'_| )(d:<den>)(?! <word>'er')( 'of')? ((a2:<a>) )?(m:<num|mult>)",
        "fraction",
    ),
    ("(n:<num>)(_'-'_| )(d:<den>)", "fraction"),
    (
        "(n:<num>|<a>) (t:<num>)(_'-'_| )(o:'first'|'firsts'|'second'|'seconds')(?! <word>)",
        "of_ordinal",
    ),
    ("(n:<num>|<a>) (o:<ordinal>)(?=_('.'|','|')'|'?')|$)", "of_ordinal"),
    ("(w:<num>) 'and' (n:<num|a>)(_'-'_| )(d:<den>)", "fraction"),
    ("(w:<num>) 'and' <a> (d:<den>)", "fraction"),
    ("<a> (n:<num>)(_'-'_| )(d:<den>)", "fraction"),
    ("<a>(_'-'_| )(d:'half'|'quarter') (m:<mult>)", "fraction"),
    ("<a>(_'-'_| )(d:<den>)(?= 'of'|_('.'|','|')'|'?')|$)", "fraction"),
    ("(n:<num>) ('over'|'out' 'of') (d:<num>)", "fraction"),
    ("(n:<num>)( 'in' |'-''in''-')(d:<num>)", "one_in"),
    ("(n:<dg>)'/'(d:<dg>)(?!('/'|'-'))", "slash"),
    ("'half'( 'of')?( <a>)? (m:<num|mult>)", "half"),
    (
        "'half'(?= ('of'|'the'|'a'|'an'|'its'|'their'|'his'|'her'|'all'|'as'|'that'|'this') )",
        "half",
    ),
    ("<a>? ?'half'(?=_'-'?_<tunit>|_<unit>)", "half"),
    ("(<a> )?'half'", "half"),
    ("(o:<orders>) 'of' (r:<orders|mult>)(?!_<den>)", "order"),
    ("(o:<orders>) 'of' (r:<num>)", "order"),
    ("(o:<orders>)", "order"),
    ("(<a> )?<few>( 'of')?( <a>)? (n:<num>)", "several"),
    ("(<a> )?<few>( 'of')? (?=(<unit|tunit>))", "few"),
    ("<a>(?=_'-'?_(<unit|tunit>))", "one"),
    ("('all'|'full'|'whole'|'entire'|'another')(?=_'-'?_(<unit|tunit>))", "one"),
    ("(n:<num>) 'point' <num>( <num>){0,8}", "pointed"),
]


def english() -> FigureWords:
    found = make(
        {
            "over": "more than|over|above|exceeding|exceeds|exceed|exceeded|greater than|larger than|"
            "bigger than|higher than|in excess of|upwards of|upward of|well over|just over|"
            "slightly more than|slightly over|a little over|a little more than|well above|surpass|"
            "surpassed|surpassing|topped|topping|beyond|longer than|older than|better than|"
            "far more than|not less than or|>",
            "least": "at least|no fewer than|no less than|not fewer than|not less than|a minimum of|"
            "minimum of|minimum|at the least|greater than or equal to|more than or equal to|≥|>=|"
            "> =|at minimum|bigger or equal than|at least or equal to",
            "under": "fewer than|less than|under|below|just under|slightly less than|well under|"
            "smaller than|lower than|not quite|short of|<|younger than|shorter than|well below",
            "most": "up to|as many as|as much as|at most|no more than|not more than|a maximum of|"
            "maximum of|at the most|maximum|less than or equal to|equal to or less than|≤|<=|< =|"
            "as high as|as long as|smaller or equal than|not exceeding|within",
            "about": "about|around|approximately|some|roughly|approx.|approx|circa|an estimated|"
            "estimated|close to|in the region of|somewhere around|something like|~|≈|ca.|c.|"
            "on the order of|more or less|or so",
            "nearly": "nearly|almost|close on|approaching|virtually|not quite",
            "exact": "exactly|precisely|only|just|a total of|equal to|equals",
        },
        {
            "least": "or more|and more|or above|and above|or greater|or over|and over|or higher|"
            "and up|or older|at least|or longer|minimum",
            "most": "or less|or fewer|or below|and below|or under|and under|at most|or younger",
            "over": "plus|-plus|+|-odd",
            "about": "or so|or thereabouts|-ish|give or take",
        },
        units("""
            %: percent, per cent, pct, percentage points, percentage point, percents
            USD: dollar, dollars, us dollar, us dollars, u.s. dollar, u.s. dollars, american dollars, bucks, greenbacks
            CAD: canadian dollar, canadian dollars
            AUD: australian dollar, australian dollars
            NZD: new zealand dollars
            HKD: hong kong dollar, hong kong dollars
            SGD: singapore dollars, singapore dollar
            TWD: taiwan dollars, new taiwan dollars
            EUR: euro, euros
            GBP: pound sterling, pounds sterling, british pounds, british pound, quid
            CNY: yuan, renminbi, chinese yuan, kuai, rmb
            jiao: mao, jiao
            JPY: yen, japanese yen
            INR: rupee, rupees, indian rupees
            PKR: pakistani rupees, pakistani rupee
            RUB: ruble, rubles, rouble, roubles, russian rubles
            UAH: hryvnia, hryvnias
            CHF: swiss franc, swiss francs
            franc: franc, francs
            FRF: french franc, french francs
            BEF: belgian francs, belgian franc
            DEM: mark, marks, deutsche marks, german marks, deutschmarks
            ITL: lira, lire
            TRY: turkish lira, turkish liras
            peso: peso, pesos
            MXN: mexican peso, mexican pesos
            ARS: argentine pesos
            PHP: philippine pesos
            krone: krone, kroner
            SEK: krona, kronor, swedish kronor, swedish crowns
            DKK: danish kroner, danish crowns
            NOK: norwegian kroner
            KRW: won, south korean won, korean won
            IRR: iranian rials
            rial: rial, rials
            SAR: riyal, riyals, saudi riyals
            dinar: dinar, dinars
            AED: dirham, dirhams
            ILS: shekel, shekels
            KZT: tenge
            UZS: som, soms
            THB: baht
            VND: dong
            IDR: rupiah
            MYR: ringgit
            PLN: zloty, zlotys
            ZAR: rand
            BRL: real, reais, brazilian reais
            NGN: naira
            ¢: cent, cents
            p: pence, penny
            RUBk: kopecks
            km: kilometer, kilometers, kilometre, kilometres
            m: meter, meters, metre, metres
            cm: centimeter, centimeters, centimetre, centimetres
            mm: millimeter, millimeters, millimetre, millimetres
            dm: decimeter, decimeters
            µm: micron, microns, micrometer, micrometers
            nm: nanometer, nanometers, nanometre, nanometres
            pm: picometer, picometers
            mi: mile, miles
            nmi: nautical miles, nautical mile
            yd: yard, yards
            ft: foot, feet
            in: inch, inches
            ly: light years, light-years
            km²: square kilometers, square kilometres, square kilometer, square kilometre, sq km
            m²: square meters, square metres, square meter, square metre
            mi²: square miles, square mile, sq miles
            ft²: square feet, square foot, sq ft, sq. ft.
            ha: hectare, hectares
            acre: acre, acres
            m³: cubic meters, cubic metres, cubic meter
            ft³: cubic feet, cubic foot
            kg: kilogram, kilograms, kilo, kilos, kilogramme, kilogrammes
            g: gram, grams, gramme, grammes
            mg: milligram, milligrams
            µg: microgram, micrograms, microgrammes
            t: ton, tons, tonne, tonnes, metric ton, metric tons
            lb: pound, pounds
            oz: ounce, ounces
            st: stone
            l: liter, liters, litre, litres
            ml: milliliter, milliliters, millilitre, millilitres
            gal: gallon, gallons
            bbl: barrel, barrels
            pt: pint, pints
            bu: bushel, bushels
            W: watt, watts
            kW: kilowatt, kilowatts
            MW: megawatt, megawatts
            GW: gigawatt, gigawatts
            kWh: kilowatt hours, kilowatt-hours
            MB: megabyte, megabytes
            GB: gigabyte, gigabytes
            TB: terabyte, terabytes
            kB: kilobyte, kilobytes
            kbit: kilobit, kilobits
            Mbit: megabit, megabits
            bit: bits
            B: bytes, byte
            mph: miles per hour, miles an hour, mile per hour
            km/h: kilometers per hour, kilometres per hour, kilometers an hour, kilometres an hour
            kn: knot, knots
            °C: degrees celsius, degree celsius, degrees c, degree c, celsius, celcius, centigrade, centigrate, deg c, degrees centigrade, c
            °F: degrees fahrenheit, degree fahrenheit, degrees f, degree f, fahrenheit, farenheit, deg f
            °: degrees, degree, deg
            year: years old, year old, years of age, year, years, yr, yrs, year-old, years-old
            month: months old, month old, month, months, month-old
            week: weeks old, week old, week, weeks, week-old
            day: days old, day old, day, days, day-old
            h: hour, hours, hr, hrs
            min: minute, minutes, mins
            s: second, seconds, sec, secs
            ms: milliseconds, millisecond
            decade: decade, decades
            century: century, centuries
            night: night, nights
            weekend: weekends
            fortnight: fortnight, fortnights
            bp: basis points, basis point
            MW: megawatts
        """),
        r"\s?[-~–—]\s?|\s+(?:to|or|through)\s+",
        r"(?<!\w)(?:between|from)\s+$",
        r"\s+(?:and|to)\s+",
        "the of and or in at on to from by with for who whom which that were was are is have had "
        "has having be been being will would could may might can should must as than when while after "
        "before since because if not no but so then there here where what how all about over under "
        "into onto out up down off through during between among against within without across per "
        "each said says say told tells according including killed dead injured wounded died die "
        "arrested detained held missing still also just only even he she it they we you i his her its "
        "their our your this these those a an more less fewer most least very too now ago later "
        "earlier such until till toward towards near around nearly almost despite amid do did does "
        "made make went go goes came come comes lost got get gets took take became become fled live "
        "them him us me themselves lived living gathered marched voted crossed left",
        "no nos number numbers nr nrs article articles section sections chapter page pages room "
        "flight route highway interstate line vol volume figure fig table appendix paragraph part "
        "phase level version channel unit district ward block building apt apartment suite gate "
        "platform track bus exit code zip model type class grade psalm act scene item case file "
        "form rule resolution title world windows iphone apollo formula area group category step",
        r"(?:(?<![\w)])(?:minus|negative)\s+|(?<![\w)])-\s?)$",
        between=r"(?:(?:the|a|an|another|its|his|their)\s+)?",
        percent=r"(?<!\w)per\s?cents? of\s+$",
    )
    found.link = r"\s+of\s+"
    return found
