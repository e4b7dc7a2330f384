"""What the tests of the documents look at: files of the project, documents, code in documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "assay"
DOCS = ROOT / "docs"

# what a person, a tool or a make target leaves in the folder and git does not hold
_LEFT = frozenset({"demo", "bundle", "build", "dist", "__pycache__"})
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def files() -> Iterator[Path]:
    """Every file of the project that git would hold."""
    for top in sorted(ROOT.iterdir()):
        if top.is_file() and top.name != ".git":  # a file in a second work tree
            yield top
        elif top.is_dir() and (
            top.name == ".ci" or not (top.name.startswith(".") or top.name in _LEFT)
        ):
            yield from (p for p in sorted(top.rglob("*")) if p.is_file() and not _left(p))


def _left(path: Path) -> bool:
    return any(part in _LEFT or part.endswith(".egg-info") for part in path.parts[:-1])


def documents() -> list[Path]:
    """Every Markdown file."""
    return [path for path in files() if path.suffix == ".md"]


def code_in(text: str) -> list[str]:
    """The lines of fenced blocks and the contents of `code` in a Markdown text."""
    found = [line.strip() for block in _FENCE.findall(text) for line in block.splitlines()]
    return found + re.findall(r"`([^`\n]+)`", _FENCE.sub("", text))


def modules() -> list[Path]:
    """Every Python file of the program."""
    return sorted(SOURCE.rglob("*.py"))
