"""A text layer that is not what the page shows, and pages that only look odd."""

from __future__ import annotations

import io
import random
import re

import made
import pikepdf
import pytest

from assay.extract.garbled import garbled
from assay.testing.makers import pdf

WORDS = (
    "Lighthouse keepers wrote every evening which vessels passed, what cargo they carried and "
    "whether their lanterns burned. Several captains later denied having sailed that winter, but "
    "harbour ledgers record their signatures beside unusual payments. Inspectors compared both "
    "registers, found eleven discrepancies, asked ministers about missing pages, received "
    "evasive answers, printed their findings quietly and resigned before parliament could "
    "question anybody. Fishermen remember strange convoys without markings crossing northern "
    "channels during storms, always towards abandoned quarries behind military fences."
)


def broken(shift: int) -> bytes:
    """A PDF whose map to Unicode gives each glyph a character `shift` places away."""
    document = pikepdf.open(io.BytesIO(pdf.pdf([[WORDS]])))
    for item in document.objects:
        if isinstance(item, pikepdf.Stream) and b"beginbfchar" in item.read_bytes():
            moved = re.sub(
                rb"(<[0-9A-F]{4}>) <([0-9A-F]{4})>",
                lambda m: b"%s <%04X>" % (m[1], (int(m[2], 16) + shift) & 0xFFFF),
                item.read_bytes(),
            )
            item.write(moved)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("shift", [-29, 0xE000])
def test_a_page_with_a_broken_map_to_unicode_waits_for_ocr_and_keeps_its_layer(shift: int) -> None:
    reading = made.read_bytes(broken(shift), "a.pdf")
    assert reading.pages[0].wants_ocr
    assert reading.text
    assert [r.kind for r in reading.regions] == ["garbled"]
    assert any(name == "pdf:text layer garbled" for name, _ in reading.metadata.found)
    assert reading.metadata.language is None  # it comes with what is recognised


def test_the_same_page_with_a_whole_map_does_not_wait() -> None:
    reading = made.read_bytes(broken(0), "a.pdf")
    assert not reading.pages[0].wants_ocr
    assert reading.metadata.language == "en"
    assert reading.regions == ()


def test_a_scrambled_alphabet_forms_no_words() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    for seed in range(5):
        mixed = "".join(random.Random(seed).sample(letters, 26))
        assert garbled(WORDS.lower().translate(str.maketrans(letters, mixed))) == "no words"


def test_cyrillic_read_as_latin_1_is_a_wrong_encoding() -> None:
    words = "Правление портовой администрации собралось в понедельник обсудить новый бюджет. " * 8
    assert garbled(words) == ""
    assert garbled(words.encode("cp1251").decode("latin-1")) == "wrong encoding"


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"{n} | {n * 7919 % 1000},{n:02} | {n * 31}.50 % | -" for n in range(80)),
        "\n".join(f"\uf0b7 item {n}" for n in range(80)),
        "for (i = 0; i < n; i++) { a[i] += b[i] * (c[i] - d[i]); } /* ok */\n" * 12,
        "Contents ........................ 3\n" * 30,
        "GDP HTML MWh kHz strlen http\n" * 30,
        "ṡ = ∂x/∂t + ∑(αᵢ·βⱼ) ≤ √(γ² − δ²), {x ∈ ℝ}\n" * 20,
        "p. 4",
    ],
)
def test_tables_formulas_code_and_labels_are_not_garbage(text: str) -> None:
    assert garbled(text) == ""
