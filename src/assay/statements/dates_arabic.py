"""Arabic words for times, the Islamic calendar among them, their rules and builders."""

from __future__ import annotations

from assay.statements import dates_european  # its builders are used by name
from assay.statements.dates_build import Hit, builder, clock_of, day_in, to_24
from assay.statements.dates_calendars import hijri_month, hijri_to_day, hijri_year_of
from assay.statements.dates_settle import DAY, Part, midnight, years_of
from assay.statements.dates_words import Rules, table
from assay.statements.numerals_words import Words, merge

HIJRI_WHY = "the tabular Islamic calendar; a day before or after where the moon was sighted"


def words() -> Words:
    return merge(
        table("month", {
            "1": "يناير جانفي", "2": "فبراير شباط فيفري", "3": "مارس آذار اذار", "4": "أبريل إبريل نيسان أفريل",
            "5": "مايو أيار ماي", "6": "يونيو حزيران جوان", "7": "يوليو تموز جويلية", "8": "أغسطس آب أوت",
            "9": "سبتمبر أيلول", "10": "أكتوبر", "11": "نوفمبر", "12": "ديسمبر",
        }),
        table("hmonth", {
            "1": "محرم", "2": "صفر", "7": "رجب", "8": "شعبان", "9": "رمضان", "10": "شوال",
        }),
        {"قعدة": {"hijri_second": 11}, "حجة": {"hijri_second": 12}},
        table("weekday", {
            "0": "الاثنين الإثنين", "1": "الثلاثاء", "2": "الأربعاء", "3": "الخميس", "4": "الجمعة",
            "5": "السبت", "6": "الأحد",
        }),
        table("unit", {
            "day": "يوم أيام يوما", "week": "أسبوع أسابيع أسبوعا", "month": "شهر أشهر شهور شهرا",
            "year": "سنة سنوات عام أعوام عاما سنين", "decade": "عقد عقود", "century": "قرن قرون",
            "quarter": "فصل",
        }),
        table("dualunit", {
            "day": "يومين يومان", "week": "أسبوعين أسبوعان", "month": "شهرين شهران",
            "year": "سنتين سنتان عامين عامان", "decade": "عقدين عقدان", "century": "قرنين قرنان",
            "hour": "ساعتين ساعتان", "minute": "دقيقتين دقيقتان",
        }),
        table("tunit", {"hour": "ساعة ساعات", "minute": "دقيقة دقائق", "second": "ثانية ثوان ثواني"}),
        table("mod", {
            "-1": "ماضي ماضية منصرم منصرمة فائت فائتة سابق سابقة أخير أخيرة",
            "0": "هذا هذه حالي حالية جاري جارية", "1": "قادم قادمة مقبل مقبلة تالي تالية",
        }),
        table("part", {"early": "مطلع أوائل بداية", "mid": "منتصف أواسط", "late": "أواخر نهاية"}),
        table("season", {"spring": "ربيع", "summer": "صيف", "autumn": "خريف", "winter": "شتاء"}),
        table("deictic", {"-1": "أمس البارحة", "1": "غدا غد", "0": "اليوم"}),
        table("daypart", {"8-12": "صباح صباحا", "12-16": "ظهر ظهرا", "16-20": "مساء", "20-24": "ليلة ليلا ليل", "0-8": "فجر فجرا"}),
        table("few", {"3": "بضعة بضع عدة"}),
        table("now", {"0": "الآن حاليا"}),
        table("vagueword", {"0": "مؤخرا قريبا"}),
        table("ordinal", {
            "1": "أول أولى الأول الأولى حادي", "2": "ثاني ثانية", "3": "ثالث ثالثة", "4": "رابع رابعة آخر الآخرة",
            "5": "خامس خامسة", "6": "سادس سادسة", "7": "سابع سابعة", "8": "ثامن ثامنة", "9": "تاسع تاسعة",
            "10": "عاشر عاشرة", "20": "عشرون عشرين",
        }),
        table("decadeword", {
            "20": "عشرينيات عشرينات", "30": "ثلاثينيات ثلاثينات", "40": "أربعينيات أربعينات",
            "50": "خمسينيات خمسينات", "60": "ستينيات ستينات", "70": "سبعينيات سبعينات",
            "80": "ثمانينيات ثمانينات", "90": "تسعينيات تسعينات",
        }),
    )  # fmt: skip


_M = "(m:<month>)(_('/'|'(')_<month>(_')')?)?"
_Y = "('من' )?('عام' |'سنه' )?(y:<year>)(_'م'(?!<word>))?"
_WD = "('يوم' )?(wd:<weekday>)(_',')?_"
_AH = "(_('ه'|'هجريه'|'هجري'|'للهجره'))"
RULES: Rules = [
    (f"({_WD})?(nd:<numdate>){_AH}", "hijri_numeric"),
    (f"({_WD})?(nd:<numdate>)(_'م'(?!<word>))?", "numeric"),
    ("(iso:<iso>)", "iso_time"),
    ("(ym:<yearmonth>)", "year_month_numeric"),
    (f"({_WD}('الموافق' |'في' )?)?(d:<day|ordinal>)_('من' )?('شهر' )?{_M}(_','?_{_Y})?", "day_named"),
    (f"(d:<day|ordinal>)(_'-'_| ('الي'|'حتي') )(d2:<day|ordinal>) ('من' )?{_M}(_','?_{_Y})?", "days_named"),
    (f"((part:<part>) ('شهر' )?)?{_M}(_','?_)({_Y})", "month_named"),
    (f"((part:<part>) ('شهر' )?){_M}", "month_named"),
    (f"{_M} (mod:<mod>)", "month_named"),
    (f"{_M} ('من' )?(u:<unit>) (mod:<mod>)", "month_of_unit"),
    (f"('شهر' )?{_M}", "month_plain"),
    # the Islamic calendar
    (f"({_WD}('الموافق' |'في' )?)?(d:<day|ordinal>)_('من' )?('شهر' )?(hm:<hmonth>)(_','?_('عام' |'سنه' )?(hy:<num>){_AH}?)?", "hijri_day"),
    (f"('شهر' )?(hm:<hmonth>)_('من' )?('عام' |'سنه' )?(hy:<num>){_AH}?", "hijri_month_of"),
    ("(hm:<hmonth>) (mod:<mod>)", "hijri_month_of"),
    ("'شهر' (hm:<hmonth>)|(hm2:'رمضان')", "hijri_month_of"),
    (f"('عام' |'سنه' )(hy:<num>){_AH}", "hijri_year"),
    (f"(hy:<num>){_AH}", "hijri_year"),
    # weekdays, days, units
    ("('يوم' )?(wd:<weekday>) (mod:<mod>)", "weekday_plain"),
    ("('يوم' )?(wd:<weekday>)", "weekday_arabic"),
    ("'اول' ('من' )?(deic:'امس')", "deictic_step"),
    ("(deic:<deictic>)", "deictic_part"),
    ("((part:<part>) )?(u:<unit>) (mod:<mod>)", "unit_plain"),
    ("(mod:'هذا'|'هذه') (u:<unit>)", "unit_plain"),
    ("((n:<num>)|(few:<few>)) (u:<unit|tunit>) (mod:<mod>)", "span_plain"),
    ("(u:<unit>) ((n:<num>)|(few:<few>)) (mod:<mod>)", "span_plain"),
    ("(mod:'اخر') ((n:<num>)|(few:<few>)) (u:<unit|tunit>)", "span_plain"),
    ("(s:'قبل'|'منذ') ((n:<num>)|(few:<few>)) (u:<unit|tunit>)", "ago_plain"),
    ("(s:'قبل'|'منذ') (u2:<dualunit>)", "ago_dual"),
    ("(s:'قبل'|'منذ') (u:<unit|tunit>)(?! <mod>)", "ago_plain"),
    ("(l:'بعد'|'خلال') ((n:<num>)|(few:<few>)) (u:<unit|tunit>)", "ago_plain"),
    ("(l:'بعد') (u2:<dualunit>)", "ago_dual"),
    # years
    ("((part:<part>) )?('عام'|'سنه'|'العام'|'عامي'|'سنتي') (y:<year>)(_'م'(?!<word>))?", "year_named"),
    ("('في'|'منذ'|'حتي'|'بين'|'من'|'الي'|'و'|'صيف'|'خريف'|'شتاء'|'ربيع')_(y:<year>)(_'م'(?!<word>))?(?!_('%'|','<dg>|<unit|tunit|mult>| <word>))", "year_after_word"),
    ("'ربع' (q:<ordinal>)( 'من' ('العام' (mod:<mod>)|('عام' )?(y:<year>)))?", "quarter_plain"),
    ("'نصف' (q:<ordinal>)( 'من' ('العام' (mod:<mod>)|('عام' )?(y:<year>)))", "half_plain"),
    ("(sea:<season>) ('عام' )?(y:<year>)", "season_plain"),
    ("(dec:<decadeword>)( 'القرن' ((cn:<ordinal>)|<mod>))?", "decade_arabic"),
    ("('القرن'|'قرن') (cn:<ordinal>)", "century_plain"),
    ("('القرن'|'قرن') (cn:<ordinal>) ('عشر')", "century_teens"),
    # clocks
    ("('الساعه' )?(c:<clock>)( (dp:<daypart>))?", "clock_arabic"),
    ("'الساعه' (h:<hour|ordinal>)( (dp:<daypart>))?(?!_('%'))", "clock_arabic"),
    ("(h:<hour>) (dp:<daypart>)", "clock_arabic"),
    ("(dp:<daypart>)", "daypart_bare"),
    ("(dp:'الليله')", "tonight_arabic"),
    ("(v:<now>)", "now"),
    ("(v:<vagueword>)", "vague"),
]  # fmt: skip
REGION = (
    "(' '|<num|month|hmonth|weekday|unit|dualunit|mod|part|ordinal|few|year|deictic|tunit|season|decadeword|daypart>|"
    "'من'|'في'|'الي'|'حتي'|'يوم'|'شهر'|'عام'|'سنه'|'عامي'|'سنتي'|'العام'|'الموافق'|'قبل'|'منذ'|'بعد'|'خلال'|'ربع'|'نصف'|'الساعه'|"
    "'و'|'/'|'-'|','|'.'|'('|')'|'م'|'ه'|'بين'){0,12}"
    "(<month|hmonth|weekday|unit|dualunit|tunit|deictic|clock|numdate|iso|yearmonth|now|vagueword|year|decadeword|ordinal|daypart>|"
    "'الساعه'|'عام'|'ه'|'هجريه')"
    "(' '|<num|month|hmonth|weekday|unit|dualunit|mod|part|ordinal|few|year|deictic|tunit|season|decadeword|daypart>|"
    "'من'|'في'|'الي'|'حتي'|'يوم'|'شهر'|'عام'|'سنه'|'عامي'|'سنتي'|'العام'|'الموافق'|'قبل'|'منذ'|'بعد'|'خلال'|'ربع'|'نصف'|'الساعه'|"
    "'و'|'/'|'-'|','|'.'|'('|')'|'م'|'ه'|'هجريه'|'هجري'|'للهجره'|'القرن'|'العام'|'عشر')*"
)  # fmt: skip


@builder
def weekday_arabic(hit: Hit) -> Part | None:
    """A weekday alone; الأحد and الأربعاء are plain enough with the article."""
    return hit.part("weekday", weekday=hit.roles("wd")["weekday"])


@builder
def ago_dual(hit: Hit) -> Part | None:
    """ "قبل يومين": two days ago."""
    unit = hit.roles("u2")["dualunit"]
    return hit.part("steps", steps=((2 if hit.has("l") else -2, unit),))


def hijri_year_in(hit: Hit) -> int | None:
    found = hit.roles("hy").get("num")
    if found is None or not found.whole or not 1 <= found.value <= 1600:
        return None
    return int(found.value)


@builder
def hijri_numeric(hit: Hit) -> Part | None:
    first, last = hit.span("nd")
    text = hit.tokens.flat[hit.tokens.starts[first] : hit.tokens.starts[last]]
    pieces = [int(piece) for piece in text.replace("-", "/").replace(".", "/").split("/")]
    year, month, day = pieces if pieces[0] > 31 else reversed(pieces)
    return _hijri_day(hit, year, month, day)


def _hijri_day(hit: Hit, year: int, month: int, day: int) -> Part | None:
    found = hijri_to_day(year, month, day)
    if found is None:
        return hit.part("vague", why="the calendar has no such day")
    return hit.part("year", fixed=(midnight(found), midnight(found) + DAY), why=HIJRI_WHY)


@builder
def hijri_day(hit: Hit) -> Part | None:
    day, month = day_in(hit), hit.roles("hm").get("hmonth")
    if day is None or month is None or day > 30:
        return None
    if not hit.has("hy"):
        return hit.part("hijri", month=month, day=day)
    year = hijri_year_in(hit)
    return None if year is None else _hijri_day(hit, year, month, day)


@builder
def hijri_month_of(hit: Hit) -> Part | None:
    month = 9 if hit.has("hm2") else hit.roles("hm").get("hmonth")
    if month is None:
        return None
    if not hit.has("hy"):
        return hit.part("hijri", month=month, shift=hit.get("mod", "mod"))
    year = hijri_year_in(hit)
    span = hijri_month(year, month) if year else None
    if span is None:
        return None
    return hit.part("year", fixed=(midnight(span[0]), midnight(span[1])), why=HIJRI_WHY)


@builder
def hijri_year(hit: Hit) -> Part | None:
    year = hijri_year_in(hit)
    if year is None:
        return None
    first, last = hijri_to_day(year, 1, 1), hijri_to_day(year + 1, 1, 1)
    if first is None or last is None:
        return None
    return hit.part("year", fixed=(midnight(first), midnight(last)), why=HIJRI_WHY)


@builder
def decade_arabic(hit: Hit) -> Part | None:
    number = hit.roles("dec")["decadeword"]
    span = years_of(1900 + number, 10)
    return hit.part("decade", fixed=span, why="taken as the last such decade") if span else None


@builder
def century_teens(hit: Hit) -> Part | None:
    number = hit.roles("cn").get("ordinal")
    span = years_of((number + 9) * 100 + 1, 100) if number and number < 10 else None
    return hit.part("century", fixed=span, why="as written") if span else None


@builder
def clock_arabic(hit: Hit) -> Part | None:
    minute = second = 0
    if hit.has("c"):
        read = clock_of(hit.get("c", "clock"))
        if read is None:
            return None
        hour, minute, second, _ = read
    else:
        hour = hit.get("h", "hour", "ordinal")
    if hour is None or hour > 24:
        return None
    found = to_24(hour, hit, None)
    if found is None:
        return None
    still_open = found[1] and not hit.has("dp") and not hit.has("c")
    return hit.part(
        "time", clock=(found[0], minute, second), seconds=bool(second), open_half=still_open
    )


@builder
def tonight_arabic(hit: Hit) -> Part | None:
    base = hit.part("unit", unit="day", shift=0)
    return hit.part("daypart", span=(20, 24), base=base)


__all__ = ["REGION", "RULES", "dates_european", "hijri_year_of", "words"]
