"""The picture of the desk that the README shows: results above, reader below, at 1280 pixels.

    python bench/screenshot.py [--case DIR] [--out docs/images/desk.png]

Without --case it builds the sample leak and a case on it in a temporary folder first, which
takes a minute or two. Needs playwright and Debian's chromium.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
import threading
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from assay.casework.case import Case
from assay.casework.demo import build
from assay.web.desk import Desk
from assay.web.serve import HOST, bind, server_for

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
QUERY = "asbestos OR 石棉 OR ئاسبېست"
READ = '"not to leave this house"'
GAP = 24  # pixels between the two views


def views(page: Page, origin: str) -> list[bytes]:
    """The two views, as PNG."""
    page.goto(f"{origin}/search")
    page.locator("#q").fill(QUERY)
    page.wait_for_function("() => location.search.includes('asbestos')")
    page.locator("#q").blur()
    page.wait_for_load_state("networkidle")
    found = [page.screenshot()]
    page.goto(f"{origin}/search")
    page.locator("#q").fill(READ)
    page.wait_for_function("() => location.search.includes('leave')")
    page.locator("a.open").first.click()
    page.wait_for_function(
        "() => { const p = document.getElementById('page-picture');"
        " return p && p.complete && p.naturalWidth > 0; }"
    )
    page.wait_for_load_state("networkidle")
    return [*found, page.screenshot()]


def take(case_folder: Path, out: Path) -> None:
    """Serve the case, look at it, write the picture."""
    listener = bind(0)
    port = int(listener.getsockname()[1])
    desk = Desk(lambda: Case(case_folder), port)
    desk.open()
    server = server_for(desk)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 760}, color_scheme="light")
            origin = f"http://{HOST}:{port}"
            page.goto(f"{origin}/enter?token={desk.sessions.token()}")
            shots = [Image.open(io.BytesIO(shot)) for shot in views(page, origin)]
            browser.close()
    finally:
        server.should_exit = True
        thread.join()
        desk.close()
    height = sum(shot.height for shot in shots) + GAP * (len(shots) - 1)
    whole = Image.new("RGB", (shots[0].width, height), (223, 219, 209))
    top = 0
    for shot in shots:
        whole.paste(shot.convert("RGB"), (0, top))
        top += shot.height + GAP
    out.parent.mkdir(parents=True, exist_ok=True)
    whole.quantize(256, dither=Image.Dither.NONE).save(out, optimize=True)
    print(f"{out}: {out.stat().st_size // 1000} kB")


def main() -> None:
    """Read the arguments and take the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/images/desk.png"))
    given = parser.parse_args()
    if given.case:
        take(given.case, given.out)
        return
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["ASSAY_CONFIG"] = f"{scratch}/config"
        os.environ["ASSAY_PERSON"] = "Ana"
        case, _, _ = build(Path(scratch) / "demo")
        case.close()
        take(Path(scratch) / "demo" / "case", given.out)


if __name__ == "__main__":
    main()
