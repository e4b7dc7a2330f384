"""Chinese words for times, the rules by which they stand together, and their builders."""

from __future__ import annotations

from assay.statements.dates_build import Hit, builder, full_year, half_in
from assay.statements.dates_calendars import lunar_to_day, lunar_year, sexagenary
from assay.statements.dates_settle import (
    DAY,
    Part,
    make_day,
    midnight,
    month_of,
    year_of,
    years_of,
)
from assay.statements.dates_words import Rules, table
from assay.statements.numerals_words import Words, merge

_DAYS = "一二三四五六"
REIGNS = {
    "顺治": 1644, "康熙": 1662, "雍正": 1723, "乾隆": 1736, "嘉庆": 1796, "道光": 1821, "咸丰": 1851,
    "同治": 1862, "光绪": 1875, "宣统": 1909, "民国": 1912, "明治": 1868, "大正": 1912, "昭和": 1926,
    "平成": 1989, "令和": 2019,
}  # fmt: skip
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


def words() -> Words:
    weekdays: Words = {}
    for prefix in ("周", "星期", "礼拜"):
        for number, name in enumerate(_DAYS):
            weekdays[prefix + name] = {"weekday": number}
        for name in "日天":
            weekdays[prefix + name] = {"weekday": 6}
    relative: Words = {}
    for word, unit, shift in (
        ("今年", "year", 0), ("本年", "year", 0), ("今年度", "year", 0), ("去年", "year", -1),
        ("上年", "year", -1), ("明年", "year", 1), ("来年", "year", 1), ("前年", "year", -2),
        ("后年", "year", 2), ("大前年", "year", -3), ("本月", "month", 0), ("当月", "month", 0),
        ("上月", "month", -1), ("下月", "month", 1), ("上个月", "month", -1), ("下个月", "month", 1),
        ("这个月", "month", 0), ("这月", "month", 0), ("本周", "week", 0), ("这周", "week", 0),
        ("上周", "week", -1), ("下周", "week", 1), ("上上周", "week", -2), ("下下周", "week", 2),
        ("上个星期", "week", -1), ("下个星期", "week", 1), ("这个星期", "week", 0), ("上星期", "week", -1),
        ("下星期", "week", 1), ("这星期", "week", 0), ("本星期", "week", 0), ("上个礼拜", "week", -1),
        ("下个礼拜", "week", 1), ("这个礼拜", "week", 0), ("上上个月", "month", -2),
        ("下下个月", "month", 2), ("上个周", "week", -1), ("下个周", "week", 1), ("上一周", "week", -1),
        ("下一周", "week", 1), ("上上个星期", "week", -2), ("下下个星期", "week", 2),
        ("周末", "weekend", 0), ("本周末", "weekend", 0), ("这周末", "weekend", 0),
        ("这个周末", "weekend", 0), ("上周末", "weekend", -1), ("下周末", "weekend", 1),
        ("下下周末", "weekend", 2), ("上上周末", "weekend", -2), ("上个周末", "weekend", -1),
        ("下个周末", "weekend", 1), ("上上个周末", "weekend", -2), ("下下个周末", "weekend", 2),
        ("本季度", "quarter", 0), ("上季度", "quarter", -1), ("下季度", "quarter", 1),
        ("上个季度", "quarter", -1), ("下个季度", "quarter", 1), ("本世纪", "century", 0),
        ("上世纪", "century", -1), ("上个世纪", "century", -1), ("下个世纪", "century", 1),
    ):  # fmt: skip
        relative[word] = {"rel": (unit, shift)}
    cycle = {
        _STEMS[n % 10] + _BRANCHES[n % 12]: {"cycle": _STEMS[n % 10] + _BRANCHES[n % 12]}
        for n in range(60)
    }
    lunar_days: Words = {}
    for number, name in enumerate("一二三四五六七八九十", 1):
        lunar_days["初" + name] = {"lunarday": number}
    for number, name in enumerate("一二三四五六七八九", 21):
        lunar_days["廿" + name] = {"lunarday": number}
    return merge(
        weekdays,
        relative,
        cycle,
        lunar_days,
        table("deictic", {
            "0": "今天 今日 当天 即日", "-1": "昨天 昨日", "1": "明天 明日 次日 翌日", "-2": "前天 前日",
            "2": "后天 后日", "-3": "大前天", "3": "大后天",
        }),
        table("mod", {
            "-1": "上 上个 上一 上一个 前 前一 过去 过去的 最近 近 之前", "0": "这 这个 本 本个",
            "1": "下 下个 下一 下一个 未来 未来的 今后 接下来 接下来的 之后 后 此后 后一",
        }),
        table("unit", {
            "day": "天 日", "week": "周 星期 礼拜", "month": "月", "quarter": "季度 季",
            "year": "年", "century": "世纪", "decade": "年代",
        }),
        table("tunit", {
            "hour": "小时 钟头", "minute": "分钟 分", "second": "秒 秒钟",
        }),
        table("dir", {
            "-1": "前 之前 以前", "1": "后 之后 以后",
        }),
        table("daypart", {
            "8-12": "早上 上午 早间 早晨 清晨 早", "12-16": "下午 午后", "16-20": "晚上 傍晚 晚 晚间 夜晚",
            "11-13": "中午 午间", "20-24": "深夜 夜间 半夜 夜里 午夜", "0-6": "凌晨 拂晓",
        }),
        {"今晚": {"dayhours": (0, 16, 20)}, "昨晚": {"dayhours": (-1, 16, 20)},
         "明晚": {"dayhours": (1, 16, 20)}, "今早": {"dayhours": (0, 8, 12)},
         "今晨": {"dayhours": (0, 0, 8)}, "明早": {"dayhours": (1, 8, 12)},
         "昨夜": {"dayhours": (-1, 20, 24)}, "今夜": {"dayhours": (0, 20, 24)},
         "明晨": {"dayhours": (1, 0, 8)}, "昨晨": {"dayhours": (-1, 0, 8)}},
        table("season", {
            "spring": "春天 春季", "summer": "夏天 夏季", "autumn": "秋天 秋季",
            "winter": "冬天 冬季",
        }),
        table("halfname", {"1": "上半年", "2": "下半年"}),
        table("part", {"early": "初", "mid": "中", "late": "底 末", "first ten": "上旬", "second ten": "中旬",
                       "third ten": "下旬"}),
        {name: {"reign": first} for name, first in REIGNS.items()},
        table("lunarmonth", {"1": "正月", "12": "腊月", "11": "冬月"}),
        table("now", {"0": "现在 目前 当前 如今 眼下 此刻 这会儿 现今"}),
        table("vagueword", {"0": "近日 日前 最近 近期 不久前 近来 马上 稍后 将来 今后"}),
        table("ampm", {"0": "am", "12": "pm"}),
        {"日元": {"word": None}, "日本": {"word": None}, "日内瓦": {"word": None}, "月亮": {"word": None},
         "年轻": {"word": None}, "年龄": {"word": None}, "时候": {"word": None}, "时间": {"word": None},
         "时期": {"word": None}, "时代": {"word": None}, "日常": {"word": None}, "周年": {"word": None},
         "周岁": {"word": None}, "分之": {"fen": None}, "日圆": {"word": None},
         "年级": {"word": None}, "年限": {"word": None}, "点钟": {"word": None}, "百分点": {"word": None},
         "分别": {"word": None}, "分析": {"word": None}, "分子": {"word": None}, "分布": {"word": None},
         "前提": {"word": None}, "前线": {"word": None}, "前进": {"word": None}, "以上": {"word": None},
         "下跌": {"word": None}, "下降": {"word": None}, "上升": {"word": None}, "上涨": {"word": None},
         "上海": {"word": None}, "日报": {"word": None}, "月球": {"word": None}, "周围": {"word": None}},
    )  # fmt: skip


_Y = "(y:<year|yy|string>|<num>(?=_'年'_<m12>_'月'))_'年'"
_M = "(m:<m12>)_('月'|'月份')"
_RY = "(rel:<rel>)"
RULES: Rules = [
    ("(nd:<numdate>)", "numeric"),
    ("(iso:<iso>)", "iso_time"),
    ("(ym:<yearmonth>)", "year_month_numeric"),
    # days
    (f"('公元'_)?(y:<year|yy|string|num>)_'年'_{_M}_(d:<day>)_('日'|'号')", "zh_day"),
    (f"('公元'_)?(y:<year|yy|string|num>)_'年'_{_M}_(d:<day>)", "zh_day_bare"),
    (f"{_RY}_{_M}_(d:<day>)_('日'|'号')", "zh_day"),
    (f"{_M}_(d:<day>)_('日'|'号')(_('('_)?(wd:<weekday>)(_')')?)?", "zh_day"),
    (f"{_M}_(d:<day>)", "zh_day_bare"),
    (f"{_RY}_(d:<day>)_('日'|'号')", "zh_dayofmonth"),
    ("(d:<day>)_('日'|'号')", "zh_dayofmonth"),
    (f"((y:<year|yy|string|num>)_'年'_|{_RY}_)?{_M}_(d:<day>)_('日'|'号')?_('到'|'至'|'-'|'~')_(d2:<day>)_('日'|'号')", "zh_days"),
    (f"((y:<year|yy|string|num>)_'年'_|{_RY}_)?{_M}_(d:<day>)_('-'|'~')_(d2:<day>)_('日'|'号')", "zh_days"),
    # the old calendars
    ("('农历'|'阴历'|'旧历')?_((y:<year|num|string>)_'年'_|(cy:<cycle>)_'年'_|(rel:<rel>)_)?(lm:<lunarmonth>|'闰'_<m12>_'月'|<m12>_'月')_(ld:<lunarday>|<day>)", "zh_lunar"),
    ("'大年'_(ld:<lunarday>|<day>)", "zh_lunar_new"),
    ("('农历'|'阴历'|'旧历')_(cy:<cycle>)('年')?", "zh_cycle"),
    ("(cy:<cycle>)'年'", "zh_cycle"),
    (f"(rg:<reign>)_(n:<num>|'元')_'年'(_{_M}(_(d:<day>)_('日'|'号')?)?)?", "zh_reign"),
    # months
    (f"(y:<year|yy|string|num>)_'年'_{_M}(_(part:<part>))?", "zh_month"),
    (f"{_RY}_{_M}(_(part:<part>))?", "zh_month"),
    (f"{_M}(_(part:<part>))?(?!_'个')", "zh_month"),
    # years
    ("(y:<year|string|yy>)_('年'|'年度')(_'年'?(part:<part>))?(?!_('级'|'代'))", "zh_year"),
    ("(y:<year>)_('-'|'至'|'到'|'~')_(y2:<year>)_'年'?", "zh_years"),
    ("(y:<year>)(?!_('年'|<unit>))", "zh_year_bare"),
    (f"{_RY}(_'年'?(part:<part>))?", "zh_rel"),
    ("(y:<year|string>)_'年'_('第')?(q:<int>)_('季度'|'季')", "zh_quarter"),
    (f"{_RY}_('第')?(q:<int>)_('季度'|'季')", "zh_quarter"),
    ("'第'(q:<int>)'季度'", "zh_quarter"),
    ("((y:<year|string>)_'年'_|(rel:<rel>)_)?(h:<halfname>)", "zh_half"),
    ("((y:<year|string>)_'年'_'的'?|(rel:<rel>)_'的'?)?(sea:<season>)", "zh_season"),
    ("(cn:<int>)_'世纪'(_(dec:<int|string|yy>)_'年代'(_(part:<part>))?)?", "zh_century"),
    ("(rel:<rel>)_(dec:<int|string|yy>)_'年代'(_(part:<part>))?", "zh_century"),
    ("(dec:<int|string|yy|year>)_'年代'(_(part:<part>))?", "zh_century"),
    # weeks
    ("(rel:<rel>)_(wd:<weekday>|<int>(?!_<unit|tunit>)|'日'|'天')", "zh_weekday"),
    ("(mod:<mod>)_(wd:<weekday>)", "zh_weekday_mod"),
    ("(wd:<weekday>)", "zh_weekday_mod"),
    (f"((y:<year|string>)_'年'_'的'?|{_M}_'的'?)_'第'_(w:<int>)_('周'|'个星期'|'个'_'礼拜')", "zh_nth_week"),
    # counted from today
    ("(deic:<deictic>)", "deictic"),
    ("(mod:<mod>)_(n:<num>)_'个'?_(u:<unit|tunit>)", "zh_span"),
    ("(mod:'上'|'下'|'上个'|'下个'|'上一个'|'下一个'|'这个'|'上一'|'下一')_(u:<unit|tunit>)", "zh_span_one"),
    ("(mod:<mod>)_(few:'几'|'数')_'个'?_(u:<unit|tunit>)", "zh_span"),
    ("(n:<num>)_'个'?(half:'半')?_(u:<unit|tunit>)(half:'半')?_(dir:<dir>)", "zh_steps"),
    ("(few:'几'|'数')_'个'?_(u:<unit|tunit>)_(dir:<dir>)", "zh_steps"),
    ("(half:'半')_'个'?_(u:<unit|tunit>)_(dir:<dir>)", "zh_steps"),
    ("('年'|'月')(part:'底'|'初'|'末'|'中')", "zh_edge"),
    # clocks
    ("(deic:<deictic>|<dayhours>)_(dp:<daypart>)?_(?=<hour|clock>)", "zh_day_lead"),
    ("(dp:<daypart>|<dayhours>)?_(h:<hour>)_('点'|'时'|'点钟')(_(q:<int>)_'刻'|_(mi:<min|int>)_('分')?(_(s:<min|int>)_'秒')?|_(half:'半')|_'整'|_(half:'半')_'钟'|_'钟')?", "zh_clock"),
    ("(dp:<daypart>|<dayhours>)_(c:<clock>)", "zh_clock"),
    ("(c:<clock>)(_(ap:<ampm>))?", "zh_clock"),
    ("(dp:<daypart>|<dayhours>)_(h:<hour>)_('到'|'至'|'-'|'~')_(h2:<hour>)_('点'|'时')", "zh_clocks"),
    ("(dp:<daypart>)", "zh_daypart"),
    ("(dp:<dayhours>)", "zh_dayhours"),
    ("(v:<now>)", "now"),
    ("(v:<vagueword>)", "vague"),
    ("(m:'马上')", "vague"),
]  # fmt: skip

_CORE = (
    "<weekday|rel|cycle|lunarday|deictic|daypart|dayhours|season|halfname|reign|lunarmonth|now|"
    "vagueword|numdate|iso|yearmonth|clock|hol|year>|<num|string>_'个'?'半'?_(<unit|tunit>|'月'|'日'|'号'|'年'|'点'|'时'|"
    "'世纪'|'年代'|'月份'|'年度')|<mod>_<num|unit|tunit>|<mod>_('几'|'数')|'大年'|('几'|'数'|'半')_'个'?_<unit|tunit>|('年'|'月')<part>"
)
_AROUND = (
    "' '|<num|string|year|unit|tunit|mod|weekday|rel|cycle|lunarday|deictic|daypart|dayhours|season|"
    "halfname|reign|part|dir|clock|numdate|hol|ampm|lunarmonth>|'月'|'日'|'号'|'年'|'点'|'时'|'分'|'秒'|'刻'|"
    "'半'|'整'|'钟'|'第'|'的'|'到'|'至'|'-'|'~'|'农历'|'阴历'|'个'|'公元'|'元'|'月份'|'大年'|'闰'|'之'|'几'|'数'|'('|')'|'世纪'|"
    "'年代'|'点钟'|'年度'|'.'"
)
REGION = f"({_AROUND}){{0,14}}({_CORE})({_AROUND})*"

HOLIDAYS = {
    "new year": "元旦|元旦节|新年", "spring festival": "春节|农历新年|大年初一", "lunar eve": "除夕|大年三十|除夕夜",
    "lantern": "元宵节|元宵", "qingming": "清明|清明节", "labour": "五一|劳动节|五一劳动节|五一节|国际劳动节",
    "youth cn": "青年节|五四青年节", "children cn": "儿童节|六一儿童节|六一", "dragon boat": "端午|端午节",
    "party cn": "建党节", "army cn": "建军节|八一建军节", "qixi": "七夕|七夕节", "mid-autumn": "中秋|中秋节",
    "national cn": "国庆|国庆节|十一国庆", "double ninth": "重阳|重阳节", "teachers cn": "教师节",
    "trees cn": "植树节", "women": "妇女节|三八妇女节", "singles": "光棍节|双十一|双11", "double 12": "双十二",
    "girls cn": "女生节", "mother": "母亲节", "father": "父亲节", "thanksgiving": "感恩节", "christmas": "圣诞节|圣诞",
    "christmas eve": "平安夜", "halloween": "万圣节", "valentine": "情人节", "laba": "腊八|腊八节", "ghost": "中元节",
    "april fool": "愚人节", "easter": "复活节", "black friday": "黑色星期五", "white lover": "白色情人节",
}  # fmt: skip


def number(hit: Hit, name: str) -> int | None:
    """A whole number of any shape."""
    roles = hit.roles(name)
    found = roles.get("num")
    if found is None:
        year = roles.get("year")
        found = year
    if found is None or found.low is not None or not found.whole:
        return None
    return int(found.value)


def year_of_hit(hit: Hit) -> int | None:
    """The year before 年: four digits, two ("15年", "零八年") or three letters ("三六七年")."""
    if not hit.has("y"):
        return None
    value = number(hit, "y")
    if value is None:
        return None
    roles = hit.roles("y")
    found = roles.get("num") or roles.get("year")
    width = len(found.digits) if found.digits else len(found.name) if "string" in roles else 0
    if width == 2 and value < 100:
        return full_year(value)
    if value < 100 and "string" not in roles:
        return full_year(value) if found.digits else None
    return value


def shift_of(hit: Hit, unit: str) -> int | None:
    found = hit.roles("rel").get("rel")
    return found[1] if found and found[0] == unit else None


@builder
def zh_day(hit: Hit) -> Part | None:
    year, month, day = year_of_hit(hit), number(hit, "m"), number(hit, "d")
    if hit.has("y") and year is None:
        return None
    shift = None
    if hit.has("rel"):
        shift = shift_of(hit, "year")
        if shift is None:
            return None
    if make_day(year if year is not None else 2000, month, day) is None:
        if month is not None and day is not None and day <= 31 and month <= 12:
            return hit.part("vague", why="the calendar has no such day")
        return None
    return hit.part(
        "day", year=year, month=month, day=day, weekday=hit.get("wd", "weekday"), shift=shift,
        unit="year" if shift is not None else "",
    )  # fmt: skip


@builder
def zh_day_bare(hit: Hit) -> Part | None:
    """ "八月十五": the day without 日, in letters and of more than one."""
    found = hit.roles("d").get("num")
    if found is None or found.digits or hit.after()[:1] == "日":
        return None
    if found.value < 10 or hit.after()[:1] in (
        "个",
        "年",
        "月",
        "人",
        "名",
        "万",
        "位",
        "天",
        "多",
        "%",
        "家",
        "条",
    ):
        return None
    return zh_day(hit)


@builder
def zh_dayofmonth(hit: Hit) -> Part | None:
    day = number(hit, "d")
    after = hit.after()[:1]
    if day is None or after in ("元", "本", "圆", "语", "均", "游", "楼", "线", "院", "店", "文"):
        return None
    if hit.before() in ("第", "共", "为期", "历时"):
        return None
    shift = None
    if hit.has("rel"):
        shift = shift_of(hit, "month")
        if shift is None:
            return None
    return hit.part("dayofmonth", day=day, shift=shift)


@builder
def zh_days(hit: Hit) -> Part | None:
    year, month = year_of_hit(hit), number(hit, "m")
    first, second = number(hit, "d"), number(hit, "d2")
    shift = shift_of(hit, "year") if hit.has("rel") else None
    if first is None or second is None or second <= first:
        return None
    if (
        make_day(year or 2000, month, first) is None
        or make_day(year or 2000, month, second) is None
    ):
        return None
    unit = "year" if shift is not None else ""
    part = hit.part("day", year=year, month=month, day=first, shift=shift, unit=unit)
    part.last = hit.part("day", year=year, month=month, day=second, shift=shift, unit=unit)
    return part


@builder
def zh_month(hit: Hit) -> Part | None:
    year, month = year_of_hit(hit), number(hit, "m")
    if month is None or (hit.has("y") and year is None):
        return None
    shift = None
    if hit.has("rel"):
        shift = shift_of(hit, "year")
        if shift is None:
            return None
    part = hit.get("part", "part") or ""
    return hit.part(
        "month", year=year, month=month, shift=shift, unit="year" if shift is not None else "",
        part=part,
    )  # fmt: skip


@builder
def zh_year(hit: Hit) -> Part | None:
    year = year_of_hit(hit)
    roles = hit.roles("y")
    if year is None:
        return None
    if "year" not in roles and "string" not in roles:
        return None  # "15年" counts
    if not 1 <= year <= 2199:
        return None
    span = year_of(year)
    part = hit.get("part", "part") or ""
    return hit.part("year", fixed=span, part=part, why="as written") if span else None


@builder
def zh_year_bare(hit: Hit) -> Part | None:
    """Four digits without 年: a year where they stand alone."""
    value = number(hit, "y")
    roles = hit.roles("y")
    if value is None or "dg" not in roles or not 1500 <= value <= 2199:
        return None
    after = hit.after()
    if after and (
        after[0] in "万亿千百元美多余名人个家%％.,斤吨公米字页"
        or (after[0].isascii() and after[0].isalnum())
    ):
        return None
    if hit.before() in ("$", "￥", "¥", "€", "£", ".", "第", "约", "近", "超过", "达", "/"):
        return None
    if (
        hit.before()
        and hit.before()[-1] not in "从自在到至于-~(（ 年"
        and hit.before() not in ("=",)
    ):
        return None
    span = year_of(value)
    return hit.part("year", fixed=span, why="as written") if span else None


@builder
def zh_years(hit: Hit) -> Part | None:
    first, second = number(hit, "y"), number(hit, "y2")
    if first is None or second is None or second <= first:
        return None
    if not hit.whole().endswith("年"):
        # "1000-2000人" counts
        if hit.after()[:1] in tuple("人名个元万亿多余家吨米公美") or first < 1500:
            return None
    span = years_of(first, second - first + 1)
    return hit.part("year", fixed=span, why="as written") if span else None


@builder
def zh_rel(hit: Hit) -> Part | None:
    unit, shift = hit.roles("rel")["rel"]
    return hit.part("unit", unit=unit, shift=shift, part=hit.get("part", "part") or "")


@builder
def zh_quarter(hit: Hit) -> Part | None:
    value = number(hit, "q")
    if value is None or not 1 <= value <= 4:
        return None
    shift = shift_of(hit, "year") if hit.has("rel") else None
    if hit.has("rel") and shift is None:
        return None
    return hit.part("quarter", year=year_of_hit(hit), nth=value, shift=shift, unit="year")


@builder
def zh_half(hit: Hit) -> Part | None:
    shift = shift_of(hit, "year") if hit.has("rel") else None
    year = year_of_hit(hit)
    if year is None and shift is None:
        shift = 0
    return hit.part("half", year=year, nth=hit.roles("h")["halfname"], shift=shift, unit="year")


@builder
def zh_season(hit: Hit) -> Part | None:
    shift = shift_of(hit, "year") if hit.has("rel") else None
    return hit.part(
        "season", year=year_of_hit(hit), unit=hit.roles("sea")["season"], shift=shift,
        unit_of_shift="year" if shift is not None else "",
    )  # fmt: skip


@builder
def zh_century(hit: Hit) -> Part | None:
    part = hit.get("part", "part") or ""
    dec = None
    if hit.has("dec"):
        dec = number(hit, "dec")
        if dec is None or dec % 10 or (dec > 90 and not 1000 <= dec <= 2190):
            return None
    if hit.has("cn"):
        century = number(hit, "cn")
        if century is None or not 1 <= century <= 30:
            return None
        if dec is None:
            span = years_of((century - 1) * 100 + 1, 100)
        else:
            span = years_of((century - 1) * 100 + dec, 10)
    elif hit.has("rel"):
        unit, shift = hit.roles("rel")["rel"]
        if unit != "century" or dec is None:
            return None
        span = years_of((19 + (shift + 1)) * 100 + dec, 10)
    elif dec is None:
        return None
    elif dec >= 1000:
        span = years_of(dec, 10)
    else:
        span = years_of((1900 if dec >= 30 else 2000) + dec, 10)
    return hit.part("decade", fixed=span, part=part, why="as written") if span else None


@builder
def zh_weekday(hit: Hit) -> Part | None:
    unit, shift = hit.roles("rel")["rel"]
    roles = hit.roles("wd")
    weekday = roles.get("weekday")
    if weekday is None:
        value = number(hit, "wd")
        weekday = 6 if hit.text("wd") in ("日", "天") else value - 1 if value else None
    if weekday is None or not 0 <= weekday <= 6 or unit != "week":
        return None
    base = hit.part("unit", unit="week", shift=shift)
    return hit.part("weekday", weekday=weekday, base=base)


@builder
def zh_weekday_mod(hit: Hit) -> Part | None:
    shift = hit.get("mod", "mod")
    weekday = hit.roles("wd")["weekday"]
    if hit.before().endswith("每"):
        return None
    if shift is None:
        return hit.part("weekday", weekday=weekday)
    if hit.text("mod") not in (
        "上",
        "上个",
        "上一个",
        "上一",
        "下",
        "下个",
        "下一个",
        "下一",
        "这",
        "这个",
        "本",
    ):
        return None
    base = hit.part("unit", unit="week", shift=shift)
    return hit.part("weekday", weekday=weekday, base=base)


@builder
def zh_nth_week(hit: Hit) -> Part | None:
    nth, month = number(hit, "w"), number(hit, "m")
    if nth is None or nth > 53:
        return None
    if month is not None:
        return hit.part("week of month", month=month, nth=nth)
    return hit.part("nth week of year", year=year_of_hit(hit), nth=nth)


def unit_in(hit: Hit) -> str | None:
    unit: str | None = hit.get("u", "unit", "tunit")
    return unit


@builder
def zh_span(hit: Hit) -> Part | None:
    unit, shift = unit_in(hit), hit.get("mod", "mod")
    count = 3.0 if hit.has("few") else hit.count("n")
    if unit is None or shift in (None, 0) or count is None or not 1 <= count <= 5000:
        return None
    if (
        hit.text("mod") in ("上", "下", "前", "后", "上个", "下个")
        and unit == "month"
        and hit.text("u") == "月"
        and "个" not in hit.whole()
    ):
        return None
    if hit.text("mod") in ("前", "后") and hit.before() not in ("", "的", "在"):
        return None
    roles = hit.roles("n")
    if "year" in roles and unit == "year":
        return None
    return hit.part("span", unit=unit, shift=shift, count=int(count))


@builder
def zh_span_one(hit: Hit) -> Part | None:
    unit, shift = unit_in(hit), hit.get("mod", "mod")
    if unit is None or shift is None or unit == "decade":
        return None
    if unit in ("hour", "minute", "second"):
        if hit.text("u") == "分":
            return None
        return hit.part("span", unit=unit, shift=shift, count=1) if shift else None
    if hit.text("u") in ("日", "季"):
        return None
    return hit.part("unit", unit=unit, shift=shift)


@builder
def zh_steps(hit: Hit) -> Part | None:
    unit = unit_in(hit)
    count = 3.0 if hit.has("few") else hit.count("n") if hit.has("n") else 0.0
    if unit is None or count is None or count > 10_000 or hit.in_range():
        return None
    if "year" in hit.roles("n") or hit.text("u") == "日":
        return None
    if unit == "month" and hit.text("u") == "月" and "个" not in hit.whole():
        return None
    if hit.has("half"):
        count += 0.5
    sign = -1 if hit.get("dir", "dir") == -1 else 1
    return hit.part("steps", steps=((count * sign, unit),))


def hours_in(hit: Hit) -> tuple[int | None, int, int] | None:
    """The part of the day that is named: its day from today if any, and its hours."""
    roles = hit.roles("dp")
    if "dayhours" in roles:
        found: tuple[int, int, int] = roles["dayhours"]
        return found
    if "daypart" in roles:
        low, high = (int(piece) for piece in str(roles["daypart"]).split("-"))
        return None, low, high
    return None


@builder
def zh_day_lead(hit: Hit) -> Part | None:
    return None


@builder
def zh_clock(hit: Hit) -> Part | None:
    minute = second = 0
    seconds = False
    if hit.has("c"):
        pieces = [int(piece) for piece in hit.roles("c")["clock"].split(":")]
        hour, minute = pieces[0], pieces[1]
        if len(pieces) > 2:
            second, seconds = pieces[2], True
    else:
        value = number(hit, "h")
        if value is None or value > 24:
            return None
        hour = value
        if hit.has("mi"):
            found = number(hit, "mi")
            if found is None or found > 59:
                return None
            minute = found
        if hit.has("s"):
            found = number(hit, "s")
            if found is None or found > 59:
                return None
            second, seconds = found, True
        if hit.has("half"):
            minute = 30
        if hit.has("q"):
            quarter = number(hit, "q")
            if quarter not in (1, 2, 3):
                return None
            minute = 15 * quarter
        if not zh_is_clock(hit):
            return None
    half = half_in(hit)
    hours = hours_in(hit) if hit.has("dp") else None
    still_open = False
    if half is not None:
        hour = hour % 12 + half if hour <= 12 else hour
    elif hours is not None:
        _, low, high = hours
        if low >= 11 and hour < 11 and not (low >= 20 and hour < 6) and high > 12:
            hour += 12
        elif hour == 12 and low in (20, 16):
            hour = 0
    else:
        still_open = 1 <= hour < 12
    base = None
    if hours is not None and hours[0] is not None:
        base = hit.part("unit", unit="day", shift=hours[0])
    elif hit.has("dp") and hours is not None and hour == 0 and hours[1] == 20:
        base = None
    return hit.part(
        "time", clock=(hour % 24, minute, second), seconds=seconds, open_half=still_open, base=base
    )


def zh_is_clock(hit: Hit) -> bool:
    """Whether 点 and 时 are of the clock: "三点要求" and "当时" are not."""
    if hit.has("dp") or hit.has("mi") or hit.has("half") or hit.has("q"):
        mi = hit.roles("mi").get("num") if hit.has("mi") else None
        text = hit.whole().replace(" ", "")
        # 三点一 is 3.1
        return not (
            mi is not None
            and not text.endswith(("分", "秒"))
            and not mi.digits
            and mi.value < 10
            and not hit.has("dp")
        )
    if hit.whole().endswith(("整", "钟", "分", "秒")):
        return True
    before, after = hit.before(), hit.after()[:1]
    if after in (
        "到",
        "至",
        "-",
        "~",
        "前",
        "后",
        "左",
        "之",
        "以",
        "开",
        "起",
        "",
        ",",
        "，",
        "。",
        "和",
        "与",
        "许",
    ):
        return before != "第"
    return (bool(before) and before[-1] in "日号天晚晨早夜午末一二三四五六") or (
        hit.whole().endswith("时") and "dg" in hit.roles("h") and before != "第"
    )


@builder
def zh_clocks(hit: Hit) -> Part | None:
    first, second = number(hit, "h"), number(hit, "h2")
    hours = hours_in(hit)
    if first is None or second is None or hours is None or first > 24 or second > 24:
        return None
    if hours[1] >= 11 and first < 11:
        first += 12
    if hours[1] >= 11 and second < 12:
        second += 12
    base = hit.part("unit", unit="day", shift=hours[0]) if hours[0] is not None else None
    return hit.part("time", clock=(first % 24, 0, 0), until_clock=(second % 24, 0, 0), base=base)


@builder
def zh_edge(hit: Hit) -> Part | None:
    """年底, 月初: of this year, of this month."""
    if hit.before()[-1:].isdigit() or (
        hit.before() and hit.before()[-1] in "一二三四五六七八九十每多"
    ):
        return None
    unit = "year" if hit.whole().startswith("年") else "month"
    part = hit.get("part", "part") or ""
    return hit.part("unit", unit=unit, shift=0, part=part)


@builder
def zh_daypart(hit: Hit) -> Part | None:
    hours = hours_in(hit)
    if hours is None:
        return None
    text = hit.text("dp")
    bare = len(text) == 1
    return hit.part("daypart", span=(hours[1], hours[2]), why="bare" if bare else "")


@builder
def zh_dayhours(hit: Hit) -> Part | None:
    hours = hours_in(hit)
    if hours is None:
        return None
    base = hit.part("unit", unit="day", shift=hours[0])
    return hit.part("daypart", span=(hours[1], hours[2]), base=base)


@builder
def zh_reign(hit: Hit) -> Part | None:
    first = hit.roles("rg")["reign"]
    count = 1 if hit.text("n") == "元" else number(hit, "n")
    if count is None or not 1 <= count <= 120:
        return None
    year = first + count - 1
    month, day = number(hit, "m"), number(hit, "d")
    why = f"{hit.text('rg')}: its first year is {first}"
    if month is None:
        span = year_of(year)
    elif day is None:
        span = month_of(year, month)
    else:
        found = make_day(year, month, day)
        span = (midnight(found), midnight(found) + DAY) if found else None
    return hit.part("year", fixed=span, why=why) if span else None


@builder
def zh_cycle(hit: Hit) -> Part | None:
    place = sexagenary(hit.roles("cy")["cycle"])
    if place is None:
        return None
    return hit.part("cycle", nth=place)


LUNAR_WHY = "the Chinese calendar, by astronomy"


@builder
def zh_lunar(hit: Hit) -> Part | None:
    """A day of the Chinese calendar: named as such, or by words that only it has."""
    text = hit.whole()
    named = text.startswith(("农历", "阴历", "旧历", "農曆", "陰曆"))
    month = hit.roles("lm").get("lunarmonth")
    leap = "闰" in text
    if month is None:
        first, last = hit.span("lm")
        for index in range(first, last):
            found = hit.tokens.meanings[index].get("num")
            if found is not None:
                month = int(found.value)
    day = hit.roles("ld").get("lunarday")
    old_words = day is not None or "lunarmonth" in hit.roles("lm")
    if day is None:
        day = number(hit, "ld")
    if month is None or day is None or not (named or old_words) or not 1 <= day <= 30:
        return None
    year = year_of_hit(hit)
    shift = shift_of(hit, "year") if hit.has("rel") else None
    part = hit.part(
        "lunar", year=year, month=month, day=day, shift=shift, unit="leap" if leap else ""
    )
    if hit.has("cy"):
        place = sexagenary(hit.roles("cy")["cycle"])
        part.nth = (place or 0) + 1
    if year is not None:
        found_day = lunar_to_day(year, month, day, leap)
        if found_day is None:
            return hit.part("vague", why="the calendar has no such day")
        part.fixed = (midnight(found_day), midnight(found_day) + DAY)
        part.why = LUNAR_WHY
    return part


@builder
def zh_lunar_new(hit: Hit) -> Part | None:
    day = hit.roles("ld").get("lunarday") or number(hit, "ld")
    if day == 30:
        return hit.part("holiday", unit="lunar eve")
    if day is None or not 1 <= day <= 15:
        return None
    return hit.part("lunar", month=1, day=day)


__all__ = ["HOLIDAYS", "REGION", "RULES", "lunar_year", "words"]
