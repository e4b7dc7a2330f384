"""What every body of the port `Converter` keeps: inherit it and give it a body.

class TestLibreOffice(ConverterContract):
    @pytest.fixture
    def converter(self): return LibreOffice(4 << 30, 60.0, 1 << 30)
    @pytest.fixture
    def known(self, tmp_path): ...  # an exhibit that it can convert, and its media type
"""

from __future__ import annotations

from pathlib import Path

from assay.ports import Converter


class ConverterContract:
    """The laws of the port, one a test."""

    def test_the_copy_lies_in_the_scratch_folder_and_nothing_beside_it(
        self, converter: Converter, known: tuple[Path, str], tmp_path: Path
    ) -> None:
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        before = known[0].read_bytes()
        made = converter.convert(*known, scratch)
        assert made.code == ""
        assert made.place is not None
        assert list(scratch.iterdir()) == [made.place]
        assert made.place.stat().st_size
        assert known[0].read_bytes() == before

    def test_two_copies_of_one_exhibit_do_not_meet(
        self, converter: Converter, known: tuple[Path, str], tmp_path: Path
    ) -> None:
        first, second = (converter.convert(*known, tmp_path) for _ in range(2))
        assert first.place != second.place

    def test_a_type_that_it_does_not_know_gives_a_code_and_no_copy(
        self, converter: Converter, known: tuple[Path, str], tmp_path: Path
    ) -> None:
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        made = converter.convert(known[0], "application/x-none", scratch)
        assert (made.place, made.code) == (None, "damaged")
        assert not list(scratch.iterdir())

    def test_its_card_names_the_types_it_may_be_asked_for(
        self, converter: Converter, known: tuple[Path, str]
    ) -> None:
        assert known[1] in converter.card.formats
        assert converter.card.version
