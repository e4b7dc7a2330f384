"""The contract and the event format say what the program writes: types, objects and fields."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from repository import DOCS, SOURCE, modules

from assay.casework.case import Case
from assay.casework.doctor import examine
from assay.testing.makers import archives, texts

EVENTS = (DOCS / "event-format.md").read_text(encoding="utf-8")
CONTRACT = (DOCS / "contract.md").read_text(encoding="utf-8")


def row_of(kind: str) -> str:
    """The row of an event type in the table of types."""
    rows = re.findall(rf"^\| `{kind}` \|.*$", EVENTS, re.MULTILINE)
    assert len(rows) == 1, kind
    return str(rows[0])


def written_types() -> set[str]:
    """Types of events that the program writes, from its code."""
    found = set()
    for path in modules():
        text = path.read_text(encoding="utf-8")
        if not re.search(r"^from assay\.custody\.log import .*\bEntry\b", text, re.MULTILINE):
            continue  # another Entry, or none
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "Entry":
                first = node.args[0]
                assert isinstance(first, ast.Constant), f"{path.name}: the type is not written out"
                found.add(str(first.value))
    return found


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """A case with a bit of everything in it."""
    folder = tmp_path_factory.mktemp("formats")
    leak = folder / "leak"
    leak.mkdir()
    (leak / "memo.txt").write_bytes(texts.text("The pilot left the harbour at dawn.\n"))
    (leak / "list.zip").write_bytes(archives.zip_of({"a.txt": b"harbour", "b.bin": b"\0\1\2"}))
    (leak / "link").symlink_to("memo.txt")
    (leak / "gone.txt").write_bytes(b"a word that has to go")
    with Case.init(folder / "case") as case:
        case.add([leak], ocr="off", source="a pseudonym", channel="by hand", origin="collected")
        case.note("leak/memo.txt#4-9", "who?")
        case.tag("leak/memo.txt", ["pilot", "late"])
        case.tag("leak/memo.txt", ["late"], remove=True)
        case.sign_account()
        case.withdraw("leak/gone.txt", "a court", "an order")
        yield case


def test_every_type_of_event_that_is_written_is_in_the_event_format() -> None:
    told = set(re.findall(r"^\| `(\w+)` \| (?:private|desk|as chosen) \|", EVENTS, re.MULTILINE))
    assert told == written_types()


def test_every_field_of_an_event_is_in_the_event_format(worked: Case) -> None:
    met = set()
    for event in worked.ledger():
        if event["body"] is None:
            continue
        met.add(event["type"])
        row = row_of(event["type"])
        named = set(re.findall(r"\w+", row))
        assert set(event["body"]) <= named, event["type"]
        assert event["audience"] in row or "as chosen" in row
    assert met == written_types() - {"ocr"}  # no page of this case is a picture


def paragraph(name: str) -> set[str]:
    """The words of the paragraph of an object in the contract."""
    match = re.search(rf"\*\*`{name}`\*\*:(.*?)(?:\n\n|\*\*`|\Z)", CONTRACT, re.DOTALL)
    assert match is not None, name
    return set(re.findall(r"\w+", match[1]))


def keys_of(value: Any, *, but: frozenset[str] = frozenset()) -> set[str]:
    """Every key in a value, at any depth, but below those named."""
    if isinstance(value, list):
        return set().union(*(keys_of(item, but=but) for item in value), set())
    if not isinstance(value, dict):
        return set()
    found = set(value)
    for key, item in value.items():
        if key not in but:
            found |= keys_of(item, but=but)
    return found


def test_every_field_that_is_printed_is_in_the_contract(worked: Case) -> None:
    path, locator = {"display", "raw_b64", "container", "member"}, paragraph_of_locator()
    folded = frozenset({"facets", "found", "body", "paths"})
    objects: dict[str, list[Any]] = {
        "case": [worked.describe()],
        "account": [worked.account()],
        "exhibit": [*worked.show_all(), worked.show("leak/memo.txt#4-9", 1)],
        "hits": [worked.search("harbour", facets=True)],
        "name": list(worked.names(b'harbour,1\n"bad\n')),
        "event": worked.ledger(),
        "report": [worked.verify()],
        "doctor": [examine(str(worked.folder))],
        "added": [worked.rebuild()],
    }
    for name, values in objects.items():
        for value in values:
            assert value["schema"] == f"assay/{name}/1"
            if name == "exhibit":
                value = {k: v for k, v in value.items() if k not in ("annotations", "received")} | {
                    "annotations": None,
                    "received": None,
                }
            fields = keys_of(value, but=folded) - {"schema"}
            assert fields <= paragraph(name) | path | locator, name


def paragraph_of_locator() -> set[str]:
    """The fields of a flat locator."""
    match = re.search(r"\*\*A locator\*\* is flat: `\{([^}]*)\}`", CONTRACT)
    assert match is not None
    return set(re.findall(r"\w+", match[1]))


def test_every_schema_of_the_program_is_in_the_contract() -> None:
    named: set[str] = set()
    for room in ("casework", "cli", "web", "verify"):
        for path in sorted(Path(SOURCE / room).rglob("*.py")):
            named |= set(re.findall(r"\"assay/(\w+)/1\"", path.read_text(encoding="utf-8")))
    assert named
    for name in named - {"list"}:
        assert re.search(rf"`{name}`(?:\*\*)?(?::|,| \|)", CONTRACT), name


def test_every_exit_code_of_the_program_is_in_the_contract() -> None:
    from assay import errors

    codes = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.AssayError)
    }
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", CONTRACT, re.MULTILINE)}
    assert codes | {0, 1, 3, 130} == told
