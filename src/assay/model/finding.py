"""What a detector saw in an exhibit: an observation with its limits, never a verdict.

Only a named person can say what a finding means. So a finding holds both readings of what was
seen, the innocent one first, what the detector cannot show, and how to look by hand.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Notice = Literal["low", "medium", "high"]


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One observation. `notice` says how soon a person should look; it measures no truth.

    `where` names the place ("page 3", "revision 1 of 2", "" for the whole exhibit) and holds no
    words of the exhibit; `page` counts from 1. `boxes` are places on that page: four numbers
    each in tenths of a point (left, top, right, bottom; origin at the upper left of the page as
    shown). `exact` holds words of the exhibit that the finding is about, as they stand in it.
    """

    code: str
    notice: Notice
    where: str
    observed: str
    innocent: str
    suspicious: str
    limits: str
    by_hand: str
    page: int | None = None
    boxes: tuple[int, ...] = ()
    exact: tuple[str, ...] = ()


class Examination(msgspec.Struct, frozen=True, omit_defaults=True):
    """All findings of an exhibit, and the detectors that did not come to an end, with the reason.

    `failed`: (name of the detector, reason) pairs. No finding where a detector failed means
    nothing was established, not that nothing is there.
    """

    findings: tuple[Finding, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
