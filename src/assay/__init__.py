"""Assay takes a leak from first touch to a defensible story.

`Case` is the one door for programs: every command of the command line and every
page of the desk is a method of it first. It is imported on first use, so that
`assay --help` starts in an instant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.casework.case import Case

__version__ = "0.1.0"
__all__ = ["Case", "__version__"]


def __getattr__(name: str) -> Any:
    """Import `Case` when it is first asked for (PEP 562)."""
    if name == "Case":
        from assay.casework.case import Case

        return Case
    raise AttributeError(name)
