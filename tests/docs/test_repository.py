"""What no file of the project may hold, and what every one of a kind must."""

from __future__ import annotations

import ast
import hashlib
import re
from pathlib import Path

import pytest
from repository import DOCS, ROOT, SOURCE, code_in, documents, files, modules

# put together here, so that this file does not hold them either
PLACES = (
    "/work" + "/main", "/work" + "/shared", "shared" + "/data", "shared" + "/design",
    "/tmp/" + "brief", "pypi" + ".org", "files." + "pythonhosted", "test." + "pypi",
    "conda" + ".anaconda",
)  # fmt: skip
AGPL_3 = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)+\.(?:py|md|toml|txt|in|json|html|js|css)")


def test_no_file_names_where_it_was_written() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {place}"
        for path in files()
        for place in PLACES
        if place.encode() in path.read_bytes()
    ]
    assert not found


def test_lock_files_hold_hashes_and_no_address() -> None:
    locks = [p for p in (ROOT / "requirements").glob("*.txt") if p.with_suffix(".in").exists()]
    assert {"base.txt", "dev.txt", "han.txt"} <= {path.name for path in locks}
    for path in locks:
        text = path.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text, path.name
        for forbidden in ("://", "--index-url", "--extra-index-url", "--find-links", "--trusted"):
            assert forbidden not in text, path.name


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring
    assert docstring.splitlines()[0].rstrip().endswith((".", "?", ":"))


def test_no_name_is_one_of_those_that_say_nothing() -> None:
    empty = re.compile(r"(Manager|Helper|Processor|Handler|Util|Utils)$")
    for path in modules():
        assert path.stem not in {"utils", "util", "helpers", "common", "misc", "data"}, path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                assert not empty.search(node.name), f"{path.name}: {node.name}"


def anchors_of(path: Path) -> set[str]:
    """The anchors of a document's headings, as forges make them."""
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        if anchor:
            assert anchor in anchors_of(target), link


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_file_of_the_project_that_a_document_names_exists(path: Path) -> None:
    for code in code_in(path.read_text(encoding="utf-8")):
        if FILE.fullmatch(code):
            assert any((base / code).exists() for base in (ROOT, SOURCE, DOCS)), code


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached, left = set[Path](), [ROOT / "README.md"]
    while left:
        path = left.pop().resolve()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        left += [
            path.parent / link.partition("#")[0]
            for link in LINK.findall(path.read_text(encoding="utf-8"))
            if not re.match(r"[a-z]+:|#", link)
        ]
    own = {path for path in documents() if path.is_relative_to(DOCS) or path.parent == ROOT}
    assert own <= reached


def test_decisions_are_numbered_without_a_gap_and_have_their_four_parts() -> None:
    pages = sorted((DOCS / "adr").glob("0*.md"))
    assert [page.name[:4] for page in pages] == [f"{n:04}" for n in range(1, len(pages) + 1)]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]} ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
            "Context", "Options", "Decision", "Consequences"
        ]  # fmt: skip


def test_a_decision_that_code_cites_is_there() -> None:
    for path in modules():
        for number in re.findall(r"docs/adr/(\d{4})", path.read_text(encoding="utf-8")):
            assert list((DOCS / "adr").glob(f"{number}-*.md")), f"{path.name}: {number}"


def test_the_licence_is_the_agpl_word_for_word() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == AGPL_3
    assert 'license = "AGPL-3.0-or-later"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
