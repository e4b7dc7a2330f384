"""The English words for times, and the rules by which they stand together.

A rule is a line in the notation of `numerals.rule`; beside it stands the builder in
`dates_build.py` that makes a part of what the rule found. Of two rules that match, the earlier and
then the longer stretch counts.
"""

from __future__ import annotations

from assay.statements.numerals_words import Words, merge

Rules = list[tuple[str, str]]


def table(role: str, values: dict[str, str]) -> Words:
    """A table from a value to the words, in one string, that mean it."""
    out: Words = {}
    for value, words in values.items():
        number: object = int(value) if value.lstrip("-").isdigit() else value
        for word in words.split():
            out.setdefault(word, {})[role] = number
    return out


def english() -> Words:
    return merge(
        table(
            "month",
            {
                "1": "january jan", "2": "february feb", "3": "march mar", "4": "april apr",
                "5": "may", "6": "june jun", "7": "july jul", "8": "august aug",
                "9": "september sept sep", "10": "october oct", "11": "november nov",
                "12": "december dec",
            },
        ),
        table(
            "weekday",
            {
                "0": "monday mon", "1": "tuesday tues tue", "2": "wednesday wed weds",
                "3": "thursday thurs thur thu", "4": "friday fri", "5": "saturday sat",
                "6": "sunday sun",
            },
        ),
        {word: {"wdfull": None} for word in (
            "monday tuesday wednesday thursday friday saturday sunday tues thurs".split()
        )},
        {word: {"wdfull": None, "weekday": day} for word, day in zip(
            "mondays tuesdays wednesdays thursdays fridays saturdays sundays".split(),
            range(7), strict=True,
        )},
        table(
            "unit",
            {
                "day": "day days", "week": "week weeks", "month": "month months",
                "quarter": "quarter quarters", "year": "year years yr yrs",
                "decade": "decade decades", "century": "century centuries",
                "weekend": "weekend weekends", "fortnight": "fortnight fortnights",
                "night": "night nights",
            },
        ),
        table(
            "tunit",
            {
                "hour": "hour hours hr hrs h", "minute": "minute minutes min mins",
                "second": "second seconds sec secs",
            },
        ),
        table(
            "mod",
            {
                "-1": "last past previous prior preceding", "1": "next coming upcoming following",
                "0": "this current present",
            },
        ),
        table("part", {
            "early": "early earlier", "mid": "mid middle", "late": "late later",
            "start": "beginning start", "end": "end",
        }),
        table("season", {
            "spring": "spring springtime", "summer": "summer summertime",
            "autumn": "autumn fall", "winter": "winter wintertime",
        }),
        table("deictic", {
            "0": "today", "-1": "yesterday", "1": "tomorrow tmr tmrw",
        }),
        table("dir", {"-1": "ago earlier before", "1": "later hence after"}),
        table("daypart", {
            "8-12": "morning mornings", "12-16": "afternoon afternoons",
            "16-20": "evening evenings",
        }),
        {"night": {"nightword": None}, "nights": {"nightword": None}},
        table("clockword", {"12": "noon midday noontime", "0": "midnight"}),
        table("ampm", {"0": "am", "12": "pm"}),
        table("about", {"0": "about around approximately roughly circa"}),
        {"th": {"ordinal_mark": None}, "st": {"ordinal_mark": None}, "nd": {"ordinal_mark": None},
         "rd": {"ordinal_mark": None}},
        table("decadeword", {
            "10": "tens teens", "20": "twenties", "30": "thirties", "40": "forties",
            "50": "fifties", "60": "sixties", "70": "seventies", "80": "eighties",
            "90": "nineties",
        }),
        {"'": {"apos": None}, "'s": {"poss": None}},
        {word: {"dpword": None} for word in (
            "tonight tonite overnight midmorning midafternoon lunchtime otd eod ytd mtd asap lately "
            "recently nowadays presently future breakfast lunch dinner".split()
        )},
        table("now", {"0": "now currently"}),
        table("halfname", {"1": "h1", "2": "h2"}),
        table("quartername", {"1": "q1", "2": "q2", "3": "q3", "4": "q4"}),
        table("few", {"3": "few several", "2": "couple"}),
        table("a", {"1": "a an one"}),
        {"may": {"weak": None}, "march": {"weak": None}, "sun": {"weak": None},
         "sat": {"weak": None}, "mar": {"weak": None}, "wed": {"weak": None},
         "dec": {"weak": None}, "jan": {"weak": None}, "fall": {"weak": None},
         "spring": {"weak": None}, "second": {"weak": None}, "mon": {"weak": None},
         "sep": {"weak": None}, "tens": {"weak": None}, "august": {"weak": None},
         "fri": {"weak": None}, "thu": {"weak": None}, "tue": {"weak": None},
         "apr": {"weak": None}, "jun": {"weak": None}},
    )  # fmt: skip


_Y = "(y:<year>)"
_D = "(d:<day|ordinal>)"
_WD = "(wd:<weekday>)('.'?_','?_|_'('|_'.'|_'/'|_)"
_SEP = "('.')?(_'-'_|'/'|_','_|_)"
_MOD = "(mod:<mod>)"

# fmt: off
RULES: Rules = [
    # 26 November 2019, Nov. 26, 2019, Tuesday, Nov. 26
    (f"({_WD})?(nd:<numdate>)", "numeric"),
    ("(iso:<iso>)", "iso_time"),
    ("(ym:<yearmonth>)", "year_month_numeric"),
    (f"({_WD}('the' )?)?(m:<month>){_SEP}('the' )?{_D}(_','_{_Y}| ('of'|'in') {_Y}| {_Y}|'-'{_Y}|'/'{_Y})?", "day"),
    (f"({_WD}('the' )?)?('the' )?{_D}( 'day')?(_'-'_|'/'|'.'| )('of' )?(m:<month>)('.'?_','?_('of' |'in' )?{_Y}|'.'? <apos>(yy:<yy>)|'-'{_Y}|'/'{_Y}|'-'(yy:<yy>))?", "day"),
    (f"{_Y}(_'-'_|'/'|'.'| |_','_)(m:<month>)(_'-'_|'/'|'.'| ){_D}", "day"),
    (f"(m:<month>)('-'|'/'){_Y}('-'|'/'){_D}", "day"),
    (f"{_D}('-'|'/'){_Y}('-'|'/')(m:<month>)", "day"),
    (f"({_WD})(d:<hour|ordinal>)'/'(md:<day>)", "slash_day"),
    (f"({_WD})?(md:<day>)'/'(d:<day>)((_','_|'/')(y:<year|yy>))?(?!('/'|'%'|_<short>))", "slash_day"),
    (f"({_WD})(md:<day>)'-'(d:<day>)(?!_<ampm|apshort>)", "slash_day"),
    ("('on'|'in'|'by'|'since'|'until') (md:<day>)'-'(d:<day>)(?!'-')", "dash_day"),
    (f"{_WD}(dd:<dec2>)", "dotted_day"),
    ("'on' (dd:<dec2>)(?=_('.'|'!'|'?'|',')|$)", "dotted_day"),
    (f"({_WD})('the' )?(d:<ordinal>)( 'of' (mod:<mod>) (u:'month'))?", "dayofmonth"),
    (f"({_WD})(the )(d:<day|ordinal>)(?!_<unit|tunit|month|word>)", "dayofmonth"),
    ("('the' )?(d:<ordinal|day>) 'of' ('the' |'this' )?(mod:<mod>)? ?(u:'month')", "dayofmonth"),
    ("'the' (d:<ordinal|day>)", "dayofmonth_alone"),
    ("'on' (d:<ordinal>)(?! <word|unit|mod|tunit>)", "dayofmonth_on"),
    ("'9'/'11'", "nine_eleven"),
    # several days of one month
    (f"('from' |'between' )?({_WD})?(m:<month>)'.'?('from' |'between' | )('the' )?{_D}(_'-'_|' to '| ('to'|'until'|'till'|'til'|'through'|'thru'|'and') )('the' )?(d2:<day|ordinal>)(_','?_('of' |'in' )?{_Y})?(?!_'/')", "days"),
    (f"('from' |'between' )?(m:<month>) ('from'|'between') ('the' )?{_D}(_'-'_| ('to'|'until'|'till'|'til'|'through'|'thru'|'and') )('the' )?(d2:<day|ordinal>)(_','?_('of' |'in' )?{_Y})?", "days"),
    (f"('from' |'between' )?('the' )?{_D}(_'-'_| ('to'|'until'|'till'|'til'|'through'|'thru'|'and') )('the' )?(d2:<day|ordinal>)('of'| 'of'| )?_(m:<month>)('.'?_','?_('of' |'in' )?{_Y})?", "days"),
    ("('from' |'between' )?('the' )?(d:<day|ordinal>)(_'-'_| ('to'|'until'|'till'|'til'|'through'|'and') )('the' )?(d2:<day|ordinal>) ('of' )?(mod:<mod>) (u:'month')", "days_of_unit"),
    # a month
    (f"(('the' )?(part:<part>)('-'| )('of' )?('the' )?)?(('the' )?'month' 'of' )?(m:<month>)('.'?(_','?_('of' |'in' |'this' 'year' )?)|'-'|'/'|'.')({_Y}|<apos>(yy:<yy>))", "month"),
    (f"{_Y}('-'|'/'|_','_| )(m:<month>)", "month"),
    ("(m:<month>)'-'(yy:<yy>)", "month"),
    ("(y:<year>)_('/'|'-')_(mm:<m12>)(?!_('/'|'-'))", "year_month"),
    ("(mm:<m12>)_('/'|'-')_(y:<year>)", "year_month"),
    (f"(m:<month>)( 'of'|',')? {_MOD} (u:'year')", "month"),
    (f"({_MOD} )(m:<month>)", "month"),
    (f"(('the' )?(part:<part>)('-'| )('of' )?('the' )?)(({_MOD}) )?(m:<month>)", "month"),
    ("('the' )?'month' 'of' (m:<month>)", "month"),
    ("(m:<month>)", "month_alone"),
    # a weekday
    (f"('on' )?({_MOD} 'week'_('on' )?(wd:<weekday>))", "weekday_of_week"),
    (f"('on' (?=<weekday> ('of'|<mod>)))?(wd:<weekday>)( 'of'|',')?( 'the')? {_MOD} 'week'", "weekday_of_week"),
    (f"({_MOD} )?(wd:<wdfull>)", "weekday"),
    (f"({_MOD} )(wd:<weekday>)", "weekday"),
    ("('this' )(wd:<weekday>)'('(m:<month>)_('-'|'.'|'/'|' ')_(d:<day|ordinal>)')'", "day"),
    ("(wd:<weekday>)", "weekday_short"),
    ("(n:<int>) (wd:<weekday>) (dir:'later'|'ago'|'after'|'from now')", "weekday_steps"),
    ("(nth:<ordinal>|'last') (wd:<weekday>)( ('of'|'in') ('the' )?((mod:<mod>) 'month'|(m:<month>)((_','?_| 'of' | 'in' )(y:<year>))?))", "nth_weekday"),
    ("(nth:<ordinal>) (wd:<wdfull>)", "nth_weekday"),
    ("('the' )?'eod'|'end' 'of' 'day'", "eod"),
    ("('the' )?(part:'end'|'beginning') 'of' ((deic:<deictic>)|(mod:<mod>) (wd:<weekday>))", "part_of_day"),
    ("('the' )?(nth:'first'|'last') 'day' 'of' ('the' )?((mod:<mod>) (u:<unit>)|(m:<month>)((_','?_| 'of ')(y:<year>))?|(u:'month'|'year'|'week'))", "edge_day"),
    ("((n:<num>)|(a:<a>)) (u:<unit>) 'from' (mod:<mod>)? ?(wd:<weekday>)", "steps_from_weekday"),
    ("('from' |'between' )?(wd:<weekday>)'.'?(_'-'_| ('to'|'through'|'thru'|'until'|'and') )(wd2:<weekday>)", "weekdays"),
    # days by name
    ("('the' )?'day' 'before' (deic:'yesterday')", "deictic_step"),
    ("('the' )?'day' 'after' (deic:'tomorrow')", "deictic_step"),
    ("('later'|'earlier')? ?(deic:<deictic>)", "deictic"),
    ("'otd'|'the'_'day'_(deic:('before'|'after'))", "day_after"),
    ("(n:<num>) (u:<unit>) (dir:'before'|'after'|'from') (deic:<deictic>|'now')", "steps_from_day"),
    # last week, next three months
    (f"(('the' )?(part:<part>)('-'| )('of' |'in' )?('the' )?)?({_MOD})( 'calendar'| 'fiscal'| 'full')? (u:<unit>)", "unit"),
    ("('the' )?(part:<part>) ('of' |'in' )?'the' (u:<unit>)", "unit_this"),
    ("'later' (in:'in') 'the' (u:<unit>)", "unit_this"),
    ("(part:'end'|'eod') 'of' (u:<unit>)", "unit_this"),
    ("('the'|'that'|'whole') (u:'quarter'|'month'|'week'|'year'|'weekend'|'day'|'decade'|'century')", "unit_the"),
    ("(u:'weekend')", "unit_bare"),
    ("'this' 'past' (u:<unit|season|weekday>)", "this_past"),
    ("'this' 'coming' (u:<unit|season|weekday>)", "this_coming"),
    (f"{_MOD} (n:<num>|<few>)_(u:<unit|tunit>)", "span"),
    ("(n:<num>|<few>) (mod:'last'|'past'|'next'|'coming'|'following') (u:<unit>)", "span"),
    (f"{_MOD} ((a:<a>) )?(few:<few>)( 'of')? (u:<unit|tunit>)", "span"),
    (f"{_MOD} (u:<tunit>)", "span"),
    (f"{_MOD} 'half' (u:<unit>)", "span"),
    ("'rest' ('of' )?('the' |'this' )?('current' )?(u:<unit>)", "rest"),
    ("('the' )?'week' 'after' 'next'", "week_after_next"),
    ("('the' )?(u:<unit>) (dir:'before'|'after') (mod:'last'|'next')", "unit_after_mod"),
    ("(u:'year') 'to' 'date'|'ytd'|'mtd'", "to_date"),
    # three days ago
    ("((about:<about>|'nearly'|'almost') )?((n:<num>)_'-'?_(u:<unit|tunit>)(_(',' )?('and' )?(n2:<num>) (u2:<unit|tunit>)(_('and' )?(n3:<num>) (u3:<unit|tunit>))?)? (dir:'ago'|'later'|'hence'|'back'))", "steps"),
    ("(n:<num>) (u:<unit>) (dir:'earlier'|'before'|'after')(?! <word|mod|deictic|month|year|weekday|hol>)", "steps"),
    ("(n:<num>) (u:<unit|tunit>) 'from' (dir:'now'|'today')", "steps"),
    ("(a:<a>)( (few:<few>)( 'of')?)? (u:<unit|tunit>) (dir:'ago'|'earlier'|'later'|'hence'|'before'(?! <weekday|word|a>))", "steps_a"),
    ("(few:<few>) (u:<unit|tunit>) (dir:'ago'|'earlier'|'later')", "steps_a"),
    ("(u:'years'|'months'|'weeks'|'days'|'decades'|'centuries') (dir:'ago'|'earlier'|'later')", "vague"),
    ("(dir:'in') ((n:<num>)|(a:<a>)) (u:<unit|tunit>)(?!_<poss>|<apos>)", "steps_in"),
    ("(dir:'in') <a>? ?(few:<few>)( 'of')? (u:<unit|tunit>)", "steps_in"),
    ("('in'|'since'|'of'|'until'|'by'|'from') <apos>(yy:<yy>)", "short_year"),
    ("(u:'year'|'month'|'week'|'quarter')_'-'?_(dir:'ago'|'earlier')", "unit_ago"),
    # quarters, halves
    (f"(('the' )?{_Y} )('fiscal' )?(q:<ordinal>)(_'-'_| )(qu:'quarter'|'half')", "quarter"),
    (f"('the' )?('fiscal' )?(q:<ordinal>)(_'-'_| )(qu:'quarter'|'half')(( 'of'| 'in'|',')?( 'fiscal')? {_Y}| 'of' ('the' )?(mod:<mod>) 'year'| 'of' 'the' 'year'| (mod:<mod>) 'year')?", "quarter"),
    (f"{_MOD} 'year'(<poss>|<apos>)('s')? (q:<ordinal>)(_'-'_| )(qu:'quarter'|'half')", "quarter"),
    (f"(q:<quartername|halfname>)((_'-'_|_'/'_|_)('of' )?{_Y}| (mod:<mod>) 'year')", "quarter_name"),
    (f"{_Y}(_'-'_|_)(q:<quartername|halfname>)", "quarter_name"),
    ("(q:<quartername>)", "quarter_name"),
    (f"('the' )?(mod:'last') (qu:'quarter'|'half') 'of' {_Y}", "last_quarter"),
    # seasons
    (f"(('the' )?(part:<part>)('-'| )('of' )?('the' )?)?({_MOD} |'the' )?(sea:<season>)( 'of'|',')? ({_Y}('/'<year|yy>)?|<apos>(yy:<yy>))", "season"),
    (f"(('the' )?(part:<part>)('-'| )('of' )?('the' )?)?({_MOD}) (sea:<season>)", "season"),
    ("(('the' )?(part:<part>)('-'| )('of' )?)?('the' )(sea:<season>)", "season"),
    ("'in' (sea:<season>)", "season_in"),
    # years, decades, centuries
    (f"(('the' )?(part:<part>)(_'-'_| )('of' )?('the' )?)({_Y}|{_MOD} 'year')", "year"),
    ("('the' )?('year' ('of' )?|'fiscal' ('year' )?|'fy'_|'calendar' 'year' )(y:<year>)", "year"),
    (f"({_Y})", "year_alone"),
    (f"{_Y}('/'|'-')(y2:<yy>)(?!_('-'|'/'))", "season_years"),
    ("(('the' )?(part:<part>)('-'| )('of' )?)?('the' )?(y:<year>)(<apos>)?'s'", "decade"),
    ("(('the' )?(part:<part>)('-'| )('of' )?)?('the' )?(y:<year>)(<poss>)(?! <word>)", "decade"),
    ("(('the' )?(part:<part>)('-'| )('of' )?)?('the' )?<apos>?(dec:<yy>)(<poss>|<apos>'s'|'s')", "decade_short"),
    ("(('the' )?(part:<part>)('-'| )('of' )?)?('the' )(dec:<decadeword>)", "decade_short"),
    ("(('the' )?(part:<part>)('-'| )('of' )?)?('the' )?(cn:<ordinal>)('-'| )'century'", "century"),
    # weeks
    ("('the' )?'week' (n:<int>)", "week_number"),
    ("('the' )?(w:<ordinal>|'last') 'week' ('of'|'in') (('the' )?(mod:<mod>) (u:'year'|'month')|(m:<month>)((_','?_| )(y:<year>))?|(y:<year>)|'the' (u:'year'|'month'))", "nth_week"),
    ("('the' )?(w:<ordinal>) 'week' (mod:<mod>) (u:'year'|'month')", "nth_week"),
    (f"('the' )?('week' ('of'|'starting'|'beginning'|'commencing')( 'on')?|'w''/''c') ('the' )?((m:<month>)'.'?_{_D}|{_D}( 'of')?_(m:<month>))(_','?_{_Y})?", "week_with_day"),
    # parts of a day
    ("(deic:<deictic>)( 'in' 'the'| 'at')? (part:'early'|'late')?_?(dp:<daypart|nightword>)", "daypart_day"),
    ("(mod:'this'|'last'|'next'|'previous') (dp:<daypart|nightword>)", "daypart_mod"),
    ("(dp:'tonight'|'tonite'|'overnight')", "daypart_mod"),
    ("('in' )?'the' ((part:<part>)('-'| ))?(dp:<daypart|nightword>)", "daypart"),
    ("('in' )?((part:<part>)('-'| )?)(dp:<daypart|nightword>)", "daypart"),
    ("(part:'early'|'late') ('in' )('the' )(dp:<daypart|nightword>)", "daypart"),
    ("('in' )?(dp:'midmorning'|'midafternoon'|'lunchtime')", "daypart"),
    # clocks
    ("(c:<clock>)(_(ap:<ampm>)| 'in' 'the' (dp:<daypart|nightword>)| 'at' (dp:<nightword>)|(ap:<apshort>))?", "clock"),
    ("(h:<hour>)(_(ap:<ampm>)|(ap:<apshort>))", "clock"),
    ("(dec:<dec2>)_(ap:<ampm>)", "clock_dec"),
    ("(hm:<hhmm>)_(ap:<ampm>)", "clock_hhmm"),
    ("(h:<hour>)_(mi:<min>)_(ap:<ampm>)", "clock"),
    ("(h:<hour>)(_'o'(<apos>_?| )?'clock'|_'oclock')( 'in' 'the' (dp:<daypart|nightword>)| 'at' (dp:<nightword>)|_(ap:<ampm>))?", "clock"),
    ("(h:<hour>) ('in' 'the'|'at') (dp:<daypart|nightword>)", "clock"),
    ("('in' 'the' )?(dp:<daypart|nightword>) ('at' )?(h:<hour>)(_(mi:<min>))?(_(ap:<ampm>)| 'oclock')?", "clock"),
    ("((past:'half'|'quarter'|<min|hour|int>)|<a> (past:'quarter'|'half'))( 'minutes'| 'min'| 'mins')? (to:'past'|'to'|'before'|'after'|'til') (h:<hour>)(_'o'<apos>?'clock')?(_(ap:<ampm>)| 'in' 'the' (dp:<daypart|nightword>)| (dp:<daypart>))?", "clock_past"),
    ("(cw:<clockword>)", "clock_word"),
    ("'mid''-''night'", "midnight"),
    ("(h:<hour>)'-''ish'", "clock"),
    ("(dp:'tonight'|'tonite') ('at'|'around') (h:<hour>)(_(ap:<ampm>))?", "tonight_at"),
    ("'on' (d:<day>)(?=_('.'|'!'|'?'|',')|$| 'at')", "dayofmonth_on"),
    ("('at'|'for') (h:<hour>) (mi:<min>)(?=_('.'|'!'|'?'|',')|$)", "clock_words"),
    ("(h:<hour>)_(ap1:<ampm>) 'to' (h2:<hour>)(?=_('.'|'!'|'?'|',')|$)", "clock_range"),
    ("(c:<clock>)_(ap1:<ampm>)(_'-'_| 'to' )(h2:<hour>)(?=_('.'|'!'|'?'|',')|$)", "clock_range"),
    ("(dp:<daypart|nightword>)", "daypart_bare"),
    ("'at' (h:<hour>)(_(mi:<min>))?(?=_('.'|'!'|'?'|',')|$)", "clock_at"),
    ("'at' (h:<hour>)_(mi:<min>)(?! <word>)", "clock_at"),
    ("'at' (dec:<dec2>)(?=_('.'|'!'|'?')|$)", "clock_dec_at"),
    ("('from' |'between' )?(h:<hour>)(_'-'_| ('to'|'till'|'til'|'until'|'and') )(h2:<hour>)(_(mi2:<min>))?_(ap:<ampm>)", "clock_range"),
    ("('from' |'between' )?(h:<hour>)(_'-'_| ('to'|'till'|'til'|'until'|'and') )(h2:<hour>) 'in' 'the' (dp:<daypart|nightword>)", "clock_range"),
    ("('from' |'between' )?(c:<clock>)(_'-'_| ('to'|'till'|'til'|'until'|'and') )(c2:<clock>)_(ap:<ampm>)", "clock_range"),
    ("('from' |'between' )?(h:<hour>)(_(ap1:<ampm>))?(_'-'_| ('to'|'till'|'til'|'until'|'and') )(c2:<clock>)(_(ap:<ampm>))?", "clock_range"),
    ("('from' |'between' )(h:<hour>)(_(mi:<min>))? ('to'|'till'|'til'|'until'|'and') (h2:<hour>)(_(mi2:<min>))?(?! <word|unit|tunit>)(?!_'%')", "clock_range_bare"),
    # no time that a clock shows
    ("(v:'now')", "now"),
    ("'right' (v:'now')", "now"),
    ("(v:'currently'|'nowadays'|'recently'|'presently'|'asap'|'lately')", "vague"),
    ("'more' (v:'recently')", "vague"),
    ("'the' (v:'future'|'past')(?! <unit|num|few>)", "vague"),
    ("('the' )?'near' (v:'future'|'term')", "vague"),
    ("'these' (v:'days')", "vague"),
    ("(v:'recent'|'future'|'coming'|'past') ('years'|'months'|'weeks'|'days'|'quarters')", "vague"),
    ("'as' 'soon' 'as' (v:'possible')", "vague"),
]

HOLIDAYS = {
    "christmas": "christmas|christmas day|xmas|x-mas", "christmas eve": "christmas eve|xmas eve",
    "new year": "new year's day|new years day|new year day|new year's|yuandan|new years",
    "new year's eve": "new year's eve|new years eve", "boxing day": "boxing day",
    "thanksgiving": "thanksgiving|thanksgiving day|thanks giving day|thanks giving",
    "black friday": "black friday", "halloween": "halloween|hallowe'en",
    "valentine": "valentine's day|valentines day|valentine day|saint valentine's day",
    "mother": "mother's day|mothers day|mothers' day",
    "father": "father's day|fathers day|fathers' day", "labour": "may day|international workers' day|international workers day|international labour day|labour day",
    "labor us": "labor day", "memorial": "memorial day", "independence": "independence day|fourth of july",
    "mlk": "mlk day|martin luther king day|martin luther king jr. day", "presidents": "presidents' day|presidents day|president's day|washington's birthday",
    "columbus": "columbus day", "veterans": "veterans day|veterans' day", "easter": "easter|easter day|easter sunday",
    "good friday": "good friday", "easter monday": "easter monday", "palm sunday": "palm sunday",
    "ash wednesday": "ash wednesday", "ascension": "ascension day", "pentecost": "pentecost",
    "clean monday": "clean monday", "mardi gras": "mardi gras", "epiphany": "epiphany",
    "women": "international women's day|women's day", "april fool": "april fools|april fools' day|april fool's day",
    "earth day": "earth day", "st patrick": "st patrick's day|st. patrick's day|saint patrick's day",
    "groundhog": "groundhog day|ground hog day|groundhog's day", "juneteenth": "juneteenth", "guy fawkes": "guy fawkes day|bonfire night|guy fawkes night",
    "armistice": "armistice day", "all saints": "all saints' day|all saints day", "spring festival": "chinese new year|lunar new year|spring festival",
    "mid-autumn": "mid-autumn festival|mid-autumn day", "dragon boat": "dragon boat festival|dragon boat day", "election us": "election day",
    "inauguration": "inauguration day|inaguration day", "cinco de mayo": "cinco de mayo", "bastille": "bastille day",
    "lantern": "lantern festival", "white lover": "white lover day|white day", "singles": "singles day|singles' day",
    "teachers cn": "teacher's day|teachers' day|teachers day", "national cn": "national day", "corpus christi": "corpus christi",
}  # fmt: skip
