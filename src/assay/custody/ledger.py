"""The ledger: the events of all logs of a case in one order.

Order is causal (an event comes after every event whose head its log had seen), then by id.
Wall time decides nothing. The order is the same for the same set of events, whoever merges
them and whenever.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from assay.model.event import Event


def in_order(events: Iterable[Event]) -> list[Event]:
    """Events of any number of logs in causal order, ties by id."""
    by_place = {(event.header.log, event.header.sequence): event for event in events}
    waiting: dict[tuple[str, int], int] = {}
    followers: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for place, event in by_place.items():
        log, sequence = place
        needs = {(log, sequence - 1)} if sequence else set()
        needs |= {(other, size - 1) for other, (size, _) in event.header.heads.items()}
        # events of a log that this case does not hold (yet) cannot be waited for
        present = {need for need in needs if need in by_place}
        waiting[place] = len(present)
        for need in present:
            followers.setdefault(need, []).append(place)
    ready = [(by_place[place].id, place) for place, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    ordered: list[Event] = []
    while ready:
        _, place = heapq.heappop(ready)
        ordered.append(by_place[place])
        for follower in followers.get(place, ()):
            waiting[follower] -= 1
            if waiting[follower] == 0:
                heapq.heappush(ready, (by_place[follower].id, follower))
    return ordered
