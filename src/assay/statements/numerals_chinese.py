"""Chinese: its numbers, and how its dates and figures are read.

Traditional letters are read as the simplified ones, one for one, in a copy beside the text. A word
is the longest that the lexicon has; every other letter is a token by itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from assay.statements import dates_chinese, figures_chinese
from assay.statements.numerals import (
    Alphabet,
    Fold,
    Number,
    Roles,
    Tokens,
    cutter,
    roles_of_number,
)
from assay.statements.numerals_hanzi import ALONE_OTHERWISE, DIGITS, LARGE, TENS
from assay.statements.numerals_languages import Language, make
from assay.statements.numerals_words import Words, merge

TRADITIONAL = str.maketrans(
    "兩萬億點個負幾餘雙對時間週號後農曆禮鐘鍾紀貳陸參歲圓約過從這開終來將達於歐鎊韓盧噸萬紀"
    "節慶國當剛現還內兒總應當會無實際數隻張條臺輛戶頭處項種員戰爭車衛寶龍馬雞豬鳥魚",
    "两万亿点个负几余双对时间周号后农历礼钟钟纪贰陆叁岁圆约过从这开终来将达于欧镑韩卢吨万纪"
    "节庆国当刚现还内儿总应当会无实际数只张条台辆户头处项种员战争车卫宝龙马鸡猪鸟鱼",
)

# Words with a numeral in them that count nothing.
NO_NUMBERS = (
    "一切 一起 一些 一样 一直 一般 一定 统一 万一 唯一 一旦 一方面 一带一路 百姓 百度 四川 四周 "
    "一下 同一 单一 进一步 一度 一律 一致 一面 一边 一向 一再 一贯 一同 一概 一味 一时 一经 一共 "
    "一会儿 一点儿 万岁 千方百计 一流 一线 一手 一心 一带 一体 三明 九台 五台山 九江 五四 万达 万科 "
    "三星 三亚 三峡 六安 八卦 九寨沟 千古 千瓦 千米 千克 百货 百科 百万富翁 亿万 万象 万能 万物 万里 "
    "十足 一国两制 两岸 两会 两国 两者 双方 四面八方 五官 五星 七夕 朝花夕拾 三权 三军 三角 四人帮 五大 "
    "另一方面 另一 某一 每一 这一 那一 哪一 任一 逐一 不一 专一 划一 一来 一看 一听 一想 八路军 "
    "三农 三中全会 二战 一战 一审 二审 一级 二级 三级 星期一 "
)
# what 一 stands before as an article
ONE_OF = frozenset(
    (
        "个 种 名 位 项 些 条 番 场 份 片 支 股 系列 家 座 部 张 只 把 件 道 方 段 阵 群 批 句 篇 本 封 间 "
        "幅 副 辆 艘 架 台 颗 块 根 头 匹 声 次 样 切 面 脸 身 路 时 向 度"
    ).split()
)


def value_of(text: str) -> tuple[float, float] | None:
    """The value of a Chinese number and the step of its last place, None for no number."""
    total: float = 0
    section: float = 0
    value: float
    number: float | None = None
    step: float = 1
    last_large = float("inf")
    unit_before = 0  # the unit right before the last digit
    zero = False
    seen = False
    index = 0
    text = text.replace(" ", "")
    while index < len(text):
        letter = text[index]
        if letter.isdecimal():
            run = re.match(r"[\d,]+(?:\.\d+)?", text[index:])
            assert run is not None
            if number is not None:
                return None
            digits = run.group().replace(",", "")
            number = float(digits) if "." in digits else int(digits)
            if "." in digits:
                step = 10.0 ** -len(digits.partition(".")[2])
            index += run.end()
            seen = True
            continue
        if letter in DIGITS:
            value = DIGITS[letter]
            if value == 0:
                zero, number = True, number
                unit_before = 0
            elif number is not None:
                return None
            else:
                number = value
            seen = True
        elif letter in TENS:
            unit = TENS[letter]
            if number is None and section and not zero and unit >= 100:
                return None
            value_before = 1 if number is None else number
            section += value_before * unit
            number, unit_before, zero = None, unit, False
            step = step * unit if step < 1 else step
        elif letter in LARGE:
            unit = LARGE[letter]
            value_before = section + (number or 0)
            if value_before == 0 and not total:
                return None
            if value_before == 0:
                total *= unit
            elif unit > last_large:
                total = (total + value_before) * unit
            else:
                total += value_before * unit
            step = step * unit if step < 1 else step
            section, number, unit_before, zero = 0, None, unit, False
            last_large = unit
        else:
            return None
        index += 1
    if not seen and not section and not total:
        return None
    if number is not None:
        if unit_before >= 100 and not zero and number < 10 and number == int(number):
            section += number * unit_before / 10
        else:
            section += number
    value = total + section
    return (int(value), step) if value == int(value) else (round(value, 9), step)


def numbers(tokens: Tokens, language: Language) -> list[Fold]:
    """Numbers in Chinese letters, or in digits with them ("1.5亿")."""
    out = []
    for match in language.folder("(<zd|zt|num>)(_<zd|zt|zw|num>){0,40}").finditer(tokens.letters):
        out += _numbers_in(tokens, *match.span())
    return out


def _numbers_in(tokens: Tokens, first: int, last: int) -> list[Fold]:
    flat = tokens.flat
    out: list[Fold] = []
    at = first
    while at < last:
        if " " in tokens.meanings[at]:
            at += 1
            continue
        fold = None
        for end in range(last, at, -1):
            if " " in tokens.meanings[end - 1]:
                continue
            text = flat[tokens.starts[at] : tokens.starts[end]]
            fold = _number(text, at, end, tokens)
            if fold is not None:
                break
        if fold is None:
            at += 1
            continue
        out.append(fold)
        at = fold.last
        while at < last and " " in tokens.meanings[at]:
            at += 1
    return out


def _number(text: str, first: int, last: int, tokens: Tokens) -> Fold | None:
    if last - first == 1 and "num" in tokens.meanings[first]:
        return None  # digits alone are a number already
    plain = text.replace(" ", "")
    if not any(c in DIGITS or c in TENS or c in LARGE for c in plain):
        return None
    if all(c in DIGITS for c in plain):
        if len(plain) == 1:
            if plain == "零" and rest_of(tokens, last, 1) == "下":
                return None
            if plain in ALONE_OTHERWISE and plain != "零" and not _before_a_unit(tokens, last):
                return None
        elif " " in text:
            return None
        else:
            return _digit_string(plain, first, last)
    pair = re.match(r"([一二两三四五六七八])([二三四五六七八九])(?=[十百千万亿])", plain)
    if pair and DIGITS[pair.group(2)] == DIGITS[pair.group(1)] + 1:
        low, high = value_of(pair.group(1) + plain[2:]), value_of(pair.group(2) + plain[2:])
        if low and high:
            one = (high[0] - low[0]) if high[0] > low[0] else 1
            number = Number(low[0], low=low[0], high=high[0] + one, name=plain)
            return Fold(first, last, roles_of_number(number))
    if plain == "十" and rest_of(tokens, last, 1) == "分":
        if rest_of(tokens, last, 2) not in ("分钟", "分之"):
            return None  # "very"
    if plain == "拾" and not _before_a_unit(tokens, last):
        return None
    if plain[0] in LARGE or plain in ("百", "千", "佰", "仟"):
        return None
    if plain[0] in "百千" and len(plain) > 1 and plain[1] not in LARGE and plain[1] not in DIGITS:
        return None
    if " " in text and not any(c in TENS or c in LARGE for c in plain):
        return None
    if len(plain) > 1 and plain[-1] in "两俩倆":
        return None  # the weight
    if plain[-1].isdecimal() and re.search(r"\d [\d]", text):
        return None
    found = value_of(plain)
    if found is None:
        return None
    number = Number(found[0], found[1], name=plain)
    roles = dict(roles_of_number(number))
    if plain in ("一", "壹"):
        roles["one"] = number
    return Fold(first, last, roles)


def rest_of(tokens: Tokens, index: int, length: int) -> str:
    """The next letters after a token."""
    start = tokens.starts[index]
    return tokens.flat[start : start + length]


def _before_a_unit(tokens: Tokens, index: int) -> bool:
    rest = tokens.flat[tokens.starts[index] : tokens.starts[index] + 2].strip()
    return rest[:1] in ("点", "元", "折", "成", "分", "角")


def _digit_string(plain: str, first: int, last: int) -> Fold | None:
    """ "二零一六": digits one by one. "三四": three to four."""
    digits = "".join(str(DIGITS[c]) for c in plain)
    if (
        len(plain) == 2
        and int(digits[1]) == int(digits[0]) + 1
        and digits[0] != "0"
        and "零" not in plain
    ):
        low = int(digits[0])
        number = Number(low, low=low, high=low + 2, name=plain)
        return Fold(first, last, roles_of_number(number))
    if len(plain) > 12 or "两" in plain:
        return None
    number = Number(int(digits), name=plain)
    roles: dict[str, Any] = {"num": number, "string": number}
    if len(plain) == 4 and 1000 <= number.value <= 2199:
        roles["year"] = number
    elif len(plain) in (2, 3):
        roles["yy"] = number
    return Fold(first, last, roles)


def letters() -> Words:
    """The letters of numbers, each a token of its own."""
    out: Words = {}
    for letter, value in DIGITS.items():
        out[letter] = {"zd": value}
    for letter, value in TENS.items():
        out[letter] = {"zt": value}
    for letter, value in LARGE.items():
        out[letter] = {"zw": value}
    out["打"] = {"dozen": 12}
    for word in NO_NUMBERS.split():
        out.setdefault(word, {})["word"] = None
    return out


@lru_cache(maxsize=1)
def language() -> Language:
    words = merge(letters(), dates_chinese.words(), figures_chinese.words())
    listed = {word for word in words if len(word) > 1}
    for source, _ in [*dates_chinese.RULES, *figures_chinese.RULES]:
        for some in re.findall(r"'([^']+)'", source):
            listed.update(word for word in some.split("|") if len(word) > 1)
    for holiday in dates_chinese.HOLIDAYS.values():
        listed.update(holiday.split("|"))
    ordered = sorted(listed, key=len, reverse=True)
    # the words by their first letter, so that a letter that begins none costs one look
    by_first: dict[str, list[str]] = {}
    for word in ordered:
        by_first.setdefault(word[0], []).append(word[1:])
    longer = "|".join(
        f"{re.escape(first)}(?:{'|'.join(re.escape(rest) for rest in rests)})"
        for first, rests in by_first.items()
    )
    plain = r"[A-Za-zÀ-ɏͰ-ϿЀ-ӿ]+|[^\W\d_]"
    firsts = "".join(re.escape(first) for first in by_first)
    cut = cutter(rf"(?=[{firsts}])(?:{longer})|{plain}")
    holidays = [
        ("'" + "|".join(sorted(some.split("|"), key=len, reverse=True)) + "'", "holiday:" + name)
        for name, some in dates_chinese.HOLIDAYS.items()
    ]
    for some in dates_chinese.HOLIDAYS.values():
        for word in some.split("|"):
            words.setdefault(word, {})["hol"] = None
    made: tuple[Roles, ...] = (
        {"num": None, "string": None},
        {"num": None, "string": None, "year": None},
        {"num": None, "string": None, "yy": None},
        {**roles_of_number(Number(1)), "one": None},
    )
    found = make(
        "zh",
        words,
        Alphabet({}, cut=cut, made=made, letters_for_letters=TRADITIONAL),
        None,
        "ymd",
        {"dates": [*dates_chinese.RULES, *holidays], "figures": figures_chinese.RULES},
        {"dates": dates_chinese.REGION, "figures": figures_chinese.REGION},
        [numbers],
        ["<zd|zt|zw|num>"],
        joins=r"\s*的?\s*",
        range_from=r"(?:从|從|自|在)\s*$",
        range_to=r"\s*(?:到|至|-|~|–|—|～|直到|直至)\s*",
        range_and=r"\s*(?:和|与|跟|及)\s*",
        range_after=r"\s*(?:之间|之間|间|間|期间)",
        ahead=r"(?:将|會|会|预计|計劃|计划|打算|下|明)",
    )
    found.articles = ONE_OF
    return found
