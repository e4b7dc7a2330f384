"""Every option of Assay, with its default, in one file.

A case stores those that differ from the default in case.toml under [settings]; the command
line overrides them for one run. Reaching a limit is always reported as a problem whose next
step names the setting. Sizes are bytes, times seconds, unless a name says otherwise.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from assay.errors import UsageError


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of one exhibit in a jailed worker. Reaching one is a problem, never a silence."""

    seconds: float = 60.0  # wall time for reading one exhibit
    cpu_seconds: float = 120.0  # CPU time for one exhibit
    mib_seconds: float = 0.5  # wall and CPU time more for each MiB of it: mailboxes are large
    memory: int = 1 << 30  # address space of a reading worker
    ocr_memory: int = 2 << 30  # address space of an OCR worker
    ocr_seconds: float = 120.0  # wall time for one page of OCR
    hear_memory: int = 6 << 30  # address space of a transcribing worker
    hear_seconds: float = 7200.0  # wall time for transcribing one recording
    converter_memory: int = 4 << 30  # address space of LibreOffice, where it reads what we cannot
    converter_seconds: float = 90.0  # wall time for one exhibit in LibreOffice
    output: int = 4 << 30  # bytes that members of one container may unpack to
    member: int = 2 << 30  # bytes of one member
    ratio: int = 200  # unpacked bytes for each packed byte, beyond the first 16 MiB
    members: int = 1_000_000  # members of one container
    depth: int = 12  # containers inside containers
    text: int = 200_000_000  # code points of one exhibit's text
    pages: int = 100_000  # pages of one exhibit
    xml_depth: int = 2_000  # nested elements or tags
    mime_depth: int = 60  # nested MIME parts
    pixels: int = 120_000_000  # pixels of one picture
    cells: int = 20_000_000  # cells of one workbook
    annotations: int = 5_000  # annotations of one PDF page
    page_objects: int = 50_000  # objects of one PDF page that detectors look at
    states: int = 50  # earlier states of one PDF that are opened and compared, the newest ones
    line: int = 50_000_000  # code points of one line of a text file

    def wall(self, size: int) -> float:
        """Wall time for reading an exhibit of so many bytes."""
        return self.seconds + self.mib_seconds * size / (1 << 20)


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How exhibits are read."""

    jobs: int = 0  # workers; 0 = one a core, as far as `memory` allows
    memory: int = 0  # bytes for the program and all workers; 0 = half of the computer's
    ocr: Literal["auto", "off", "all"] = "auto"
    libreoffice: Literal["auto", "off"] = "auto"  # last resort for office files we cannot read
    langs: tuple[str, ...] = ()  # OCR languages by ISO 639-3, in order of preference; () = choose
    page_chars: int = 3000  # a page of a format without pages, at paragraph ends
    sheet_rows: int = 200  # rows of a sheet's page; the header is repeated on each
    dpi: int = 200  # resolution of page pictures for OCR
    ocr_pixels: int = 8_000_000  # of a page for OCR (A3 at 200 dpi); larger ones are scaled down
    ocr_least: int = 20_000  # pixels; smaller pictures (icons, thumbnails) are left without OCR
    ocr_doubt: int = 60  # per cent; a page recognised with less confidence is partly read
    transcriber: str = ""  # plugin that writes down what is said; "" for none
    transcriber_model: str = ""  # its model: a folder or file on this computer
    transcriber_language: str = ""  # ISO 639-1; "" = found out by the plugin


class Statements(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How texts are listened to: who said what, figures, dates."""

    listen: Literal["auto", "off"] = "auto"
    chars: int = 5_000_000  # code points of one exhibit that are listened to
    seconds: float = 60.0  # wall time for one exhibit


class Custody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How originals are taken in."""

    group_files: int = 256  # files acknowledged together
    group_bytes: int = 256 << 20  # or as soon as this much is written
    group_seconds: float = 1.0  # or after this long
    chunk: int = 1 << 20  # bytes read at once
    changed_tries: int = 3  # how often a file that changes while it is read is read again


class Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How pages are indexed and found."""

    writer_memory: int = 256 << 20
    commit_pages: int = 20_000  # the index commits after this many pages
    commit_seconds: float = 5.0  # or after this long
    snippet_chars: int = 240


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All options of a case."""

    limits: Limits = Limits()
    reading: Reading = Reading()
    custody: Custody = Custody()
    search: Search = Search()
    statements: Statements = Statements()


def settings_from(table: dict[str, Any]) -> Settings:
    """Settings from a [settings] table of case.toml.

    Raises UsageError for an unknown name or a value of the wrong type.
    """
    try:
        return msgspec.convert(table, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(
            "case.toml",
            f"a setting is not understood: {error}",
            "Compare it with docs/settings.md.",
        ) from error
