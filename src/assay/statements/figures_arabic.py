"""Arabic words around numbers: bounds, units, fractions, and units in the dual."""

from __future__ import annotations

import re

from assay.statements.dates_words import Rules
from assay.statements.figures_build import maker
from assay.statements.figures_words import FigureWords, make, units
from assay.statements.numerals import Number, Rule, Tokens

RULES: Rules = [
    ("(n:<num>) (d:<den>)", "fraction"),
    ("(w:<num>)_'و'_(d:<den>)", "fraction_and_part"),
    ("(n:<num>) ('علي'|'من') (d:<num>)", "fraction"),
    ("(n:<dg>)'/'(d:<dg>)(?!('/'|'-'))", "slash"),
    ("(n:<num>) ('فاصله'|'نقطه') (f:<num>)", "pointed_arabic"),
    ("<few_number> (o:<orders>)( 'من')?", "several_orders"),
    ("(o:<orders>) ('من' )?(r:<orders|num|mult>)", "order"),
    ("(o:<orders>)", "order"),
    ("(d:'نصف') (m:<num|mult>)", "half_of"),
    ("(d:'نصف')", "plain_half"),
    ("(d:'ثلث'|'ربع'|'ثلثي'|'ثلثا')", "part_arabic"),
    ("(u2:<dualunit>)", "dual_unit"),
]
REGION = "<num|orders|few_number|den|dualunit>"


@maker
def dual_unit(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """عامين: two years in one word."""
    unit: str = tokens.meanings[match.start()]["dualunit"]
    short = {"hour": "h", "minute": "min", "second": "s"}.get(unit, unit)
    return Number(2, name="unit:" + short)


@maker
def part_arabic(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    from assay.statements.figures_build import share

    word = tokens.flat[tokens.starts[match.start()] : tokens.starts[match.end()]]
    if "ثلثي" in word or "ثلثا" in word:
        return share(2 / 3)
    return share(1 / tokens.meanings[match.start()]["den"])


@maker
def fraction_and_part(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    whole = tokens.meanings[match.start()]["num"]
    lower = tokens.meanings[match.end() - 1]["den"]
    if whole.low is not None or not whole.whole:
        return None
    return Number(whole.value + 1 / lower, 0.1, fraction=True)


@maker
def pointed_arabic(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    whole = tokens.meanings[match.start()]["num"]
    part = tokens.meanings[match.end() - 1]["num"]
    if not whole.whole or not part.whole:
        return None
    digits = str(int(part.value))
    return Number(float(f"{int(whole.value)}.{digits}"), 10.0 ** -len(digits))


def _plain(text: str) -> str:
    from assay.statements.numerals import FOLDED

    del FOLDED
    for old, new in (("أ", "ا"), ("إ", "ا"), ("آ", "ا"), ("ى", "ي"), ("ة", "ه")):
        text = text.replace(old, new)
    return text


def arabic() -> FigureWords:
    found = make(
        {
            kind: _plain(some)
            for kind, some in {
                "over": "أكثر من|ما يزيد عن|ما يزيد على|يزيد عن|يزيد على|تزيد عن|تزيد على|يزيدون عن|أزيد من|فوق|يتجاوز|تجاوز|تجاوزت|"
                "تتجاوز|يفوق|ما يفوق|أعلى من|أكبر من|>",
                "least": "ما لا يقل عن|لا يقل عن|لا تقل عن|على الأقل|≥",
                "under": "أقل من|دون|ما يقل عن|يقل عن|تقل عن|أصغر من|<",
                "most": "حتى|يصل إلى|تصل إلى|ما لا يزيد عن|لا يزيد عن|لا يتجاوز|لا تتجاوز|كحد أقصى|بحد أقصى|≤",
                "about": "حوالي|حوالى|نحو|قرابة|زهاء|تقريبا|ما يقارب|ما يقرب من|يقارب|تقدر بنحو|ما يناهز",
                "nearly": "ما يكاد يبلغ|قريبا من",
                "exact": "بالضبط|فقط|بالتحديد",
            }.items()
        },
        {
            "least": _plain("على الأقل|أو أكثر|فأكثر|فما فوق"),
            "most": _plain("أو أقل|فأقل|على الأكثر|كحد أقصى"),
            "about": _plain("تقريبا"),
        },
        {
            _plain(word): symbol
            for word, symbol in units("""
                %: في المائة, في المئة, بالمائة, بالمئة, بالمية, في الماية, ٪
                USD: دولار, دولارا, دولارات, دولار أمريكي, دولار أميركي, دولارا أمريكيا
                EUR: يورو
                GBP: جنيه إسترليني, جنيه استرليني
                EGP: جنيه, جنيها, جنيهات, جنيه مصري
                SAR: ريال سعودي
                riyal: ريال, ريالا, ريالات
                AED: درهم إماراتي
                dirham: درهم, درهما, دراهم
                dinar: دينار, دينارا, دنانير
                KWD: دينار كويتي
                lira: ليرة, ليرات
                TRY: ليرة تركية
                SYP: ليرة سورية
                LBP: ليرة لبنانية
                RUB: روبل, روبلا
                CNY: يوان
                JPY: ين
                km: كيلومتر, كيلومترا, كيلومترات, كيلو متر, كم
                m: متر, مترا, أمتار
                cm: سنتيمتر, سم
                km²: كيلومتر مربع, كيلومترا مربعا
                m²: متر مربع, مترا مربعا
                ha: هكتار, هكتارا
                t: طن, طنا, أطنان
                kg: كيلوغرام, كيلوغراما, كيلو غرام, كيلو
                g: غرام, غراما
                l: لتر, لترا
                bbl: برميل, برميلا, براميل
                °: درجة, درجات
                °C: درجة مئوية, درجات مئوية
                year: سنة, سنوات, عام, عاما, أعوام
                month: شهر, شهرا, أشهر, شهور
                week: أسبوع, أسبوعا, أسابيع
                day: يوم, يوما, أيام
                h: ساعة, ساعات
                min: دقيقة, دقائق
                s: ثانية, ثوان
                decade: عقد, عقود
                century: قرن, قرون
            """).items()
        },
        r"\s?[-–—]\s?|\s+(?:الي|او)\s+",
        r"(?<!\w)(?:بين|ما بين|من)\s+$",
        r"\s+و\s?|\s+(?:الي)\s+",
        _plain(
            "في من على إلى عن مع أن إن التي الذي الذين كان كانت هو هي هم قد لا ما لم لن هذا هذه ذلك تلك بعد قبل "
            "خلال منذ حتى عند بين كل أو ثم بسبب وفق بحسب يوم"
        ),
        _plain("المادة مادة الصفحة صفحة الفصل رقم القسم بند البند فقرة الفقرة غرفة رحلة"),
        r"(?:(?<!\w)(?:سالب|ناقص)\s+|(?<![\w)])-\s?)$",
        percent=r"(?<!\w)بالم(?:ائ|ئ)ه\s+$",
    )  # fmt: skip
    pattern = found.before.pattern.replace(r"(?<!\w)(", "(?<!\\w)[ولبفك]?(", 1)
    found.before = re.compile(pattern)
    found.bare = re.compile(
        r"(?<!\w)[ولبفك]?(?P<bound>اكثر من|ما لا يقل عن|لا يقل عن|اقل من|نحو|حوالي|قرابه|ما يزيد عن|ما يزيد علي)"
        r"\s+(?P<unit>عام|سنه|شهر|اسبوع|يوم|ساعه|قرن|عقد)(?!\w)"
    )
    found.ones = frozenset(_plain("واحد واحدة أحد").split())
    return found
