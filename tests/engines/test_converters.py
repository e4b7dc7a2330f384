"""The port `Converter`: its contract for each body, and what holds LibreOffice in."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest

from assay.engines.libreoffice import LibreOffice
from assay.testing.contracts_converter import ConverterContract
from assay.testing.copying_converter import CopyingConverter

RTF = "application/rtf"
PACKAGES = ("libreoffice-writer", "bubblewrap")


@pytest.fixture
def known(tmp_path: Path) -> tuple[Path, str]:
    place = tmp_path / "exhibit"
    place.write_bytes(rb"{\rtf1\ansi The pilot left the harbour.\par}")
    return place, RTF


class TestCopyingConverter(ConverterContract):
    @pytest.fixture
    def converter(self) -> CopyingConverter:
        return CopyingConverter({RTF: ("txt", b"The pilot left.\n")})


@pytest.mark.slow
@pytest.mark.needs(*PACKAGES)
class TestLibreOffice(ConverterContract):
    @pytest.fixture
    def converter(self) -> LibreOffice:
        return LibreOffice(4 << 30, 60.0, 1 << 30)


@pytest.mark.slow
@pytest.mark.needs(*PACKAGES)
def test_bytes_that_are_no_office_file_are_not_taken_for_plain_text(tmp_path: Path) -> None:
    place = tmp_path / "exhibit"
    place.write_bytes(b"words of something else\n" * 50 + struct.pack("<100I", *range(100)))
    made = LibreOffice(4 << 30, 60.0, 1 << 30).convert(place, "application/msword", tmp_path)
    assert made.place is None
    assert made.code


@pytest.mark.slow
@pytest.mark.needs(*PACKAGES)
def test_an_instance_that_takes_too_long_is_ended(known: tuple[Path, str], tmp_path: Path) -> None:
    began = time.monotonic()
    made = LibreOffice(4 << 30, 0.2, 1 << 30).convert(*known, tmp_path)
    assert (made.place, made.code) == (None, "timeout")
    assert time.monotonic() - began < 30


@pytest.mark.slow
@pytest.mark.needs(*PACKAGES)
def test_an_instance_that_may_not_have_the_memory_gives_a_code(
    known: tuple[Path, str], tmp_path: Path
) -> None:
    made = LibreOffice(64 << 20, 60.0, 1 << 30).convert(*known, tmp_path)
    assert (made.place, made.code) == (None, "crashed")
