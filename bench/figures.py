"""Measure figures and dates on the given gold data.

    ../.venv/bin/python figures.py --corpus DIR [--lost 20] [--only en]

Recognizers-Text specs: only cases that its own Python port supports. Its types are mapped to ours:

- number, numberrange -> figures without a unit; percentage -> figures in "%"; currency, dimension,
  temperature, age -> figures with that unit; datetimeV2.duration -> figures in a unit of time.
- date, daterange, time, timerange, datetime, datetimerange (and holidays) -> dates.
- ordinals, sets ("every Monday"), time zones, bare units without a number: not in our contract,
  left out. So are numbers that the spec cuts out of a date, an address of the net or a telephone
  number (cases whose input is one): by contract their digits are no figures.

A span is right when it has the same first and last letter after leading prepositions and articles
("in", "on", "the", "from") are taken from both, and, for numbers, after our figure's unit and
qualifier are taken off: the spec's number has none. In specs of extractors and parsers, which name
one type alone, only their spans are looked for; in those of models any other date counts against
us.

A value is right when the number is our lower bound (upper bound for "up to"), or when our interval
is one of those that the spec gives: its ranges end at the last day or the day after, its single
days and times are our beginnings. One of our candidates is right where the spec has several.

TimeBank and AQUAINT: TIMEX3 of type DATE and TIME within TEXT, spans only; the day of writing is
the file's DCT. Relaxed: the two overlap. Strict: they are the same.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import html
import json
import re
import time
from pathlib import Path

from assay.model.statement import Figure, Moment
from assay.statements.dates import dates
from assay.statements.figures import amounts, figures

CODES = {"English": "en", "Chinese": "zh", "Arabic": "ar"}
DATE_TYPES = {"date", "daterange", "time", "timerange", "datetime", "datetimerange"}
LEAD = re.compile(
    r"(?:(?:in|on|at|from|since|before|after|until|till|by|between|as early as|as late as|the|of|"
    r"for|starting|around|no later than|any time from|about|on or|earlier than|later than|or|prior "
    r"to|ending with|within|year of|greater than|sometime|to)\s+|[<>]\s?=?\s?|从|自|在|大约|约)*",
    re.IGNORECASE,
)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without leading prepositions and trailing marks."""
    start += len(LEAD.match(text[start:end]).group())  # type: ignore[union-attr]
    while len(text) >= end > start and text[end - 1] in " .,;:!?'’":
        end -= 1
    return start, end


class Score:
    """Counts of one corpus and language."""

    def __init__(self) -> None:
        self.gold = self.found = self.extra = self.valued = self.right = 0
        self.cases = self.whole = 0
        self.lost: list[str] = []

    def row(self, name: str) -> str:
        spans = self.found / self.gold if self.gold else 0
        values = self.right / self.valued if self.valued else 0
        precision = self.found / (self.found + self.extra) if self.found else 0
        return (
            f"| {name} | {self.cases} | {self.gold} | {spans:.1%} | {precision:.1%} | "
            f"{values:.1%} ({self.valued}) |"
        )


def supported(case: dict) -> bool:
    marks = f"{case.get('NotSupported', '')},{case.get('NotSupportedByDesign', '')}"
    return "python" not in marks.lower()


def place(case: dict, result: dict, after: int) -> tuple[int, int] | None:
    """Where a result stands in the input; the specs lower-case and fold widths."""
    text = case["Input"]
    start = result.get("Start")
    if start is not None and result.get("End") is not None:
        return start, result["End"] + 1
    if start is not None and result.get("Length") is not None:
        return start, start + result["Length"]
    wanted = result["Text"]
    at = text.lower().find(wanted.lower(), after)
    return (at, at + len(wanted)) if at >= 0 else None


def values_of(result: dict) -> list[tuple[str, str]]:
    """The intervals that a spec gives, as (first, last); last is "" for a single moment."""
    out = []
    resolution = result.get("Resolution")
    if isinstance(resolution, dict):
        for value in resolution.get("values", ()):
            if "value" in value:
                if value["value"] != "not resolved":
                    out.append((value["value"], ""))
            elif "start" in value or "end" in value:
                out.append((value.get("start", ""), value.get("end", "")))
    value = result.get("Value")
    if isinstance(value, dict):
        for name in ("FutureResolution", "PastResolution"):
            found = value.get(name) or {}
            singles = [v for k, v in found.items() if k in ("date", "dateTime", "time")]
            if singles:
                out.append((singles[0], ""))
            starts = [v for k, v in found.items() if k.startswith("start")]
            ends = [v for k, v in found.items() if k.startswith("end")]
            if starts or ends:
                out.append((starts[0] if starts else "", ends[0] if ends else ""))
    return [pair for pair in out if any(pair)]


def plain(value: str) -> str:
    """A time as the shortest of its forms: no seconds of zero, no midnight."""
    value = value.replace(" ", "T")
    if value.count(":") == 2 and value.endswith(":00"):
        value = value[:-3]
    if value.endswith("T00:00"):
        value = value[:-6]
    if value.endswith(("T23:59:59", "T24:00")):
        day = datetime.date.fromisoformat(value[:10]) + datetime.timedelta(days=1)
        value = day.isoformat()
    return value


def next_day(value: str) -> str:
    try:
        return (datetime.date.fromisoformat(value) + datetime.timedelta(days=1)).isoformat()
    except ValueError:
        return value


def agrees(moment: Moment, wanted: list[tuple[str, str]]) -> bool:
    since, until = plain(moment.since or ""), plain(moment.until or "")
    starts = {since, *(plain(c) for c in moment.candidates)} - {""}
    for first, last in wanted:
        first, last = plain(first), plain(last)
        if not last:
            if first in starts:
                return True
        elif not first:
            if last in (until, since, next_day(until)):
                return True
        elif (first in starts and (first != since or until in (last, next_day(last)))) or (
            first == since and until.startswith(last)
        ):
            return True
    return False


def written_on(case: dict) -> datetime.date | None:
    found = (case.get("Context") or {}).get("ReferenceDateTime", "")
    return datetime.date.fromisoformat(found[:10]) if found else datetime.date(2016, 11, 7)


def date_specs(corpus: Path, only: str | None) -> dict[tuple[str, str], Score]:
    scores: dict[tuple[str, str], Score] = collections.defaultdict(Score)
    for folder in sorted((corpus / "recognizers" / "DateTime").iterdir()):
        code = CODES[folder.name]
        if only and code != only:
            continue
        for path in sorted(folder.glob("*.json")):
            if re.search(
                r"Set|TimeZone|Duration|TasksMode|Experimental|Calendar|Extended|Split", path.stem
            ):
                continue
            model = "Model" in path.stem
            for case in json.loads(path.read_text("utf-8-sig")):
                if not supported(case):
                    if code != "ar":
                        continue
                    key = ("dates, not supported there", code)
                else:
                    key = ("dates", code)
                _dates_case(scores[key], case, model, code, path.stem)
    return scores


def _dates_case(score: Score, case: dict, model: bool, code: str, spec: str) -> None:
    text = case["Input"]
    gold = []
    after = 0
    for result in case["Results"]:
        kind = str(result.get("TypeName") or result.get("Type") or "").rpartition(".")[2]
        if kind in ("duration", "set", "datetimealt", "timezone", "holiday") and kind != "holiday":
            continue
        span = place(case, result, after)
        if span is None:
            continue
        after = span[1]
        gold.append((span, values_of(result), result))
    if not gold and not model:
        return
    score.cases += 1
    ours = list(dates(text, code, written_on(case)))
    left = list(ours)
    for span, wanted, _ in gold:
        score.gold += 1
        target = trimmed(text, *span)
        hit = next((m for m in left if trimmed(text, m.start, m.end) == target), None)
        if hit is None:
            near = [m.surface for m in ours if m.start < span[1] and m.end > span[0]]
            score.lost.append(f"span  {spec}: {text!r}: wanted {text[slice(*span)]!r}, got {near}")
            if wanted:
                score.valued += 1
            continue
        left.remove(hit)
        score.found += 1
        if wanted:
            score.valued += 1
            if agrees(hit, wanted):
                score.right += 1
            else:
                score.lost.append(
                    f"value {spec}: {text!r} ({written_on(case)}): {hit.surface!r} is "
                    f"{hit.since}..{hit.until} "
                    f"{hit.candidates} wanted {wanted}"
                )
    if model:
        spans = [span for span, _, _ in gold]
        durations = [place(case, r, 0) for r in case["Results"] if not any(r is g[2] for g in gold)]
        for moment in left:
            if moment.why == "no time is named":
                continue
            if any(s and s[0] <= moment.start and moment.end <= s[1] for s in durations):
                continue
            score.extra += 1
            if not any(s[0] < moment.end and moment.start < s[1] for s in spans):
                score.lost.append(f"extra {spec}: {text!r}: {moment.surface!r}")


NUMBERS = {
    "number",
    "percentage",
    "currency",
    "dimension",
    "temperature",
    "age",
    "numberrange",
    "duration",
}
# what the spec cuts out of a date, an address of the net or a telephone number
NO_FIGURES = re.compile(r"\d+\.\d+\.\d+\.\d+|\d+/\d+/\d{4}|\+\d-\d{3}-|[年月]\S*\d*[日号]|٤من")
UNITS = {
    "Dollar": "USD", "Pound": "GBP", "Cent": "¢", "Pence": "p", "Penny": "p", "Franc": "franc",
    "Rupee": "INR", "Year": "year", "Month": "month", "Week": "week", "Day": "day", "C": "°C",
    "F": "°F", "Degree": "°",
}  # fmt: skip


def number_specs(corpus: Path, only: str | None) -> dict[tuple[str, str], Score]:
    scores: dict[tuple[str, str], Score] = collections.defaultdict(Score)
    paths = [
        *(corpus / "recognizers" / "Number").glob("*/*.json"),
        *(corpus / "recognizers" / "NumberWithUnit").glob("*/*.json"),
        *(corpus / "recognizers" / "DateTime").glob("*/Duration*.json"),
    ]
    for path in sorted(paths):
        code = CODES[path.parent.name]
        if (only and code != only) or "Ordinal" in path.stem or "Experimental" in path.stem:
            continue
        for case in json.loads(path.read_text("utf-8-sig")):
            if supported(case):
                key = (path.stem, code)
                _numbers_case(scores[key], case, code, path.stem)
            else:
                _numbers_case(
                    scores[(path.stem + ", not supported there", code)], case, code, path.stem
                )
    total: dict[str, Score] = collections.defaultdict(Score)
    for (name, code), score in scores.items():
        if "not supported" in name:
            continue
        for field in ("gold", "found", "extra", "valued", "right", "cases"):
            setattr(total[code], field, getattr(total[code], field) + getattr(score, field))
    return dict(scores) | {("all numbers", code): score for code, score in total.items()}


def _numbers_case(score: Score, case: dict, code: str, spec: str) -> None:
    text = case["Input"]
    if spec.startswith("Number") and NO_FIGURES.search(text):
        return
    score.cases += 1
    ours = list(figures(text, code))
    cores = {(a.start, a.end): a for a in amounts(text, code)}
    left = list(ours)
    after = 0
    seen = []
    for result in case["Results"]:
        span = place(case, result, after)
        if span is None:
            continue
        seen.append(span)
        resolution = result.get("Resolution") or {}
        value = resolution.get("value")
        values = resolution.get("values")
        if values:
            value = values[0].get("value")
        if value in (None, "null") and "Value" not in result and spec.endswith("Model"):
            continue  # a bare unit
        after = span[1]
        score.gold += 1
        hit = None
        for figure in left:
            core = cores.get((figure.start, figure.end))
            forms = [(figure.start, figure.end)]
            if core is not None:
                forms += [core.core, (core.core[0], figure.end), (figure.start, core.core[1])]
                tail = re.match(r"[^%]*", text[core.core[1] : figure.end])
                del tail
                before = text[figure.start : core.core[0]]
                sign = re.search(r"\S+\s*$", before)
                if sign:
                    forms.append((figure.start + sign.start(), figure.end))
            if any(trimmed(text, *form) == trimmed(text, *span) for form in forms):
                hit = figure
                break
        if value is not None:
            score.valued += 1
        if hit is None:
            near = [f.surface for f in ours if f.start < span[1] and f.end > span[0]]
            score.lost.append(f"span  {spec}: {text!r}: wanted {text[slice(*span)]!r}, got {near}")
            continue
        left.remove(hit)
        score.found += 1
        if value is not None:
            if _value_right(hit, str(value), resolution, spec):
                score.right += 1
            else:
                score.lost.append(
                    f"value {spec}: {text!r}: {hit.surface!r} is {hit.low}..{hit.high} {hit.unit}, "
                    f"wanted {resolution}"
                )
    for figure in left:
        if (spec.startswith("Number") and figure.unit) or not spec.startswith(
            ("Number", "Percent")
        ):
            continue
        if spec.startswith("Percent") and figure.unit != "%":
            continue
        if any(s[0] < figure.end and figure.start < s[1] for s in seen):
            continue
        score.extra += 1
        score.lost.append(f"extra {spec}: {text!r}: {figure.surface!r}")


SECONDS = {
    "s": 1,
    "min": 60,
    "h": 3600,
    "day": 86400,
    "night": 86400,
    "week": 604800,
    "month": 2592000,
    "year": 31536000,
    "decade": 315360000,
    "weekend": 172800,
    "quarter": 7776000,
}


def _value_right(figure: Figure, value: str, resolution: dict, spec: str) -> bool:
    value = value.rstrip("%")
    if re.match(r"[\[(]", value):
        low, _, high = value[1:-1].partition(",")
        good = (not low or same(figure.low, float(low))) and (bool(low) or figure.low is None)
        if not high:
            return good and figure.high is None
        return (
            good
            and figure.high is not None
            and 0 <= figure.high - float(high) <= max(1, 0.1 * abs(float(high)))
        )
    try:
        wanted = float(value)
    except ValueError:
        return False
    low = figure.low if figure.low is not None else figure.high
    if low is None:
        return False
    if spec.startswith("Duration"):
        return same(low * SECONDS.get(figure.unit, 0), wanted)
    unit = resolution.get("isoCurrency") or UNITS.get(resolution.get("unit", ""), "")
    if unit and figure.unit != unit and not spec.startswith("Dimension"):
        return False
    if same(low, wanted) or (figure.low is None and same(low - 1, wanted)):
        return True
    # "about n" and "nearly n" are intervals around it
    return (
        figure.low is not None
        and figure.high is not None
        and (
            same(figure.low / 0.9, wanted)
            or (same(figure.high - 1, wanted) and figure.low != wanted)
        )
    )


def same(a: float | None, b: float) -> bool:
    return a is not None and abs(a - b) <= 1e-6 * max(abs(a), abs(b), 1e-9)


def timebank(corpus: Path, lost: list[str]) -> dict[str, list[int]]:
    """corpus -> gold, ours, overlapping gold, overlapping ours, same."""
    out: dict[str, list[int]] = {}
    for folder in ("AQUAINT", "TimeBank"):
        counts = out.setdefault(folder, [0] * 5)
        for path in sorted((corpus / "timebank" / folder).glob("*.tml")):
            source = path.read_text("utf-8")
            dct = re.search(r'<DCT>.*?value="(\d{4}-\d\d-\d\d)', source, re.DOTALL)
            written = datetime.date.fromisoformat(dct.group(1)) if dct else None
            body = re.search(r"<TEXT>(.*)</TEXT>", source, re.DOTALL)
            assert body is not None
            text, gold, other = plain_text(body.group(1))
            ours = [(m.start, m.end) for m in dates(text, "en", written)]
            # a stretch that TimeML calls a duration or a set is neither for us nor against us
            ours = [
                m for m in ours if not any(m[0] < e and s < m[1] for s, e in other) or m in gold
            ]
            counts[0] += len(gold)
            counts[1] += len(ours)
            counts[4] += len(set(gold) & set(ours))
            for s, e in gold:
                if any(a < e and s < b for a, b in ours):
                    counts[2] += 1
                    if (s, e) not in ours:
                        near = [text[a:b] for a, b in ours if a < e and s < b]
                        lost.append(f"bounds {path.stem}: {text[s:e]!r} ours {near}")
                else:
                    lost.append(
                        f"missed {path.stem}: {text[max(0, s - 20) : s]!r}"
                        f"[{text[s:e]}]{text[e : e + 20]!r}"
                    )
            for a, b in ours:
                if any(a < e and s < b for s, e in gold):
                    counts[3] += 1
                else:
                    lost.append(
                        f"extra {path.stem}: {text[max(0, a - 20) : a]!r}"
                        f"[{text[a:b]}]{text[b : b + 20]!r}"
                    )
    return out


def plain_text(body: str) -> tuple[str, list[tuple[int, int]], list[tuple[int, int]]]:
    """The text without its marks, the spans of dates and times, and those of other TIMEX3."""
    text, gold, other = "", [], []
    open_at: list[tuple[str, int]] = []
    for piece in re.split(r"(<[^>]*>)", body):
        if piece.startswith("<TIMEX3"):
            kind = re.search(r'type="(\w+)"', piece)
            open_at.append((kind.group(1) if kind else "", len(text)))
        elif piece.startswith("</TIMEX3"):
            kind_of, start = open_at.pop()
            (gold if kind_of in ("DATE", "TIME") else other).append((start, len(text)))
        elif not piece.startswith("<"):
            text += html.unescape(piece)
    return text, gold, other


def f1(matched: int, total: int, ours: int, ours_matched: int) -> float:
    recall, precision = matched / max(1, total), ours_matched / max(1, ours)
    return 2 * recall * precision / max(1e-9, recall + precision)


def speed(corpus: Path) -> None:
    """CPU seconds for figures and dates of 100 KB of news, after everything is compiled."""
    paths = sorted((corpus / "polnear" / "dev" / "text").glob("*.txt"))
    text = "\n\n".join(path.read_text("utf-8") for path in paths)[:100_000]
    written = datetime.date(2016, 11, 1)
    dates(text[:2000], "en", written)
    figures(text[:2000], "en")
    best = []
    for turn in range(5):
        once = text + " " * turn  # nothing is remembered of the turn before
        start = time.process_time()
        found = len(dates(once, "en", written)), len(figures(once, "en"))
        best.append(time.process_time() - start)
    print(f"  {len(text)} letters, {found[0]} dates and {found[1]} figures: {min(best):.3f} CPU-s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--lost", type=int, default=0)
    parser.add_argument("--only")
    parser.add_argument("--what", default="numbers,dates,timebank,speed")
    options = parser.parse_args()
    scores: dict[tuple[str, str], Score] = {}
    if "numbers" in options.what:
        scores |= number_specs(options.corpus, options.only)
    if "dates" in options.what:
        scores |= date_specs(options.corpus, options.only)
    print("| corpus, language | cases | gold | spans found | precision | values right (of) |")
    print("|---|---|---|---|---|---|")
    for (name, code), score in scores.items():
        print(score.row(f"{name}, {code}"))
    for key, score in scores.items():
        for line in score.lost[: options.lost]:
            print(" ", *key, line)
    if "speed" in options.what:
        speed(options.corpus)
    if "timebank" in options.what and options.only in (None, "en"):
        lost: list[str] = []
        start = time.process_time()
        for name, (gold, ours, near, near_ours, same) in timebank(options.corpus, lost).items():
            print(
                f"| {name} | {gold} | relaxed F1 {f1(near, gold, ours, near_ours):.1%} | "
                f"strict F1 {f1(same, gold, ours, same):.1%} |"
            )
        print(f"  {time.process_time() - start:.2f} CPU-s")
        for line in lost[: options.lost]:
            print("  ", line)


if __name__ == "__main__":
    main()
