"""Every problem code with what it means and what to do next.

One cause, one code; no code is called unknown. docs/problems.md lists each one with a file
that provokes it, and a test holds the two together. A problem holds no words of an
exhibit: `where` counts pages, members and parts, `detail` names tools and numbers.
"""

from __future__ import annotations

import msgspec

from assay.model.reading import Problem

LEFT_WITHOUT_OCR = "image:left without OCR"  # metadata of a picture that is too small for words


class Kind(msgspec.Struct, frozen=True):
    """What a code means, and the next step that is offered where none more exact is known."""

    means: str
    next_step: str


def _limit(what: str, setting: str) -> Kind:
    return Kind(
        f"{what}; reading stopped at the limit",
        f"Raise limits.{setting} in case.toml and run `assay retry`.",
    )


PROBLEMS: dict[str, Kind] = {
    # --- the exhibit as a whole
    "no_reader": Kind(
        "the type was recognised, but nothing here reads it yet",
        "Open the original with the program it was made for; custody of it is complete.",
    ),
    "damaged": Kind(
        "the structure is broken; what could be read before or around the break is kept",
        "Compare with another copy of the file, or open it with the program it was made for.",
    ),
    "truncated": Kind(
        "the file ends before its own end; what was there is kept",
        "Look for a complete copy; the text kept here is the part that was received.",
    ),
    "repaired": Kind(
        "the file was broken and was read from a repaired copy; the original is untouched",
        "Compare the text with the page pictures before quoting from it.",
    ),
    "read_by_other": Kind(
        "our readers could not read it; the text is from a copy that another program made of it",
        "Compare with the original before quoting; the detail names the program.",
    ),
    "encrypted": Kind(
        "protected by a password that is not known",
        "Put the password in a file and run `assay retry --passwords FILE`.",
    ),
    "charset_guess": Kind(
        "bytes that do not fit the character set were replaced by U+FFFD",
        "Compare with the original bytes before quoting the marked places.",
    ),
    "unsupported": Kind(
        "a feature of the format that is not read here",
        "Open the original with the program it was made for.",
    ),
    "tool_missing": Kind(
        "a system library that is needed is not installed",
        "Install it with the command named in the detail and run `assay retry`.",
    ),
    "not_transcribed": Kind(
        "there is sound, and nobody has written down what is said",
        "Listen to it, or name a transcriber and its model in case.toml and run `assay retry`.",
    ),
    "page_failed": Kind(
        "one page could not be loaded; the others were read",
        "Open this page in a viewer, or ask for another copy.",
    ),
    "part_unclaimed": Kind(
        "a part that no reader claimed",
        "Open the original with the program it was made for and look at the part named.",
    ),
    # --- containers
    "checksum": Kind(
        "a member's bytes do not match the checksum that the container gives",
        "Look for another copy of the container; the member was kept as it came out.",
    ),
    "members_missing": Kind(
        "the container's own index promises members that could not be met",
        "Look for another copy of the container; those that were met are kept.",
    ),
    "volume_missing": Kind(
        "a volume of a split set is not beside the others; those that are there are read",
        "Find the volume that is named, add it beside the others and run `assay retry`.",
    ),
    "too_deep": _limit("containers inside containers beyond the limit", "depth"),
    "bomb": _limit("unpacks to far more bytes than it is made of", "ratio"),
    "limit_output": _limit("the members unpack to more bytes than allowed", "output"),
    "limit_member": _limit("one member is larger than allowed", "member"),
    "limit_members": _limit("more members than allowed", "members"),
    # --- limits of one exhibit
    "limit_text": _limit("more text than allowed", "text"),
    "limit_pages": _limit("more pages than allowed", "pages"),
    "limit_nesting": _limit("elements nested deeper than allowed", "xml_depth"),
    "limit_mime": _limit("message parts nested deeper than allowed", "mime_depth"),
    "limit_pixels": _limit("a picture with more pixels than allowed", "pixels"),
    "limit_cells": _limit("more cells than allowed", "cells"),
    "limit_annotations": _limit("more annotations on a page than allowed", "annotations"),
    "limit_line": _limit("a line longer than allowed", "line"),
    # --- the worker (raised by the sandbox)
    "timeout": Kind(
        "reading took longer than allowed and was ended",
        "Raise limits.seconds in case.toml and run `assay retry`.",
    ),
    "memory": Kind(
        "reading needed more memory than allowed and was ended",
        "Raise limits.memory in case.toml and run `assay retry`.",
    ),
    "crashed": Kind(
        "the worker that read it died",
        "Run `assay retry` once; if it dies again, open the original on a machine set apart.",
    ),
    "output": Kind(
        "the worker's answer was larger than allowed",
        "Raise limits.text in case.toml and run `assay retry`.",
    ),
    "skipped": Kind(
        "skipped by the person who ran the command",
        "Run `assay retry`.",
    ),
    "not_examined": Kind(
        "it was read, and a detector that looks for findings did not come to its end",
        "Run `assay retry`; no finding here does not mean that there is none.",
    ),
    # --- custody
    "unreadable": Kind(
        "the file could not be read from the disk",
        "Check its permissions and the medium, then run `assay add` again.",
    ),
    "special_file": Kind(
        "a socket, pipe or device: it has no content to take in",
        "Nothing to do: its name and place are recorded.",
    ),
    "symlink": Kind(
        "a symbolic link: recorded with its target, not followed",
        "Add the target by its own path where it matters.",
    ),
    "changed_while_read": Kind(
        "the file changed each time it was read",
        "Close the program that writes to it and run `assay add` again.",
    ),
    "withdrawn": Kind(
        "withdrawn: its bytes were destroyed on a named authority",
        "Nothing to do: the proof that it was there is kept.",
    ),
    "not_read_yet": Kind(
        "taken into custody, and its turn to be read has not come",
        "Run `assay add` with the same paths, or `assay rebuild`: it goes on where it stopped.",
    ),
    "original_missing": Kind(
        "an event says that it was received, and its bytes are not in the case",
        "Run `assay verify`, and restore the bytes from a backup.",
    ),
    "member_lost": Kind(
        "a worker named a member and did not bring its bytes whole",
        "Run `assay retry`; if it stays, open the container by hand.",
    ),
    # --- OCR
    "ocr_waiting": Kind(
        "pages are pictures of text that have not been recognised yet",
        "Run `assay retry`, or wait for the run that is going on.",
    ),
    "ocr_missing_language": Kind(
        "the model of a language of the page, named or met beside it, is not installed",
        "Install the package named in the detail and run `assay retry`.",
    ),
    "ocr_no_words": Kind(
        "there is ink on the page and no word was recognised: a picture, or text beyond OCR",
        "Look at the page picture; where it shows text, run `assay retry` with --langs.",
    ),
    "ocr_doubtful": Kind(
        "the page was recognised with little certainty: its words may be noise",
        "Look at the page picture; name its language: `assay retry --langs`, see `assay doctor`.",
    ),
    "ocr_lines_unread": Kind(
        "lines of a recognised page are in another script or language, by hand, or damaged, and "
        "were hardly read; what was made of them is kept with its low confidence",
        "Look at the page picture; install the language's model or name it with --langs, then "
        "run `assay retry`.",
    ),
    "limit_ocr_pixels": Kind(
        "a large page was scaled down for OCR to fewer than 150 dots an inch; small print may be "
        "lost",
        "Raise reading.ocr_pixels in case.toml and run `assay retry`.",
    ),
    "ocr_too_small": Kind(
        "the picture is too small for words that could be read, and was left without OCR",
        "Look at it; lower reading.ocr_least in case.toml and run `assay retry` to have it read.",
    ),
    "not_listened": Kind(
        "the text was read, but looking for statements in it did not come to its end",
        "Search it and read it; run `assay retry` to listen once more.",
    ),
    "listen_limit": Kind(
        "only the beginning of a long text was searched for statements, figures and dates",
        "Raise statements.chars in case.toml and run `assay add` once more.",
    ),
    "ocr_failed": Kind(
        "the page picture could not be recognised",
        "Look at the page picture in the desk; run `assay retry` with --langs.",
    ),
}


# details of `damaged`: what a package lacks without which it holds no document
NO_DOCUMENT, NO_WORKBOOK = "no document part", "no workbook part"
NO_MAIN_PART = frozenset((NO_DOCUMENT, NO_WORKBOOK))


def problem(
    code: str, where: str = "", detail: str = "", fatal: bool = False, next_step: str = ""
) -> Problem:
    """A problem with the next step of its code, unless a more exact one is given.

    Raises KeyError for a code that is not in the table: codes are a fixed list.
    """
    return Problem(
        code=code,
        where=where,
        next_step=next_step or PROBLEMS[code].next_step,
        detail=detail,
        fatal=fatal,
    )


class Stop(Exception):
    """A reader can go no further. What it wrote so far is kept, with this problem.

    Nothing is lost by raising it: read.py adds the problem to what the reader has written.
    """

    def __init__(self, code: str, where: str = "", detail: str = "", next_step: str = "") -> None:
        super().__init__(code, where, detail)
        self.problem = problem(code, where, detail, next_step=next_step)
