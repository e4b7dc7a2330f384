"""The volumes that lie beside an exhibit, found in the catalogue by their names.

A split set comes as exhibits of its own, one a volume, in one folder or one container. Who reads
the first of them needs the bytes of the others. Here is who they are; where their bytes lie is
for the leg that asks.
"""

from __future__ import annotations

from assay.engines.catalogue import Beside, Catalogue
from assay.extract import volumes
from assay.model.exhibit import display_component

_PLACES = 10  # of one exhibit that are looked around at
_MOST = 20_000  # volumes of one set


def is_volume(name: bytes) -> bool:
    """Tell whether a name can be that of a volume, the first one included."""
    return bool(volumes.places_of(name))


def waits_for_others(name: bytes) -> bool:
    """Tell whether reading has to wait until everything was received.

    A `.zip` or `.rar` alone is seldom a volume: it is read at once, and again where a volume of
    its set comes after it.
    """
    return any(
        not (place.number == volumes.LAST or (place.family == "rar-old" and place.number == 1))
        for place in volumes.places_of(name)
    )


def beside(catalogue: Catalogue, exhibit: int) -> list[Beside]:
    """The exhibits that may be parts of one set with this one, at the first place with any."""
    for appearance in catalogue.appearances(exhibit)[:_PLACES]:
        name = appearance.path.name
        stems = [place.stem for place in volumes.places_of(name)]
        if not stems:
            continue
        shown = display_component(name)
        folder = appearance.display[: len(appearance.display) - len(shown)]
        prefix = folder + display_component(name[: min(len(stem) for stem in stems)])
        found = [
            other
            for other in catalogue.beside(exhibit, appearance.parent, prefix, _MOST)
            if volumes.beside(name, other.name)
        ]
        if found:
            return found
    return []
