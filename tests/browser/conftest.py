"""Chromium at a desk that serves a small case of five scripts, built once a session."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from serving import Served, serving
from sitting import SAID, Sitting

from assay.casework.case import Case
from assay.testing.makers import archives, images, mail
from assay.testing.makers.docx import docx
from assay.testing.makers.pdf import pdf

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
ENGLISH = "The survey of the east channel found nine metres at buoy twelve."
CHINESE = "第三宿舍的防火门每晚八时上锁，钥匙在工地办公室。"
UYGHUR = "ياتاقنىڭ شەرق دېرىزىلىرى ئاسبېست چاڭ بىلەن تولغان."
RUSSIAN = "Земснаряд стоял в сухом доке весь апрель."
SCANNED = [
    "The gate of the yard stays locked until six in the morning.",
    "Whoever leaves the building uses the west stair and signs the book.",
    "Keys are held by the warden of the house, day and night.",
    "Order of the warden, posted on both doors of the house.",
]
INTERVIEW = [f"“{SAID}” Foreman Ines Marr told reporters.", "There was no answer."]
SHIP = "Log of the ship\r\nfirst \U0001f6a2 sail and \U0001f6a2 again\r\nend of the log\r\n"
HOSTILE = (
    b"<title>x</title><p>hostileword</p><script>document.title='RUN';fetch('http://x.invalid/')"
    b"</script><img src='http://x.invalid/y' onerror=\"document.title='RUN'\">"
)


def write_leak(folder: Path) -> Path:
    """Exhibits with pages and without, in five scripts, one scanned, one hostile, one broken."""
    (folder / "letters").mkdir(parents=True)
    letters = folder / "letters"
    (letters / "survey.pdf").write_bytes(
        pdf(
            [[ENGLISH, "Nobody was told."], ["The second page names the survey again.", "End."]],
            title="Survey", author="Lenk", created="2018-05-14T09:00:00Z",
        )
    )  # fmt: skip
    (letters / "宿舍.pdf").write_bytes(pdf([[CHINESE]], created="2018-04-12T09:00:00Z"))
    (letters / "ياتاق.pdf").write_bytes(pdf([[UYGHUR]], created="2018-04-19T09:00:00Z"))
    (letters / "док.docx").write_bytes(docx([RUSSIAN, "Подпись."], author="Инженер"))
    (letters / "ياتاق.docx").write_bytes(docx([UYGHUR]))
    scan = images.render_page(SCANNED)
    (folder / "scan.png").write_bytes(images.encode(images.age_page(scan), "PNG"))
    (folder / "interview.pdf").write_bytes(pdf([INTERVIEW]))
    (folder / "ship.txt").write_bytes(SHIP.encode())
    (folder / "hostile.html").write_bytes(HOSTILE)
    (folder / "old.dwg").write_bytes(b"AC1015" + bytes(180))
    (folder / "contract.docx").write_bytes(
        docx(
            ["The dredger is paid by the month.", "Signed at the yard."],
            header="Draft of the yard", deleted=["The dredger is paid by the tonne."],
            comments=["Who changed the dredger clause?"], textboxes=["Dredger, copy two"],
        )
    )  # fmt: skip
    short = bytearray(archives.zip_of({"a.txt": b"alpha", "b.txt": b"beta"}))
    at = short.rindex(b"PK\5\6")  # its end promises five entries, its list has two
    short[at + 8 : at + 12] = (5).to_bytes(2, "little") * 2
    (folder / "short.zip").write_bytes(bytes(short))
    (folder / "letter.eml").write_bytes(
        mail.eml(
            "The survey is attached.",
            sender="a@harbour.example",
            to=("b@harbour.example",),
            subject="Survey",
            date="2018-05-15T09:00:00Z",
            attachments=[mail.Attachment("list.zip", archives.zip_of({"list.csv": b"a,b\n1,2\n"}))],
        )
    )
    return folder


@pytest.fixture(scope="session")
def browser_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case, read, recognised and indexed."""
    root = tmp_path_factory.mktemp("browser")
    with Case.init(root / "case", "Harbour") as case:
        case.add([write_leak(root / "leak")])
    return root / "case"


@pytest.fixture(scope="session")
def served(browser_case: Path) -> Iterator[Served]:
    """The desk."""
    with serving(lambda: Case(browser_case)) as desk:
        yield desk


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def sitting(chromium: Browser, served: Served) -> Iterator[Sitting]:
    """A browser that has been let in. At the end nothing went wrong and nothing left."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    context.set_default_timeout(15_000)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served.url)
    page = context.new_page()
    page.goto(served.entry())
    page.close()
    sat = Sitting(context, served)
    yield sat
    context.close()
    assert not sat.wrong
    assert all(url.startswith(served.url) for url in sat.requests)


@pytest.fixture
def page(sitting: Sitting) -> Page:
    """The search page."""
    return sitting.page()
