"""German, French, Spanish and Russian words for times, and the rules by which they stand together.

The four put a day before its month and differ in words, in articles and in where "last" stands. So
the rules are written once, with gaps for those words.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from assay.statements.dates_build import (
    Hit,
    builder,
    clock_of,
    day_in,
    hours_of,
    mod_in,
    part_in,
    year_in,
)
from assay.statements.dates_settle import Part, make_day, year_of, years_of
from assay.statements.dates_words import Rules, table
from assay.statements.numerals_words import Words, merge


@dataclass(frozen=True, slots=True)
class Gaps:
    """The words that fill the gaps of the rules, alternatives separated by |."""

    the: str  # articles
    of: str
    to: str  # between the ends of a range
    year_word: str  # "года" after a year
    in_year: str  # before a year that stands alone
    ago_before: str  # "vor", "il y a", "hace": before the count
    ago_after: str  # "назад": after it
    later_before: str  # "in", "dans", "через"
    hours: str  # after the hour of a clock
    at: str  # before a clock
    quarter: str
    half: str
    century: str
    decade: str
    decade_mark: str  # after a decade in digits: "1990er", "90-е"
    dot: bool = False  # an ordinal is digits with a full stop


def rules(g: Gaps) -> Rules:
    """The rules with the gaps filled."""
    # an apostrophe would end a quoted word of a rule
    escaped: dict[str, Any] = {
        field.name: getattr(g, field.name).replace("'", "§")
        for field in fields(g)
        if isinstance(getattr(g, field.name), str)
    }
    g = replace(g, **escaped)
    the = f"('{g.the}' )?" if g.the else ""
    of = f"('{g.of}' )?" if g.of else ""
    year_word = f"(_('{g.year_word}')('.'(?= <word>))?)?" if g.year_word else ""
    y = f"{of}(y:<year>){year_word}"
    dot = "'.'?_" if g.dot else ""
    mark = "('.'|'º'|'°'|'er'|'-'|'го'|'е')?" if not g.dot else "'.'?"
    wd = "(wd:<weekday>)('.'?_','_|'.'?_)"
    d = f"(d:<day|ordinal>){mark}_"
    out: Rules = [
        (f"({wd}{the})?(nd:<numdate>){year_word}", "numeric"),
        ("(iso:<iso>)", "iso_time"),
        ("(ym:<yearmonth>)", "year_month_numeric"),
        (f"({wd}{the})?{the}{d}{of}(m:<month>)('.'?_','?_{y}|'.'(?=_','))?", "day_named"),
        (f"({wd})?(d:<day>)'.'(mm:<m12>)'.'(?!<num>)", "day_dots"),
        (f"{the}{d}({dot}'-'_| ('{g.to}') {the})(d2:<day|ordinal>){mark}_{of}(m:<month>)(_','?_{y})?", "days_named"),
        # months
        (f"(({the}(part:<part>)('-'| ){of}{the}))?(m:<month>)('.'?_','?_)({y}|{of}(y:<year>){year_word})", "month_named"),
        (f"(({the}(part:<part>)('-'| ){of}{the}))?(m:<month>) {of}{the}((mod:<mod>) (u:<unit>)|(u:<unit>) (mod:<mod>))", "month_of_unit"),
        (f"(({the}(part:<part>)('-'| ){of}{the}))(m:<month>)", "month_named"),
        ("(mod:<mod>) (m:<month>)", "month_named"),
        ("(m:<month>) (mod:<mod>)", "month_named"),
        ("(m:<month>)", "month_plain"),
        # weekdays
        ("((mod:<mod>) (wd:<weekday>)|(wd:<weekday>) (mod:<mod>))", "weekday_plain"),
        ("(wd:<weekday>)", "weekday_plain"),
        # days from today
        ("(deic:<deictic>)( (dp:<daypart>)| ('por'|'de'|'en') 'la' (dp:<daypart>))?", "deictic_part"),
        # units
        (f"(({the}(part:<part>)('-'| ){of}{the}))?((mod:<mod>) (u:<unit>)|(u:<unit>) (mod:<mod>))", "unit_plain"),
        ("(mod:<mod>) ((n:<num>)|(few:<few>)) (u:<unit|tunit>)", "span_plain"),
        ("((n:<num>)|(few:<few>)) (mod:<mod>) (u:<unit|tunit>)", "span_plain"),
        ("((n:<num>)|(few:<few>)) (u:<unit|tunit>) (mod:<mod>)", "span_plain"),
        # years
        (f"({the}(part:<part>)('-'| ){of}{the})(y:<year>){year_word}", "year_named"),
        (f"('{g.in_year}')('-'| )(y:<year>)(?!_('%'|','<dg>|<unit|tunit|mult>))", "year_after_word"),
        ("(y:<year>)'/'(y2:<yy>)", "season_years"),
        ("'('(y:<year>)(?=(')'|','|_'-'))", "year_after_word"),
        (f"(q:<ordinal|int>){mark}_('{g.quarter}')( {of}{the}((mod:<mod>) <unit>|{y}))?", "quarter_plain"),
        (f"(q:<ordinal>){mark}_(qu:'{g.half}')( {of}{the}((mod:<mod>) <unit>|(y:<year>){year_word}))?", "half_plain"),
        (f"((({the}(part:<part>)('-'| ){of}{the}))|{the})(sea:<season>)( {of}(y:<year>){year_word})", "season_plain"),
        (f"((mod:<mod>) (sea:<season>)|(sea:<season>) {of}(mod:<mod>)( <unit>)?)", "season_plain"),
        (f"{the}(cn:<ordinal|roman|int>){mark}_('{g.century}')", "century_plain"),
        (f"('{g.century}') (cn:<roman>)", "century_plain"),
        (f"(part:<part>) {of}{the}(u:<unit>)", "unit_here"),
        ("(sea:<season>)", "season_bare"),
        # clocks
        (f"('{g.at}' )?(c:<clock>)(_('{g.hours}'))?", "clock_plain"),
        (f"('{g.at}' )?(h:<hour>)_('{g.hours}')(_(mi:<min>))?", "clock_hours"),
        (f"('{g.at}' )?(h:<hour>)(mi:<hmin>)", "clock_hours"),
        (f"('{g.at}' )(dd:<dec2>)_('{g.hours}')", "clock_dots"),
        (f"('{g.at}' )(cw:<clockword>)", "clock_word"),
        ("(v:<now>)", "now"),
        ("(v:<vagueword>)", "vague"),
    ]  # fmt: skip
    if g.year_word:
        out.append((f"(y:<year>)_'{g.year_word}'(_'.'(?= <word>))?", "year_named"))
    if g.decade_mark:
        out.append(
            (
                f"(({the}(part:<part>)('-'| ){of}{the}))?{the}(dec:<year|yy>)_'-'?('{g.decade_mark}')(_ ?('{g.decade}'))?",
                "decade_plain",
            )
        )
        out.append(
            (
                f"(({the}(part:<part>)('-'| ){of}{the}))?{the}('{g.decade}') (dec:<year|yy>)",
                "decade_plain",
            )
        )
    if g.ago_before:
        out.append((f"(s:'{g.ago_before}') ((n:<num>)|(few:<few>)) (u:<unit|tunit>)", "ago_plain"))
        out.append((f"(s:'{g.ago_before}') (a:<a>) (u:<unit|tunit>)", "ago_plain"))
    if g.ago_after:
        out.append((f"((n:<num>)|(few:<few>)) (u:<unit|tunit>) (s:'{g.ago_after}')", "ago_plain"))
        out.append((f"(u:<unit|tunit>) (s:'{g.ago_after}')", "ago_plain"))
    if g.later_before:
        out.append(
            (
                f"(l:'{g.later_before}') ((n:<num>)|(few:<few>)|(a:<a>)) (u:<unit|tunit>)",
                "ago_plain",
            )
        )
    return out


@builder
def day_named(hit: Hit) -> Part | None:
    year, month, number = year_in(hit), hit.get("m", "month"), day_in(hit)
    if month is None or number is None:
        return None
    if make_day(year if year is not None else 2000, month, number) is None:
        return hit.part("vague", why="the calendar has no such day")
    return hit.part("day", year=year, month=month, day=number, weekday=hit.get("wd", "weekday"))


@builder
def day_dots(hit: Hit) -> Part | None:
    """ "26.11."."""
    month, number = hit.get("mm", "m12"), day_in(hit)
    if make_day(2000, month, number) is None:
        return None
    return hit.part("day", month=month, day=number, weekday=hit.get("wd", "weekday"))


@builder
def days_named(hit: Hit) -> Part | None:
    year, month = year_in(hit), hit.get("m", "month")
    first, second = day_in(hit), day_in(hit, "d2")
    if first is None or second is None or second <= first:
        return None
    if (
        make_day(year or 2000, month, first) is None
        or make_day(year or 2000, month, second) is None
    ):
        return None
    part = hit.part("day", year=year, month=month, day=first)
    part.last = hit.part("day", year=year, month=month, day=second)
    return part


@builder
def month_named(hit: Hit) -> Part | None:
    month = hit.get("m", "month")
    if month is None or ("weak" in hit.roles("m") and year_in(hit) is None and not hit.has("mod")):
        return None
    return hit.part("month", year=year_in(hit), month=month, shift=mod_in(hit), part=part_in(hit))


@builder
def month_of_unit(hit: Hit) -> Part | None:
    if hit.get("u", "unit") != "year":
        return None
    return hit.part(
        "month", month=hit.get("m", "month"), shift=mod_in(hit), unit="year", part=part_in(hit)
    )


@builder
def month_plain(hit: Hit) -> Part | None:
    if "weak" in hit.roles("m"):
        return None
    return hit.part("month", month=hit.get("m", "month"))


@builder
def weekday_plain(hit: Hit) -> Part | None:
    roles = hit.roles("wd")
    if "weak" in roles and not hit.has("mod"):
        return None
    return hit.part("weekday", weekday=roles["weekday"], shift=mod_in(hit))


@builder
def deictic_part(hit: Hit) -> Part | None:
    base = hit.part("unit", unit="day", shift=hit.get("deic", "deictic"))
    if not hit.has("dp"):
        return base
    hours = hours_of(hit)
    return hit.part("daypart", span=hours, base=base) if hours else base


@builder
def unit_plain(hit: Hit) -> Part | None:
    unit, shift = hit.get("u", "unit"), mod_in(hit)
    if unit is None or shift is None or "many" in hit.roles("u"):
        return None
    return hit.part("unit", unit=unit, shift=shift, part=part_in(hit))


@builder
def span_plain(hit: Hit) -> Part | None:
    unit, shift = hit.get("u", "unit", "tunit"), mod_in(hit)
    count = hit.count("n") if hit.has("n") else 3
    if unit is None or not shift or count is None or not 1 <= count <= 5000:
        return None
    return hit.part("span", unit=unit, shift=shift, count=int(count))


@builder
def year_named(hit: Hit) -> Part | None:
    year = year_in(hit)
    span = year_of(year) if year else None
    return hit.part("year", fixed=span, part=part_in(hit), why="as written") if span else None


@builder
def year_after_word(hit: Hit) -> Part | None:
    roles = hit.roles("y")
    if "dg" not in roles:
        return None
    after = hit.after_roles()
    if "num" in after or "short" in after:
        return None
    part = year_named(hit)
    if part is not None:
        part.start = hit.tokens.starts[hit.span("y")[0]]
    return part


@builder
def quarter_plain(hit: Hit) -> Part | None:
    number = hit.get("q", "ordinal", "int")
    if number is None or not 1 <= number <= 4:
        return None
    return hit.part("quarter", year=year_in(hit), nth=number, shift=mod_in(hit), unit="year")


@builder
def half_plain(hit: Hit) -> Part | None:
    number = hit.get("q", "ordinal")
    if number is None or number > 2:
        return None
    return hit.part("half", year=year_in(hit), nth=number, shift=mod_in(hit), unit="year")


@builder
def season_plain(hit: Hit) -> Part | None:
    return hit.part(
        "season",
        year=year_in(hit),
        unit=hit.get("sea", "season"),
        shift=mod_in(hit),
        part=part_in(hit),
    )


# words before a season that make it a time; other words make "été" a verb
_BEFORE_A_SEASON = frozenset("im en au à el la этой прошлой прошлым этим cet cette l' d'".split())


@builder
def season_bare(hit: Hit) -> Part | None:
    """ "im Herbst", "en automne", "осенью"."""
    text = hit.text("sea")
    if hit.before() not in _BEFORE_A_SEASON and text not in ("весной", "летом", "осенью", "зимой"):
        if hit.before() != "'":
            return None
    if text == "été" and hit.before() not in ("'", "cet", "en"):
        return None
    return hit.part("season", unit=hit.get("sea", "season"))


@builder
def unit_here(hit: Hit) -> Part | None:
    """ "конец года", "Anfang der Woche": of this one."""
    unit = hit.get("u", "unit")
    if unit not in ("year", "month", "week") or "many" in hit.roles("u"):
        return None
    return hit.part("unit", unit=unit, shift=0, part=part_in(hit))


@builder
def century_plain(hit: Hit) -> Part | None:
    number = hit.get("cn", "roman", "ordinal", "int")
    if number is None or not 1 <= number <= 30:
        return None
    span = years_of((number - 1) * 100 + 1, 100)
    return hit.part("century", fixed=span, why="as written") if span else None


@builder
def decade_plain(hit: Hit) -> Part | None:
    number = hit.get("dec", "year", "yy")
    if number is None or number % 10:
        return None
    first = number if number > 99 else (1900 if number >= 20 else 2000) + number
    span = years_of(first, 10)
    return hit.part("decade", fixed=span, part=part_in(hit), why="as written") if span else None


@builder
def clock_plain(hit: Hit) -> Part | None:
    found = clock_of(hit.get("c", "clock"))
    if found is None:
        return None
    hour, minute, second, seconds = found
    part = hit.part("time", clock=(hour % 24, minute, second), seconds=seconds)
    part.start = hit.tokens.starts[hit.span("c")[0]]
    return part


@builder
def clock_hours(hit: Hit) -> Part | None:
    hour = hit.get("h", "hour")
    minute = hit.get("mi", "hmin", "min", "int") if hit.has("mi") else 0
    if hit.match.start() < hit.span("h")[0] and "num" in hit.before_roles():
        return None  # "deux à trois heures"
    sure = hit.match.start() != hit.span("h")[0]
    if (
        hour is None
        or minute is None
        or minute > 59
        or not (sure or hit.has("mi") or "sure" in hit.roles("h"))
    ):
        # "15 heures" alone may be a length of time
        if hit.text("h") and hit.whole().lower().endswith("uhr") and hour is not None:
            return hit.part("time", clock=(hour % 24, 0, 0))
        return None
    part = hit.part("time", clock=(hour % 24, minute, 0))
    part.start = hit.tokens.starts[hit.span("h")[0]]
    return part


@builder
def clock_dots(hit: Hit) -> Part | None:
    pieces = hit.roles("dd")["dec2"].digits.replace(",", ".").split(".")
    hour, minute = int(pieces[0]), int(pieces[1])
    if hour > 24 or minute > 59 or len(pieces[1]) != 2:
        return None
    part = hit.part("time", clock=(hour % 24, minute, 0))
    part.start = hit.tokens.starts[hit.span("dd")[0]]
    return part


@builder
def ago_plain(hit: Hit) -> Part | None:
    unit = hit.get("u", "unit", "tunit")
    count: float | None = 1
    if hit.has("n"):
        count = hit.count("n")
    elif hit.has("few"):
        count = 3
    if unit is None or count is None or count > 100_000:
        return None
    if not (hit.has("n") or hit.has("few") or hit.has("a")) and "many" in hit.roles("u"):
        return None
    sign = 1 if hit.has("l") else -1
    return hit.part("steps", steps=((count * sign, unit),))


ROMAN = {
    name: {"roman": number}
    for number, name in enumerate(
        "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi".split(), 1
    )
    if number >= 10 or number == 5
}


def german() -> tuple[Words, Rules]:
    words = merge(
        table("month", {
            "1": "januar jan jänner", "2": "februar feb", "3": "märz mrz", "4": "april apr", "5": "mai",
            "6": "juni jun", "7": "juli jul", "8": "august aug", "9": "september sept sep",
            "10": "oktober okt", "11": "november nov", "12": "dezember dez",
        }),
        table("weekday", {
            "0": "montag montags", "1": "dienstag dienstags", "2": "mittwoch mittwochs",
            "3": "donnerstag donnerstags", "4": "freitag freitags", "5": "samstag samstags sonnabend",
            "6": "sonntag sonntags",
        }),
        table("unit", {
            "day": "tag tage tagen tages", "week": "woche wochen", "month": "monat monate monaten monats",
            "quarter": "quartal quartale quartals", "year": "jahr jahre jahren jahres",
            "decade": "jahrzehnt jahrzehnte jahrzehnten", "century": "jahrhundert jahrhunderte jahrhunderts",
            "weekend": "wochenende wochenenden",
        }),
        table("tunit", {"hour": "stunde stunden", "minute": "minute minuten", "second": "sekunde sekunden"}),
        table("mod", {
            "-1": "letzte letzten letzter letztes vergangene vergangenen vergangener vergangenes vorige vorigen voriges voriger vorherigen",
            "0": "diese dieser dieses diesen diesem laufenden", "1": "nächste nächsten nächster nächstes kommende kommenden kommendes kommender",
        }),
        table("part", {"early": "anfang früh", "mid": "mitte", "late": "ende spät", "start": "beginn"}),
        table("season", {"spring": "frühling frühjahr frühjahrs", "summer": "sommer sommers", "autumn": "herbst herbstes", "winter": "winter winters"}),
        table("deictic", {"0": "heute", "-1": "gestern", "1": "morgen", "-2": "vorgestern", "2": "übermorgen"}),
        table("daypart", {"8-12": "vormittag früh", "12-16": "nachmittag", "16-20": "abend", "20-24": "nacht", "11-13": "mittag"}),
        table("few", {"3": "wenigen einigen mehreren paar"}),
        table("a", {"1": "einem einer ein eine einen"}),
        table("clockword", {"0": "mitternacht"}),
        table("now", {"0": "jetzt derzeit gegenwärtig"}),
        table("vagueword", {"0": "kürzlich neulich zuletzt bald demnächst jüngst"}),
        table("ordinal", {
            "1": "erste ersten erstes erster", "2": "zweite zweiten zweites zweiter", "3": "dritte dritten drittes dritter",
            "4": "vierte vierten viertes vierter", "5": "fünfte fünften", "6": "sechste sechsten", "7": "siebte siebten",
            "8": "achte achten", "9": "neunte neunten", "10": "zehnte zehnten", "19": "neunzehnte neunzehnten", "20": "zwanzigste zwanzigsten",
        }),
        ROMAN,
    )  # fmt: skip
    gaps = Gaps(
        the="der|die|das|den|dem|des|im|am|vom|zum", of="", to="bis|und|bis zum", year_word="",
        in_year="seit|bis|von|ab|jahr|jahre|jahres|anno|zwischen|nach|vor|um|im jahr|im jahre|und|in|zu|sommer|winter|herbst|frühjahr|ende|anfang|mitte|für|gegen|zum|des jahres",
        ago_before="vor", ago_after="zuvor|vorher", later_before="in|binnen", hours="uhr", at="um|gegen|ab|bis|von",
        quarter="quartal|quartals", half="halbjahr|hälfte|jahreshälfte", century="jahrhundert|jahrhunderts|jh",
        decade="jahre|jahren", decade_mark="er", dot=True,
    )  # fmt: skip
    return words, [
        *rules(gaps),
        ("('am'|'vom'|'zum'|'bis'|'dem'|'den'|'seit') (dd:<dec2>)'.'", "dotted_day"),
    ]


def french() -> tuple[Words, Rules]:
    words = merge(
        table("month", {
            "1": "janvier janv", "2": "février fevrier févr", "3": "mars", "4": "avril avr", "5": "mai",
            "6": "juin", "7": "juillet juil", "8": "août aout", "9": "septembre sept",
            "10": "octobre oct", "11": "novembre nov", "12": "décembre decembre déc",
        }),
        table("weekday", {
            "0": "lundi lundis", "1": "mardi mardis", "2": "mercredi mercredis", "3": "jeudi jeudis",
            "4": "vendredi vendredis", "5": "samedi samedis", "6": "dimanche dimanches",
        }),
        table("unit", {
            "day": "jour jours journée", "week": "semaine semaines", "month": "mois",
            "quarter": "trimestre trimestres", "year": "an ans année années",
            "decade": "décennie décennies", "century": "siècle siècles", "weekend": "week-end weekend",
        }),
        table("tunit", {"hour": "heure heures", "minute": "minute minutes", "second": "seconde secondes"}),
        table("mod", {
            "-1": "dernier dernière derniers dernières passé passée précédent précédente",
            "0": "ce cette cet", "1": "prochain prochaine prochains prochaines suivant suivante",
        }),
        table("part", {"early": "début", "mid": "mi milieu", "late": "fin"}),
        table("season", {"spring": "printemps", "summer": "été", "autumn": "automne", "winter": "hiver"}),
        table("deictic", {"0": "aujourd'hui aujourd", "-1": "hier", "1": "demain", "-2": "avant-hier", "2": "après-demain"}),
        table("daypart", {"8-12": "matin matinée", "12-16": "après-midi", "16-20": "soir soirée", "20-24": "nuit"}),
        table("few", {"3": "quelques plusieurs"}),
        table("a", {"1": "un une"}),
        table("clockword", {"12": "midi", "0": "minuit"}),
        table("now", {"0": "maintenant actuellement"}),
        table("vagueword", {"0": "récemment bientôt prochainement dernièrement"}),
        table("ordinal", {
            "1": "premier première", "2": "deuxième second seconde", "3": "troisième", "4": "quatrième",
            "5": "cinquième", "10": "dixième", "19": "dix-neuvième", "20": "vingtième",
        }),
        ROMAN,
        {"seconde": {"weak": None}, "an": {}, "été": {"season": "summer"}},
    )  # fmt: skip
    gaps = Gaps(
        the="le|la|les|l'|du|au|à l'|à la|aux|ces|de la|dès", of="de|du|de l'|d'|des", to="au|à|et|jusqu'au",
        year_word="", in_year="en|depuis|de|à|jusqu'en|dès|entre|et|vers|avant|après|année|l'année|d'ici|début|fin|printemps|été|automne|hiver|fin de|an",
        ago_before="il y a|voici|voilà", ago_after="plus tôt|auparavant|avant", later_before="dans|d'ici", hours="heures|heure|h",
        at="à|vers|dès|jusqu'à|de", quarter="trimestre", half="semestre", century="siècle", decade="années",
        decade_mark="",
    )  # fmt: skip
    return words, [
        *rules(gaps),
        (
            "(('le' |'au' |'du' )?(part:<part>)('-'| )('des' )?)?('les' |'des' |'ces' )?'années' (dec:<year|yy>)",
            "decade_plain",
        ),
        ("(cn:<roman>)('e'|'ème')? 'siècle'", "century_plain"),
        ("(deic:<deictic>)<apos>'hui'", "deictic_part"),
        ("('ces'|'les'|'des'|'cours' 'des') (n:<num>) (mod:<mod>) (u:<unit>)", "span_plain"),
    ]


def spanish() -> tuple[Words, Rules]:
    words = merge(
        table("month", {
            "1": "enero ene", "2": "febrero feb", "3": "marzo", "4": "abril abr", "5": "mayo",
            "6": "junio jun", "7": "julio jul", "8": "agosto ago", "9": "septiembre setiembre sept",
            "10": "octubre oct", "11": "noviembre nov", "12": "diciembre dic",
        }),
        table("weekday", {
            "0": "lunes", "1": "martes", "2": "miércoles miercoles", "3": "jueves", "4": "viernes",
            "5": "sábado sabado sábados", "6": "domingo domingos",
        }),
        table("unit", {
            "day": "día días dia dias", "week": "semana semanas", "month": "mes meses",
            "quarter": "trimestre trimestres", "year": "año años", "decade": "década décadas",
            "century": "siglo siglos",
        }),
        table("tunit", {"hour": "hora horas", "minute": "minuto minutos", "second": "segundo segundos"}),
        table("mod", {
            "-1": "pasado pasada pasados pasadas último última últimos últimas anterior anteriores",
            "0": "este esta", "1": "próximo próxima próximos próximas siguiente siguientes que_viene",
        }),
        table("part", {"early": "principios comienzos inicios", "mid": "mediados", "late": "finales fines"}),
        table("season", {"spring": "primavera", "summer": "verano", "autumn": "otoño", "winter": "invierno"}),
        table("deictic", {"0": "hoy", "-1": "ayer anoche", "1": "mañana", "-2": "anteayer anteanoche"}),
        table("daypart", {"8-12": "mañana", "12-16": "tarde", "20-24": "noche"}),
        table("few", {"3": "pocos pocas varios varias algunos algunas"}),
        table("a", {"1": "un una"}),
        table("clockword", {"12": "mediodía", "0": "medianoche"}),
        table("now", {"0": "ahora actualmente"}),
        table("vagueword", {"0": "recientemente últimamente pronto próximamente"}),
        table("ordinal", {
            "1": "primer primero primera", "2": "segundo segunda", "3": "tercer tercero tercera",
            "4": "cuarto cuarta", "5": "quinto", "10": "décimo",
        }),
        ROMAN,
        {"ago": {"weak": None}, "mañana": {"deictic": 1}},
    )  # fmt: skip
    gaps = Gaps(
        the="el|la|los|las|del|al|de los|de la|este|un", of="de|del", to="al|a|y|hasta", year_word="",
        in_year="en|desde|de|hasta|del|entre|y|hacia|antes de|después de|año|el año|a|para|verano de|otoño de|invierno de|primavera de|por",
        ago_before="hace", ago_after="atrás|antes|después", later_before="dentro de|en", hours="horas|hora|h|hs",
        at="a las|a la|las|desde las|hasta las|sobre las", quarter="trimestre", half="semestre", century="siglo",
        decade="años|década de", decade_mark="",
    )  # fmt: skip
    return words, [
        *rules(gaps),
        (
            "('a' )?((part:<part>) 'de' )?('los' |'la' )?('años'|'década' 'de' 'los'|'década' 'de') (dec:<year|yy>)",
            "decade_plain",
        ),
        ("'siglo' (cn:<roman>)", "century_plain"),
        ("('los'|'las') (mod:<mod>) (n:<num>) (u:<unit>)", "span_plain"),
    ]


def russian() -> tuple[Words, Rules]:
    words = merge(
        table("month", {
            "1": "январь января январе янв", "2": "февраль февраля феврале фев", "3": "март марта марте",
            "4": "апрель апреля апреле апр", "5": "май мая мае", "6": "июнь июня июне",
            "7": "июль июля июле", "8": "август августа августе авг",
            "9": "сентябрь сентября сентябре сент", "10": "октябрь октября октябре окт",
            "11": "ноябрь ноября ноябре ноя нояб", "12": "декабрь декабря декабре дек",
        }),
        table("weekday", {
            "0": "понедельник понедельника понедельнику", "1": "вторник вторника", "2": "среду среды",
            "3": "четверг четверга", "4": "пятница пятницу пятницы", "5": "суббота субботу субботы",
            "6": "воскресенье воскресенья",
        }),
        table("unit", {
            "day": "день дня дней дни сутки суток днях", "week": "неделя неделю недели недель неделе неделями",
            "month": "месяц месяца месяцев месяце", "quarter": "квартал квартала квартале кварталов",
            "year": "год года лет году годом годы годов", "decade": "десятилетие десятилетия десятилетий",
            "century": "век века веке веков", "weekend": "выходные выходных",
        }),
        table("tunit", {"hour": "час часа часов", "minute": "минута минуту минуты минут", "second": "секунда секунды секунд"}),
        table("mod", {
            "-1": "прошлый прошлого прошлой прошлую прошлом прошлая последний последние последних последнего последнюю минувший минувшего минувшую минувшей предыдущий предыдущего",
            "0": "этот эту этого этой этом текущего текущем нынешнего нынешнем",
            "1": "следующий следующего следующую следующей следующем будущий будущего будущем ближайшие ближайших",
        }),
        table("part", {"early": "начале начала начало началу", "mid": "середине середина середины", "late": "конце конца конец концу"}),
        table("season", {"spring": "весной весна весны", "summer": "летом лето", "autumn": "осенью осень осени", "winter": "зимой зима зимы"}),
        table("deictic", {"0": "сегодня", "-1": "вчера", "1": "завтра", "-2": "позавчера", "2": "послезавтра"}),
        table("daypart", {"8-12": "утром утра", "12-16": "днём", "16-20": "вечером вечера", "20-24": "ночью ночи"}),
        table("few", {"3": "несколько пару"}),
        table("a", {"1": "один одну"}),
        table("clockword", {"12": "полдень", "0": "полночь"}),
        table("now", {"0": "сейчас теперь ныне"}),
        table("vagueword", {"0": "недавно вскоре скоро"}),
        table("ordinal", {
            "1": "первый первого первом первое первая", "2": "второй второго втором второе вторая",
            "3": "третий третьего третьем третье", "4": "четвертый четвертого четвёртого четвертом четвёртом",
            "5": "пятого пятое", "10": "десятого", "19": "девятнадцатого", "20": "двадцатого двадцатом", "21": "двадцать первого",
        }),
        ROMAN,
        {word: {"many": None} for word in "лет годы годов месяцев дней дни недель".split()},
        {"среды": {"weak": None}, "мая": {}, "дней": {}},
    )  # fmt: skip
    gaps = Gaps(
        the="", of="", to="по|до|и", year_word="года|год|году|г|годом|гг|годах|годы|годов|годам",
        in_year="с|до|по|после|к|около|между|летом|осенью|зимой|весной", ago_before="", ago_after="назад|тому назад|спустя", later_before="через|спустя",
        hours="часов|часа|час|ч", at="в", quarter="квартал|квартале|квартала", half="полугодие|полугодии|половине|половина|половины",
        century="век|веке|века|в", decade="годы|годах|годов|гг|е", decade_mark="е|х",
    )  # fmt: skip
    return words, [
        *rules(gaps),
        ("(y:<year>)_'-'_(y2:<year>) ('годы'|'годах'|'гг'|'годов'|'годам')'.'?", "years_named"),
        ("('в' )?(wd:<weekday>)_','_(d:<day>) (m:<month>)( (y:<year>)( 'года')?)?", "day_named"),
    ]


@builder
def years_named(hit: Hit) -> Part | None:
    first, second = hit.get("y", "year"), hit.get("y2", "year")
    if first is None or second is None or second <= first:
        return None
    span = years_of(first, second - first + 1)
    return hit.part("year", fixed=span, why="as written") if span else None


HOLIDAYS = {
    "de": {"christmas": "weihnachten|heiligabend", "new year": "neujahr", "new year's eve": "silvester",
           "easter": "ostern|ostersonntag", "easter monday": "ostermontag", "good friday": "karfreitag",
           "pentecost": "pfingsten", "unity de": "tag der deutschen einheit"},
    "fr": {"christmas": "noël", "new year": "jour de l'an|nouvel an", "easter": "pâques", "all saints": "toussaint",
           "pentecost": "pentecôte"},
    "es": {"christmas": "navidad", "christmas eve": "nochebuena", "new year's eve": "nochevieja", "new year": "año nuevo",
           "good friday": "viernes santo", "hispanidad": "día de la hispanidad"},
    "ru": {"new year": "новый год", "victory ru": "день победы", "nov 4 ru": "день народного единства"},
}  # fmt: skip
