"""What each room may import from outside: an allow-list, so that nothing slips in unseen.

import-linter holds the arrows between rooms and forbids sockets, databases and child processes by
name. A deny-list alone would let a new HTTP client into verify/ pass; this list does not.
"""

from __future__ import annotations

import re
import sys
from functools import cache

import grimp
import pytest
from repository import ROOT

# room -> third-party packages, by the name that is imported
THIRD_PARTY = {
    "__init__": frozenset(),
    "errors": frozenset(),
    "model": frozenset({"msgspec"}),
    "proof": frozenset({"msgspec", "cryptography"}),
    "locate": frozenset({"msgspec"}),
    "settings": frozenset({"msgspec"}),
    "ports": frozenset({"msgspec"}),
    "custody": frozenset({"msgspec", "cryptography"}),
    "verify": frozenset({"msgspec"}),
    "index": frozenset({"msgspec"}),
    # a library a format; all of it runs in the jail
    "extract": frozenset({
        "msgspec", "bcj", "brotli", "chardet", "cramjam", "cryptography", "djvu_rs", "inflate64",
        "libarchive",
        "msoffcrypto", "mutagen", "numpy", "olefile", "pikepdf", "PIL", "pillow_heif", "py3langid",
        "pybde", "pyewf", "pyluksde", "pymodi", "pypdfium2", "pypff", "pyppmd", "pyqcow",
        "python_calamine", "pytsk3", "pyvhdi", "pyvmdk", "selectolax", "xlrd",
    }),
    # spellchecker: its word lists alone
    "corroborate": frozenset({"lxml", "msgspec", "numpy", "rapidfuzz"}),
    "examine": frozenset({"msgspec", "numpy", "pypdfium2"}),
    "statements": frozenset({"msgspec", "numpy"}),
    "engines": frozenset({
        "msgspec", "PIL", "faster_whisper", "numpy", "pywhispercpp", "rapidocr", "tantivy",
        "tesserocr",
    }),
    # makers of files write what readers read
    "testing": frozenset({
        "msgspec", "PIL", "cryptography", "djvu_rs", "libarchive", "lxml", "numpy", "pikepdf",
        "pypdfium2", "uharfbuzz",
    }),
    "casework": frozenset({"msgspec"}),
    "cli": frozenset({"click"}),
    "web": frozenset({"click", "jinja2", "msgspec", "starlette", "uvicorn"}),
}  # fmt: skip

# parts of the standard library that reach beyond this process -> the files that may
REACHING = {
    "socket": {
        "assay.engines.jail",  # tries its own fence
        "assay.engines.jailed_worker",
        "assay.engines.sandbox",
        "assay.testing.faulty_tasks",  # tries to get out
        "assay.web.serve",
    },
    "sqlite3": {"assay.engines.catalogue", "assay.engines.overview", "assay.engines.spoken"},
    "subprocess": {"assay.engines.libreoffice", "assay.engines.sandbox"},
    "webbrowser": {"assay.web.serve"},
    "asyncio": {"assay.web.lanes"},
    "multiprocessing": set[str](),
    "http": set[str](),
    "ssl": set[str](),
    "ftplib": set[str](),
    "smtplib": set[str](),
    "pickle": set[str](),  # reading one runs what is in it
    "marshal": set[str](),
    "shelve": set[str](),
}

# imported name -> name in requirements, where they differ
DISTRIBUTIONS = {
    "pypff": "libpff-python",
    "PIL": "pillow",
    "bcj": "pybcj",
    "pybde": "libbde-python",
    "pyewf": "libewf-python",
    "pyluksde": "libluksde-python",
    "pymodi": "libmodi-python",
    "pyqcow": "libqcow-python",
    "pyvhdi": "libvhdi-python",
    "pyvmdk": "libvmdk-python",
    "djvu_rs": "djvu-rs",
    "libarchive": "libarchive-c",
    "msoffcrypto": "msoffcrypto-tool",
    "python_calamine": "python-calamine",
}


@cache
def imports() -> dict[str, set[str]]:
    """Module of Assay -> top-level names that it imports from outside, lazily too."""
    graph = grimp.build_graph("assay", include_external_packages=True, cache_dir=None)
    return {
        module: {
            name for name in graph.find_modules_directly_imported_by(module)
            if not name.startswith("assay")
        }
        for module in graph.modules
        if module.startswith("assay")
    }  # fmt: skip


def room_of(module: str) -> str:
    """The room of a module; `__init__` for the package itself."""
    return module.split(".")[1] if "." in module else "__init__"


def test_every_room_has_an_entry_and_every_entry_a_room() -> None:
    assert {room_of(module) for module in imports()} == set(THIRD_PARTY)


@pytest.mark.parametrize("room", THIRD_PARTY)
def test_a_room_imports_what_its_entry_allows_and_no_entry_allows_more(room: str) -> None:
    found = {
        name
        for module, names in imports().items()
        if room_of(module) == room
        for name in names - sys.stdlib_module_names
    }
    assert found == THIRD_PARTY[room]


@pytest.mark.parametrize("name", REACHING)
def test_what_reaches_beyond_the_process_is_imported_where_it_is_allowed(name: str) -> None:
    assert {module for module, names in imports().items() if name in names} == REACHING[name]


def test_urls_are_taken_apart_and_never_opened() -> None:
    for path in sorted((ROOT / "src" / "assay").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"urllib\.request|urllib3|import urllib$", text, re.MULTILINE), path


def test_verify_needs_nouns_proofs_and_failures_alone() -> None:
    graph = grimp.build_graph("assay", cache_dir=None)
    reached = {
        room_of(other)
        for module in graph.modules
        if room_of(module) == "verify"
        for other in graph.find_upstream_modules(module)
    }
    assert reached == {"verify", "model", "proof", "errors"}


def test_every_package_that_the_program_imports_is_declared() -> None:
    declared = {
        re.split(r"[<>=!~ ]", line)[0]
        for name in ("base.in", "han.in", "speech.in")
        for line in (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "-"))
    }
    needed = {
        DISTRIBUTIONS.get(name, name).replace("_", "-")
        for names in THIRD_PARTY.values()
        for name in names
    }
    assert needed <= declared
