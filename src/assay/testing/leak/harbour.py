"""The sample leak: the papers of the Port Authority of Varnholt, which does not exist.

Texts stand in the TOML files beside this one, in five languages; this file says what becomes
of them: which are scanned, mailed, packed, copied, altered, locked or broken. All names,
places, firms and figures are invented. Building takes a few seconds and gives the same bytes
on every run of one machine (scans and PDFs depend on its fonts).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from assay.testing.leak import builder
from assay.testing.leak.builder import LeakBuilder, Made, Wear
from assay.testing.leak.truth import GroundTruth, Sentence
from assay.testing.makers import archives, pdf, texts
from assay.testing.makers.fonts import MissingPackage
from assay.testing.makers.xlsx import Formula, Row

AUDIT_PASSWORD = "Graufels-1911"
STATEMENTS_PASSWORD = "kaimbank7731"

PLOT = """\
The Port Authority of Varnholt guarantees twelve metres of water in its East Channel. On 14 May
2018 its surveyor, Tobias Lenk, finds 9.4 metres at buoy E12 (survey S-18/05). On 17 May the
Director General, Edmund Raske, orders the survey withheld until a tender and a bank loan are
through; on 4 June he writes to the chart office that there was no survey; on 28 June the bank
gets a copy in which 9.4 has become 11.4. On 9 September the ship Najmat al-Rimal, drawing
10.8 metres, runs aground at E12.

Why is there silt? Stage 3 of the dredging was never done: in April 2018 the dredger Burun lay in
dry dock. It was paid twice all the same, 4,820,000 crowns on an English invoice of Tidewell (12
June) and 4,820,000 on a Chinese one of Dongjiao (26 June), both to an account ending in 7731.
That nobody worked in April is said by a Russian dock record, a Chinese project manager, an
engine log, a laboratory and, in Uyghur, by the warden of Dormitory 3, who is really writing
about asbestos dust and a chained fire door.

The shipping agent is paid 1,150,000 crowns for damages of 742,500, and for silence. The internal
audit is locked; its password is in a mail. Three news articles look like three sources and are
one.
"""

_HEADS = {
    "port": pdf.Letterhead(
        "Port Authority of Varnholt",
        "Quay House · Ropewalk 4 · Varnholt · Telephone 220 100",
    ),
    "tidewell": pdf.Letterhead(
        "Tidewell Dredging Ltd", "Slip Lane 12 · Varnholt · Reg. 7714", (0.1, 0.36, 0.3), "crest"
    ),
    "dongjiao": pdf.Letterhead(
        "东礁疏浚有限公司", "东礁市海港路18号 · 驻瓦恩霍尔特项目部", (0.55, 0.12, 0.1), "crest"
    ),
    "zaliv": pdf.Letterhead(
        "ООО «Залив-Гидротехника»", "остров Кессель, Доковая улица, 2", (0.15, 0.2, 0.45), "anchor"
    ),
    "marsa": pdf.Letterhead(
        "شركة مرسى الرمال للملاحة", "الميناء القديم، رصيف رقم خمسة", (0.4, 0.28, 0.05), "anchor"
    ),
    "dorm": pdf.Letterhead(
        "ئۈچىنچى ياتاق باشقۇرۇش ئىشخانىسى", "ۋارنخولت، ئارغامچا كوچىسى", (0.2, 0.3, 0.2), "none"
    ),
    "lab": pdf.Letterhead(
        "Kestrel Laboratory", "Air · Water · Fibres · Old Mole 1", (0.3, 0.2, 0.45), "crest"
    ),
}

# Who reads the leak on this path should see the same thing in every language.
_TEXTS = ("harbour_en", "harbour_zh", "harbour_ru", "harbour_ar", "harbour_ug")


def draft() -> str:
    """A draft on the leak, in Markdown, in which some things are wrong."""
    return (resources.files(__package__) / "draft.md").read_text(encoding="utf-8")


_Text = dict[str, Any]


def _load(name: str, table: str) -> list[_Text]:
    body = resources.files("assay.testing.leak").joinpath(f"{name}.toml").read_text("utf-8")
    rows: list[_Text] = tomllib.loads(body)[table]
    return rows


def _pages(text: _Text) -> list[list[pdf.Block]]:
    """The blocks of each page of a text; see the head of harbour_en.toml for the marks."""
    pages: list[list[pdf.Block]] = [[]]
    if text.get("letterhead"):
        pages[0].append(_HEADS[text["letterhead"]])
    rows: list[tuple[str, ...]] = []

    def close_table() -> None:
        if rows:
            pages[-1].append(pdf.Table(tuple(rows)))
            rows.clear()

    for chunk in re.split(r"\n\s*\n", text["body"].strip()):
        for piece in _split_marks(chunk):
            if piece.startswith("| "):
                rows.append(tuple(re.split(r"\s*\|\s*", piece.strip().strip("|").strip())))
                continue
            close_table()
            if piece == "---":
                pages.append([])
            elif piece.startswith("# "):
                pages[-1].append(
                    pdf.Line(piece[2:], size=13, style="sans-bold", align="start", after=9)
                )
            elif piece.startswith("> "):
                pages[-1].append(
                    pdf.Line(piece[2:], size=8.5, style="sans", after=12, colour=pdf.GREY)
                )
            elif piece.startswith("!gap "):
                pages[-1].append(pdf.Gap(float(piece[5:])))
            elif piece.startswith("!sign "):
                name, _, role = piece[6:].partition(" / ")
                pages[-1].append(pdf.Signature(name, role))
            elif piece.startswith("!stamp "):
                lines = tuple(piece[7:].split(" / "))
                spot = int(hashlib.sha256(piece.encode()).hexdigest(), 16)
                pages[-1].append(pdf.Stamp(lines, 425 + spot % 45, angle=4 + spot % 17))
            elif piece.startswith("~ "):
                pages[-1].append(
                    pdf.Line(piece[2:], size=13.5, style="serif-italic", colour=pdf.INK, after=9)
                )
            else:
                pages[-1].append(pdf.Line(piece, size=11.5, after=8))
    close_table()
    return pages


def _split_marks(chunk: str) -> list[str]:
    """Lines that are marks, each alone; other lines of a paragraph together."""
    pieces: list[str] = []
    plain = False
    for line in chunk.split("\n"):
        mark = line == "---" or line.startswith(("| ", "# ", "> ", "~ ", "!"))
        if mark or not plain:
            pieces.append(line)
        else:
            pieces[-1] += "\n" + line
        plain = not mark
    return pieces


def _make(text: _Text) -> Made:
    """One paper of the TOML files as a file."""
    path, language = text["path"], text.get("lang", "eng")
    keys, about = text.get("keys", ()), text.get("about", "")
    if text.get("kind") == "article":
        return builder.article(
            path,
            text["title"],
            text["body"].strip().split("\n\n"),
            site=text["site"],
            author=text["author"],
            published=text["published"],
            charset=text.get("charset", "utf-8"),
            language=language,
            keys=keys,
            about=about,
        )
    if "scan" in text:
        return builder.scan(
            path,
            _pages(text),
            keys=keys,
            languages=(language,),
            wear=msgspec.convert(text["scan"], Wear),
            title=text["title"],
            created=text["created"],
            about=about,
        )
    extras = {
        name: text[name] for name in ("header", "footnotes", "comments", "deleted") if name in text
    }
    made = builder.memo(
        path,
        _pages(text),
        keys=keys,
        languages=(language,),
        title=text["title"],
        author=text["author"],
        created=text["created"],
        charset=text.get("charset", "utf-8"),
        codepage=text.get("codepage", 1252),
        about=about,
        **extras,
    )
    hidden = tuple(
        Sentence(words) for name in ("comments", "deleted") for words in text.get(name, ())
    )
    return made.but(hidden=hidden) if hidden else made


# ---------------------------------------------------------------- figures

_PAYMENTS: tuple[tuple[str, date, str, str, int], ...] = (
    ("2017-0918", date(2017, 9, 29), "Tidewell Dredging Ltd", "DR-2017-071", 4_820_000),
    ("2017-1204", date(2017, 12, 15), "Tidewell Dredging Ltd", "DR-2017-098", 4_820_000),
    ("2018-0102", date(2018, 1, 8), "Kestrel Laboratory", "17-1381", 6_400),
    ("2018-0233", date(2018, 2, 19), "Gannet Towage", "G-551", 48_750),
    ("2018-0419", date(2018, 4, 27), "Kestrel Laboratory", "18-0447", 9_850),
    ("2018-0555", date(2018, 5, 31), "Petrel slipway", "S-20", 3_120),
    ("2018-0611", date(2018, 6, 12), "Tidewell Dredging Ltd", "DR-2018-114", 4_820_000),
    ("2018-0674", date(2018, 6, 26), "Dongjiao Dredging Co. 东礁疏浚", "DJ-2018-031", 4_820_000),
    ("2018-0931", date(2018, 9, 21), "Gannet Towage", "G-602", 186_000),
    ("2018-1288", date(2018, 12, 21), "Marsa al-Rimal Shipping", "Settlement", 1_150_000),
)


def _ledger() -> Made:
    head = ("Voucher", "Date", "Payee", "Invoice", "Crowns", "Survey attached")
    surveyed = {"DR-2017-071": "S-17/09", "DR-2017-098": "S-17/12"}
    rows: list[Row] = [(*row, surveyed.get(row[3], "no")) for row in _PAYMENTS]
    total = sum(row[4] for row in _PAYMENTS)
    stages: list[Row] = [
        ("Stage", "Cubic metres", "Sum", "Paid", "Times paid"),
        (1, 241_000, 4_820_000, 4_820_000, 1),
        (2, 241_000, 4_820_000, 4_820_000, 1),
        (3, 241_000, 4_820_000, 9_640_000, 2),
        (4, 241_000, 4_820_000, 0, 0),
    ]
    account: list[Row] = [
        ("Account ending 7731, inflow 2018",),
        ("Holder since 9 May 2018: Greyrock Consulting, owner S. Aldery",),
        (date(2018, 6, 12), 4_820_000),
        (date(2018, 6, 26), 4_820_000),
    ]
    made = builder.sheet(
        "finance/Ledger 2018.xlsx",
        [
            (
                "Payments",
                [head, *rows, (None, None, None, "Total", Formula("SUM(E2:E11)", total), None)],
            ),
            ("Stages", stages),
            ("7731", account),
        ],
        hidden=["7731"],
        keys=["DR-2018-114", "DJ-2018-031"],
        author="Ivo Sandt",
        created="2019-01-04T10:00:00Z",
        about="The ledger; a hidden sheet names the holder of the account.",
    )
    words = "Holder since 9 May 2018: Greyrock Consulting, owner S. Aldery"
    return made.but(hidden=(Sentence(words, 3),))


def _soundings() -> list[tuple[str, str, str, str]]:
    """A line of soundings every 25 metres along the channel, deepest silt at E12."""
    rows = [("metre", "buoy", "depth_m", "bottom")]
    for step in range(245):
        metre = 25 * step
        buoy = min(19, metre * 20 // 6100) + 1
        away = abs(metre - 3500) / 1170
        depth = 12.25 - max(0.0, 1 - away**2) * 2.85 + 0.05 * (step % 3)
        bottom = "soft mud" if depth < 11 else ("furrows" if metre < 2200 else "clay")
        rows.append((str(metre), f"E{buoy}", f"{depth:.2f}", bottom))
    return rows


def _sheets(leak: LeakBuilder) -> None:
    leak.add(_ledger())
    leak.add(
        builder.sheet(
            "finance/payments_2018.csv",
            [
                (
                    "payments",
                    [
                        ("Beleg", "Date", "Payee", "Invoice", "Crowns"),
                        *(
                            (v, d.strftime("%d.%m.%Y"), p, i, f"{c:,.2f}".replace(",", " "))
                            for v, d, p, i, c in _PAYMENTS
                        ),
                    ],
                )
            ],
            delimiter=";",
            keys=["Dongjiao Dredging Co. 东礁疏浚", "26.06.2018"],
            about="The same payments as an export.",
        )
    )
    leak.add(
        builder.sheet(
            "surveys/soundings 2018-05-14.csv",
            [("soundings", _soundings())],
            keys=["soft mud"],
            about="The raw soundings of the survey that was withheld.",
        )
    )
    leak.add(
        builder.sheet(
            "surveys/Depths by year.ods",
            [
                (
                    "Least depth",
                    [
                        ("Buoy", 2015, 2016, 2017, 2018),
                        *(
                            (f"E{n}", 12.4 + n % 3 / 10, 12.3 + n % 2 / 10, 12.2 + n % 4 / 10, d)
                            for n, d in zip(range(8, 16), _SPRING, strict=True)
                        ),
                    ],
                ),
                ("Remarks", [("2018: not to be published, order of 17 May",)]),
            ],
            keys=["2018: not to be published, order of 17 May"],
            author="Tobias Lenk",
            about="Depths over four years.",
        )
    )
    days = [("Name", "Function", "Days worked in April 2018", "Reason")]
    crew = (
        ("Игнат Рудаков", "foreman"),
        ("Вера Толмачёва", "chief engineer"),
        ("沈怀舟", "project manager"),
        ("ئەركىن سابىت", "welder"),
        ("Lev Baranik", "pump man"),
        ("曹立新", "crane driver"),
        ("تۇرغۇن ئەخمەت", "deck hand"),
    )
    leak.add(
        builder.sheet(
            "personnel/Roster April 2018.xlsx",
            [("April", [*days, *((n, f, 0, "dredger in dry dock") for n, f in crew)])],
            keys=["dredger in dry dock", "ئەركىن سابىت", "沈怀舟"],
            languages=("eng", "zho", "rus", "uig"),
            author="Tidewell site office",
            created="2018-05-03T09:00:00Z",
            about="Tidewell's own roster: nobody worked in April.",
        )
    )


_SPRING = (12.1, 11.6, 10.7, 9.9, 9.4, 9.8, 10.9, 11.8)


# ---------------------------------------------------------------- press

_STORY = (
    "The Port Authority of Varnholt knew for four months that its East Channel had silted up, and"
    " told nobody. That follows from papers which the Courier has seen.",
    "On 14 May 2018 the Authority's own survey office measured 9.4 metres of water at buoy E12."
    " The Authority guarantees twelve. Three days later the survey was locked away on the order of"
    " the Director General.",
    "On 9 September the motor vessel Najmat al-Rimal, drawing 10.8 metres, ran aground at exactly"
    " this place. “I asked twice, and twice they told me twelve metres,” said her master, Salim"
    " al-Haddari.",
    "A spokeswoman of the Authority said that it “does not comment on internal matters”. All works"
    " had been “accepted in the proper manner”.",
    "According to an official who asked not to be named, the sum of 4.82 million crowns was paid"
    " for dredging that was not done. The Courier could not check this claim.",
)


def _press(leak: LeakBuilder) -> None:
    first = "press/2018-10-12 Varnholt Courier.html"
    leak.add(
        builder.article(
            first,
            "Port hid silted channel for four months",
            _STORY,
            site="Varnholt Courier",
            author="Dana Mirow",
            published="2018-10-12",
            keys=[
                "The Courier could not check this claim",
                "I asked twice, and twice they told me",
            ],
            about="The article that the other two copy.",
        )
    )
    wire = [
        "VARNHOLT (Coast Wire) – "
        + _STORY[0].replace("which the Courier has seen", "seen by reporters"),
        _STORY[1],
        _STORY[2],
        _STORY[4].replace(" The Courier could not check this claim.", ""),
    ]
    leak.add(
        builder.article(
            "press/2018-10-13 Coast Wire.html",
            "Varnholt port concealed shallow channel, papers show",
            wire,
            site="Coast Wire",
            author="Coast Wire staff",
            published="2018-10-13",
            keys=["the sum of 4.82 million crowns was paid for dredging that was not done"],
            copies=first,
            about="Copies the Courier and drops its warning.",
        )
    )
    daily = [
        "New blow for Varnholt. "
        + _STORY[0].replace("the Courier has seen", "are known to this paper"),
        _STORY[1].replace("Three days later", "Only three days later"),
        _STORY[2],
        "The dredging cost 4.82 million crowns, although it was not done, sources confirm.",
        "The Authority did not answer our questions.",
    ]
    leak.add(
        builder.article(
            "press/2018-10-13 Seaport Daily.html",
            "Twelve metres? Nine!",
            daily,
            site="Seaport Daily",
            author="",
            published="2018-10-13",
            charset="windows-1252",
            keys=["although it was not done, sources confirm"],
            copies=first,
            about="Copies the Courier and turns an unchecked claim into a fact.",
        )
    )


# ---------------------------------------------------------------- what is odd


def _audit() -> Made:
    words = "Stage 3 was paid twice and dredged not once"
    pages: list[list[pdf.Block]] = [
        [
            _HEADS["port"],
            pdf.Line(
                "Internal audit · 25 January 2019 · For the Board only", size=8.5, style="sans"
            ),
            pdf.Line("Report on contract DC-2017-17", size=13, style="sans-bold"),
            f"{words}. The first payment rests on a log book that was written in one evening, the"
            " second on an invoice that nobody in the house could read.",
            "Both went to account 40 118 220 7731. Its holder is Greyrock Consulting, founded on 9"
            " May 2018. Its owner is Mr Aldery; its second signatory is Mr Raske's brother-in-law.",
            "The survey of 14 May 2018 was complete on 15 May. The Director General's statement of"
            " 12 September that it reached him on 30 May is refuted by his own memorandum"
            " of 17 May.",
            "I recommend that the Board inform the public prosecutor and the chart office at once.",
            pdf.Signature("Klara Wend", "Internal Auditor"),
        ]
    ]
    body = pdf.encrypted_pdf(
        pages, AUDIT_PASSWORD, title="Internal audit", created="2019-01-25T16:00:00Z"
    )
    return builder.made(
        "board/Internal audit 2019-01.pdf",
        body,
        languages=("eng",),
        hidden=(Sentence(words),),
        special=("encrypted",),
        status="unread",
        problem="encrypted",
        password=AUDIT_PASSWORD,
        about="The audit report, locked; the password is in mail/sandt.mbox.",
    )


def _briefing() -> Made:
    def pages(who: str, depth: str) -> list[list[pdf.Block]]:
        return [
            [
                _HEADS["port"],
                pdf.Line(
                    "20 September 2018 · Briefing for the City Council", size=8.5, style="sans"
                ),
                pdf.Line("The grounding of 9 September", size=13, style="sans-bold"),
                f"{who} The reason was the loan negotiations then under way.",
                depth,
                "The pilot acted in good faith. The Authority is in talks with the ship's agent.",
                "Questions from the Council are answered by the Press Office alone.",
            ]
        ]

    old = "The Director General instructed the Survey Office on 17 May not to release the survey."
    new = "It was decided in May to complete the evaluation of the survey before its release."
    shallow = "The depth at E12 had been known to be 9.4 metres since 14 May."
    body = pdf.pdf_with_revision(
        pages(old, shallow),
        pages(new, "The depth at E12 was being evaluated."),
        title="Briefing for the City Council",
        author="Press Office",
        created="2018-09-19T17:30:00Z",
        modified="2018-09-20T08:10:00Z",
    )
    return builder.made(
        "board/Briefing for the Council 2018-09-20.pdf",
        body,
        languages=("eng",),
        sentences=(Sentence(new),),
        hidden=(Sentence(old), Sentence(shallow)),
        pages=1,
        special=("earlier revision",),
        about="The shown text says “it was decided”; the revision below says who decided.",
    )


def _settlement() -> Made:
    secret = ("1,150,000 crowns", "Edmund Raske", "the soundings of 14 May 2018")
    pages: list[list[pdf.Block]] = [
        [
            _HEADS["port"],
            pdf.Line("21 December 2018 · Copy for publication", size=8.5, style="sans"),
            pdf.Line("Settlement agreement", size=13, style="sans-bold"),
            "Between the Port Authority of Varnholt, represented by Edmund Raske, and Marsa"
            " al-Rimal Shipping, represented by Nadia al-Karmi.",
            "1. The Authority pays 1,150,000 crowns by 31 December 2018, without admitting"
            " any fault.",
            "2. The agent withdraws its request for the soundings of 14 May 2018 and will not"
            " repeat it.",
            "3. Both sides keep this agreement and the events of 9 September 2018 to themselves.",
            pdf.Signature("Nadia al-Karmi", "for Marsa al-Rimal Shipping"),
            pdf.Stamp(("COPY FOR", "PUBLICATION"), 450, angle=14, round=False),
        ]
    ]
    body = pdf.badly_redacted_pdf(
        pages, secret, title="Settlement agreement", created="2018-12-21T12:00:00Z"
    )
    return builder.made(
        "letters/2018/2018-12-21 Settlement (for publication).pdf",
        body,
        languages=("eng",),
        sentences=builder.find_sentences(
            [builder.words_of(pages[0])],
            [
                "The Authority pays 1,150,000 crowns by 31 December 2018",
                "withdraws its request for the soundings",
            ],
        ),
        pages=1,
        special=("bad redaction",),
        about="Black boxes over the sum, the name and the soundings; the text is still there.",
    )


def _board_papers() -> Made:
    pages: list[list[pdf.Block]] = [
        [
            _HEADS["port"],
            pdf.Line("Board papers for 22 May 2018", size=13, style="sans-bold"),
            "Item 2, East Channel: oral report of the Director General, no paper.",
            "Item 3, contract DC-2017-17: see the attached note of the Finance Director.",
        ]
    ]
    note = (
        b"Note on item 3. The Board need not be troubled with clause 9. P. Hallwig, 21 May 2018\n"
    )
    body = pdf.pdf_with_attachment(
        pages, {"Note on item 3.txt": note}, title="Board papers", created="2018-05-21T15:00:00Z"
    )
    path = "board/Board papers 2018-05-22.pdf"
    inner = builder.made(
        "Note on item 3.txt",
        note,
        languages=("eng",),
        sentences=(Sentence("The Board need not be troubled with clause 9"),),
    )
    return builder.made(
        path,
        body,
        languages=("eng",),
        sentences=(Sentence("oral report of the Director General, no paper"),),
        pages=1,
        members=(inner.under(f"{path}!/Note on item 3.txt").truth,),
        special=("attachment",),
        about="A PDF with an attachment that is easily overlooked.",
    )


def _accident_form() -> Made:
    pages: list[list[pdf.Block]] = [
        [
            _HEADS["port"],
            pdf.Line("Report of an accident or near miss", size=13, style="sans-bold"),
            "To be filled in within 24 hours and handed to the Estates Office.",
        ]
    ]
    fields = {
        "Date": "3 December 2018, 02:15",
        "Place": "Dormitory 3, east corridor",
        "What happened": "Cable fire behind a bed, put out with two blankets",
        "Fire door": "chained, key not in the building",
        "Reported by": "R. Tomur, warden",
    }
    body = pdf.pdf_with_form(
        pages,
        fields,
        notes=["Do not file. Speak to me first. H. Breit"],
        title="Accident report",
        author="H. Breit",
        created="2018-12-03T10:00:00Z",
    )
    return builder.made(
        "personnel/Accident report 2018-12-03.pdf",
        body,
        languages=("eng",),
        sentences=(Sentence("To be filled in within 24 hours"),),
        hidden=(
            Sentence("Cable fire behind a bed, put out with two blankets"),
            Sentence("Do not file. Speak to me first. H. Breit"),
        ),
        pages=1,
        special=("form", "annotation"),
        about="Form fields and a sticky note hold the story.",
    )


def _altered(text: _Text) -> Made:
    """The survey as the bank got it: the figures at the worst buoys are changed."""
    body = text["body"]
    for old, new in (
        ("9.4 metres, at buoy E12", "11.4 metres, at buoy E12"),
        ("| E12 | 12.0 m | 9.4 m | -2.6 m |", "| E12 | 12.0 m | 11.4 m | -0.6 m |"),
        ("2,340 metres of 6,100", "340 metres of 6,100"),
        ("at eleven buoys out of twenty", "at nineteen buoys out of twenty"),
    ):
        if old not in body:
            raise ValueError("the survey no longer says what the altered copy changes")
        body = body.replace(old, new)
    changed = {
        **text,
        "path": "surveys/S-18-05 East Channel (for the bank).pdf",
        "body": body,
        "created": "2018-06-27T18:44:00Z",
        "author": "E. Raske",
        "keys": ["The least depth found was 11.4 metres, at buoy E12"],
        "about": "The survey with changed figures, as the bank got it.",
    }
    return _make(changed).but(altered_from=text["path"], special=("altered copy",))


def _autumn() -> Made:
    return builder.memo(
        "S-18-11.pdf",
        [
            [
                _HEADS["port"],
                pdf.Line(
                    "Survey S-18/11, East Channel, 6 November 2018", size=13, style="sans-bold"
                ),
                "The least depth found was 9.2 metres, at buoy E12. The silt is still growing.",
                pdf.Table(
                    (("Buoy", "Measured"), ("E11", "9.7 m"), ("E12", "9.2 m"), ("E13", "9.6 m"))
                ),
            ]
        ],
        title="Survey S-18/11",
        created="2018-11-07T09:00:00Z",
    )


def _odd(leak: LeakBuilder, texts_by_path: dict[str, _Text]) -> None:
    survey = texts_by_path["surveys/S-18-05 East Channel.pdf"]
    altered = "surveys/S-18-05 East Channel (for the bank).pdf"
    leak.add(lambda: _altered(survey), path=altered)
    for make, path in (
        (_audit, "board/Internal audit 2019-01.pdf"),
        (_briefing, "board/Briefing for the Council 2018-09-20.pdf"),
        (_settlement, "letters/2018/2018-12-21 Settlement (for publication).pdf"),
        (_board_papers, "board/Board papers 2018-05-22.pdf"),
        (_accident_form, "personnel/Accident report 2018-12-03.pdf"),
    ):
        leak.add(make, path=path)
    leak.copy(
        "misc/New Document (2).docx", "letters/2018/2018-05-17 Survey not to be released.docx"
    )
    try:
        leak.truncated(
            "surveys/S-18-11 East Channel, autumn.pdf",
            _autumn(),
            0.4,
            problem="repaired",
            about="The autumn survey; the copying was broken off.",
        )
    except MissingPackage as error:
        leak.leave_out("surveys/S-18-11 East Channel, autumn.pdf", error.package)
    leak.file(
        "misc/tides_archive.zip",
        archives.zip_bomb(),
        special=("bomb",),
        status="unread",
        problem="bomb",
        about="About 24 KB that unpack to 5 GiB.",
    )
    leak.truncated(
        "finance/Ledger 2018 (from the stick).xlsx",
        _ledger(),
        0.55,
        about="The ledger once more; the file ends before its own end.",
    )
    leak.file(
        "misc/placeholder.txt",
        b"",
        type="application/x-empty",
        special=("empty",),
        about="No bytes at all.",
    )
    leak.link("misc/latest survey.pdf", "../surveys/S-18-05 East Channel.pdf")
    leak.raw_name(
        "misc",
        "tide table \u202efdp.txt".encode(),
        builder.made(
            "tide table.txt",
            texts.text("High water at the Old Mole, 9 September 2018: 05:12 and 17:34\n"),
            type="text/plain",
            languages=("eng",),
            sentences=(Sentence("High water at the Old Mole, 9 September 2018: 05:12 and 17:34"),),
            about="A name that a bidi control turns round: it looks like a PDF.",
        ),
    )
    order = "Приказ. С 5 ноября 2018 года восточная дверь общежития № 3 на ночь запирается."
    leak.raw_name(
        "personnel",
        "приказ о двери.txt".encode("cp1251"),
        builder.made(
            "order.txt",
            texts.text(order + "\nНачальник участка\n", charset="cp1251"),
            type="text/plain",
            languages=("rus",),
            sentences=(Sentence(order),),
            about="The order to lock the door; its name is in Windows-1251.",
        ),
    )
    statement = builder.memo(
        "statement 2018-06.txt",
        [
            [
                "Kaimbank Varnholt, account 40 118 220 7731, June 2018",
                "12.06.2018  Port Authority of Varnholt  +4,820,000.00",
                "26.06.2018  Port Authority of Varnholt  +4,820,000.00",
                "29.06.2018  E. Raske, repayment of loan  −750,000.00",
            ]
        ],
        keys=["29.06.2018 E. Raske, repayment of loan −750,000.00"],
    )
    leak.add(
        builder.archive(
            "finance/Kaimbank statements.zip",
            [statement],
            password=STATEMENTS_PASSWORD,
            about="A locked zip; how the password is made is said in mail/sandt.mbox.",
        )
    )
    raw = builder.made(
        "line 12.txt",
        texts.text("E12 07:10 9.41 9.39 9.40 9.42 soft mud, lead sinks\n"),
        languages=("eng",),
        sentences=(Sentence("soft mud, lead sinks"),),
    )
    leak.add(
        lambda: builder.archive(
            "surveys/raw lines.7z", [raw], about="Raw readings in a 7z archive."
        ),
        path="surveys/raw lines.7z",
    )
    page = builder.article(
        "notices/2016-11.html",
        "Notice 11/2016",
        ["The Authority guarantees a depth of 12.0 metres from 1 January 2017."],
        site="Port Authority of Varnholt",
        author="Harbour Master",
        published="2016-11-08",
        keys=["guarantees a depth of 12.0 metres"],
    )
    robots = builder.made(
        "robots.txt", b"User-agent: *\nDisallow: /surveys/2018/\n", languages=("eng",)
    )
    leak.add(
        builder.archive(
            "misc/website 2018-06.tgz", [page, robots], about="A backup of the port's web pages."
        )
    )
    leak.add(
        builder.deck(
            "board/Investor day 2018-06-21.pptx",
            [
                ("Port of Varnholt", ["Investor day, 21 June 2018", "Deep water, deep roots"], ""),
                (
                    "East Channel",
                    [
                        "12.0 metres at every tide",
                        "Three of four stages dredged",
                        "Surveyed every spring",
                    ],
                    "If somebody asks for the spring survey: it is being evaluated."
                    " Do not say 9.4.",
                ),
                (
                    "Figures",
                    ["18.6 million tonnes in 2017", "Loan for stage 4: 22 million crowns"],
                    "",
                ),
            ],
            keys=["12.0 metres at every tide", "Do not say 9.4"],
            title="Investor day",
            author="Press Office",
            created="2018-06-19T10:00:00Z",
            about="What investors saw, and what the speaker's notes say.",
        )
    )


# ---------------------------------------------------------------- mail


def _packed(leak: LeakBuilder) -> dict[str, Callable[[], Made]]:
    """What is only found inside mails."""

    def vouchers() -> Made:
        bank = builder.memo(
            "account holders.txt",
            [
                [
                    "Account holders, as the bank wrote them on the slips:",
                    "Tidewell Dredging Ltd, slip of 12 June: Greyrock Consulting",
                    "Dongjiao Dredging Co., slip of 26 June: Greyrock Consulting",
                ]
            ],
            keys=["Dongjiao Dredging Co., slip of 26 June: Greyrock Consulting"],
        )
        inner = builder.archive("bank.zip", [bank])
        first = leak.made_at("finance/Invoice DR-2018-114 Tidewell.pdf")
        second = leak.made_at("finance/发票 东礁-2018-031.pdf")
        held = [one.under(f"{n}.pdf") for n, one in enumerate((first, second), 1) if one]
        return builder.archive("vouchers.zip", [*held, inner])

    def reports() -> Made:
        held = []
        for number, month in enumerate(("2018-04.docx", "2018-08.pdf", "2018-11.txt"), 1):
            one = leak.made_at(f"personnel/ياتاق 3 بىخەتەرلىك دوكلاتى {month}")
            if one:
                held.append(one.under(f"{number}-دوكلات.{month.partition('.')[2]}"))
        return builder.archive("reports.zip", held)

    def forwarded() -> Made:
        return _message(_load("harbour_mail", "mail")[0], "fwd: E12.eml", [])

    return {"vouchers.zip": vouchers, "reports.zip": reports, "fwd: E12.eml": forwarded}


def _message(text: _Text, path: str, attached: Sequence[Made]) -> Made:
    body = text["body"].strip() + "\n"
    return builder.message(
        path,
        body,
        sender=text["from"],
        to=text["to"],
        cc=text.get("cc", ()),
        subject=text["subject"],
        date=text["date"],
        charset=text.get("charset", "utf-8"),
        html=f"<html><body><p>{body}</p></body></html>" if text.get("html") else "",
        attached=attached,
        keys=text["keys"],
        languages=(text.get("lang", "eng"),),
        about=text.get("about", ""),
    )


def _mails(leak: LeakBuilder) -> None:
    packed = _packed(leak)
    boxes: dict[str, list[Made]] = {}
    for text in _load("harbour_mail", "mail"):
        attached: list[Made] = []
        for name in text.get("attach", ()):
            one = packed[name]() if name in packed else leak.made_at(name)
            if one is not None:
                attached.append(one.under(one.truth.path.rpartition("/")[2]))
        place = text["place"]
        if place.endswith(".mbox"):
            boxes.setdefault(place, []).append(_message(text, "mail.eml", attached))
        else:
            leak.add(_message(text, place, attached))
    for place, messages in boxes.items():
        leak.add(builder.mailbox(place, messages, about="A mailbox with attachments."))


# ---------------------------------------------------------------- the whole

_SEARCHES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        '"not to leave this house"',
        "Who ordered the survey withheld: a memo, its copy under another name, a crooked scan.",
        (
            "letters/2018/2018-05-17 Survey not to be released.docx",
            "misc/New Document (2).docx",
            "scans/Order of 17 May, photocopy.pdf",
        ),
    ),
    (
        "7731",
        "One account for two payments.",
        (
            "finance/Invoice DR-2018-114 Tidewell.pdf",
            "finance/发票 东礁-2018-031.pdf",
            "letters/2018/2018-07-09 Question about two invoices.docx",
            "letters/2019/2019-01-15 辞呈.docx",
        ),
    ),
    (
        '"4,820,000"',
        "The sum, in English and in Chinese papers.",
        ("finance/Invoice DR-2018-114 Tidewell.pdf", "finance/发票 东礁-2018-031.pdf"),
    ),
    (
        "第三宿舍",
        "Dormitory 3 as the Chinese papers call it.",
        (
            "finance/疏浚分包合同.docx",
            "letters/2018/2018-04-12 关于停工的报告.docx",
            "personnel/第三宿舍住宿名单说明.rtf",
            "scans/收据 2018-07.tif",
        ),
    ),
    (
        "Бурун",
        "Where the dredger was in April.",
        (
            "letters/2018/2018-04-05 Акт постановки в док.pdf",
            "press/2018-10-16 Голос залива.html",
            "surveys/Машинный журнал Бурун, апрель 2018.txt",
        ),
    ),
    (
        "ئاسبېست OR asbestos OR 石棉",
        "Asbestos in three scripts.",
        (
            "letters/2018/2018-04-12 关于停工的报告.docx",
            "letters/2017/2017-06-28 Warehouse 7 roof postponed.pdf",
            "personnel/ياتاق 3 بىخەتەرلىك دوكلاتى 2018-04.docx",
        ),
    ),
    (
        "المرشد",
        "What the pilot told the master.",
        ("letters/2018/2018-09-09 شهادة القبطان.docx", "letters/2018/2018-09-11 مطالبة الوكيل.pdf"),
    ),
    (
        '"11.4 metres"',
        "The figure that only the bank got.",
        ("surveys/S-18-05 East Channel (for the bank).pdf", "mail/2018-06-28 Loan.eml"),
    ),
    (
        "password",
        "How to open what is locked.",
        ("mail/sandt.mbox!/000004.eml",),
    ),
    (
        '"dredging that was not done"',
        "Two articles, one origin.",
        ("press/2018-10-12 Varnholt Courier.html", "press/2018-10-13 Coast Wire.html"),
    ),
    (
        "survey date:[2018-05 TO 2018-06]",
        "Four dates that cannot all be true: 14 May, 17 May, 30 May, never.",
        ("letters/2018/2018-06-04 To the chart office.pdf",),
    ),
)


def harbour() -> LeakBuilder:
    """The sample leak, ready to write."""
    leak = LeakBuilder("harbour")
    leak.plot = PLOT
    by_path: dict[str, _Text] = {}
    for name in _TEXTS:
        for text in _load(name, "doc"):
            by_path[text["path"]] = text

            def make(text: _Text = text) -> Made:
                return _make(text)

            leak.add(make, path=text["path"])
    _sheets(leak)
    _press(leak)
    _odd(leak, by_path)
    _mails(leak)
    for query, why, hits in _SEARCHES:
        leak.search(query, why, *hits)
    return leak


def build(folder: Path) -> GroundTruth:
    """Write the sample leak below `folder` and return what is in it."""
    return harbour().write(folder)
