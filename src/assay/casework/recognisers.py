"""The OCR engines of this machine, best first for each script. Used inside the jail."""

from __future__ import annotations

import importlib.util

from assay.ports import Recognizer


def recognisers() -> list[Recognizer]:
    """Engines that can be loaded here; an empty list where there is none."""
    found: list[Recognizer] = []
    if importlib.util.find_spec("rapidocr") is not None:
        from assay.engines.rapidocr_engine import RapidOcr

        found.append(RapidOcr())
    from assay.engines.tesseract import Tesseract, find_models

    if find_models() is not None:
        found.append(Tesseract())
    return found


def available() -> frozenset[str]:
    """Languages (as Tesseract spells them) that some engine here reads."""
    from assay.engines.tesseract import Tesseract, find_models

    return Tesseract().languages() if find_models() is not None else frozenset()
