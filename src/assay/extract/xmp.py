"""XMP packets as (name, value) pairs, names as `prefix:Local` (ISO 16684-1).

A language alternative or a list gives one pair an item; a structure gives its fields.
"""

from __future__ import annotations

from assay.extract.xmlstream import Broken, parse_bytes
from assay.settings import Limits

_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef",
    "http://ns.adobe.com/pdf/1.3/": "pdf",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://www.aiim.org/pdfa/ns/id/": "pdfaid",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "adobe:ns:meta/": "x",
    "http://www.w3.org/XML/1998/namespace": "xml",
}


def _named(tag: str) -> str:
    uri, _, local = tag.rpartition("}")
    prefix = _PREFIXES.get(uri)
    if prefix is None:
        prefix = uri.rstrip("/#").rpartition("/")[2][:24] or "?"
    return f"{prefix}:{local}"


class _Packet:
    """Collects the leaves: the nearest element that is no RDF syntax names a value."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []
        self._path: list[str] = []
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        name = _named(tag)
        self._path.append(name)
        for key, value in attributes.items():
            named = _named(key)
            if "}" in key and not named.startswith(("rdf:", "xml:", "x:")) and value.strip():
                self.pairs.append((named, value))

    def end(self, tag: str) -> None:
        value = "".join(self._text).strip()
        self._text.clear()
        if value:
            own = [n for n in self._path if not n.startswith(("rdf:", "x:", "xml:"))]
            if own:
                self.pairs.append((own[-1], value))
        if self._path:
            self._path.pop()

    def data(self, text: str) -> None:
        self._text.append(text)


def read_xmp(packet: bytes, limits: Limits) -> list[tuple[str, str]]:
    """The pairs of a packet in their order; what stands before a break where it is broken."""
    collected = _Packet()
    begin = packet.find(b"<x:xmpmeta")
    if begin < 0:
        begin = max(packet.find(b"<rdf:RDF"), 0)
    end = packet.rfind(b">")
    try:
        parse_bytes(packet[begin : end + 1], collected, limits, short=False)
    except Broken:
        pass  # what was before the break is kept
    return collected.pairs
