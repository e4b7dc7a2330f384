"""How many workers there are, and how much memory each may have."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from assay.casework.case import Case
from assay.casework.engines import OWN_MEMORY, make_pool, memory_of_computer, share

GIB = 1 << 30


def test_a_computer_with_room_has_all_its_workers_with_their_whole_limit() -> None:
    assert share(12 * GIB, 2, GIB) == (2, GIB)


def test_fewer_workers_come_before_smaller_ones() -> None:
    assert share(4 * GIB, 8, GIB) == (3, GIB)


def test_where_not_even_one_fits_its_limit_is_what_is_left() -> None:
    assert share(GIB, 4, 2 * GIB) == (1, GIB - OWN_MEMORY)


@given(
    budget=st.integers(GIB, 64 * GIB), workers=st.integers(1, 64),
    each=st.integers(1 << 20, 8 * GIB),
)  # fmt: skip
def test_program_and_workers_together_stay_within_the_budget(
    budget: int, workers: int, each: int
) -> None:
    count, memory = share(budget, workers, each)
    assert 1 <= count <= workers
    assert 0 < memory <= each
    assert OWN_MEMORY + count * memory <= budget


def test_the_budget_of_a_case_decides_how_many_workers_read(case: Case, tmp_path: Path) -> None:
    import msgspec

    reading = msgspec.structs.replace(case.settings.reading, memory=OWN_MEMORY + (3 << 29))
    case.settings = msgspec.structs.replace(case.settings, reading=reading)
    case.folder.joinpath("derived/spool").mkdir(parents=True, exist_ok=True)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    pool = make_pool(case, "read", 4, scratch)
    try:
        assert pool.size == 1
    finally:
        pool.close()
    assert memory_of_computer() > 0
