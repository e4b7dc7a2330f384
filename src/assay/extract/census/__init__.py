"""How many members a container promises, counted apart from the reader that takes them out.

A reader that loses a member also loses it from any count that its own loop makes. So each
kind of container has a counter here that never calls its reader: it walks the container's own
index (a directory, a folder count, the boundaries of a message) and counts. `read` puts the
count beside what the reader met; where fewer were met than promised, the account says so.

A counter takes a `Request` and gives the number of members that the reader should enter, failed
ones included, or None where the container has no index of its own or it cannot be read: unknown
is never shown as zero.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from assay.extract import chat_kinds, types
from assay.extract.request import Request

Counter = Callable[[Request], int | None]

# media type -> (file in this room, function)
_FILES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("tape", "count_tar", (types.TAR,)),
    ("central", "count_zip", ("application/zip",)),
    ("squeezed", "count_packed", (types.GZIP, types.BZIP2, types.XZ)),
    ("postmarks", "count_mbox", (types.MBOX,)),
    ("attached", "count_attached", ("application/pdf",)),
    ("book", "count_book", (types.EPUB,)),
    ("compound", "count_hwp", ("application/x-hwp",)),
    ("compound", "count_publication", ("application/x-mspublisher",)),
    ("parcels", "count_hwpx", ("application/hwp+zip",)),
    ("parcels", "count_visio", ("application/vnd.ms-visio.drawing",)),
    ("parcels", "count_xps", ("application/vnd.ms-xpsdocument",)),
    ("notebook", "count_files", ("application/onenote", types.ONETOC)),
    (
        "parcels", "count_iwork",
        ("application/vnd.apple.pages", "application/vnd.apple.keynote",
         "application/vnd.apple.numbers", "application/vnd.apple.iwork"),
    ),
    ("bundles", "count_cabinet", ("application/vnd.ms-cab-compressed",)),
    ("bundles", "count_iso", ("application/x-iso9660-image",)),
    ("bundles", "count_cpio", ("application/x-cpio",)),
    ("bundles", "count_xar", ("application/x-xar",)),
    ("bundles", "count_arj", ("application/x-arj",)),
    ("bundles", "count_lha", ("application/x-lha",)),
    ("bundles", "count_ar", ("application/x-archive",)),
    ("texting", "count_parts", (chat_kinds.SMS,)),
    ("book", "count_fb2", (types.FB2,)),
    ("book", "count_mobi", (types.MOBI, types.PALMDOC)),
    ("helpfile", "count_help", ("application/vnd.ms-htmlhelp",)),
    ("records", "count_warc", (types.WARC, types.ARC)),
    ("web", "count_zip", (types.WACZ,)),
    ("web", "count_har", (types.HAR,)),
    ("web", "count_mhtml", (types.MHTML,)),
    ("web", "count_page", ("text/html", "application/xhtml+xml")),
    ("web", "count_webarchive", (types.WEBARCHIVE,)),
    ("pictures", "count_jpeg", ("image/jpeg",)),
    ("pictures", "count_png", ("image/png",)),
    ("films", "count_boxes", ("video/mp4", "video/quicktime", "audio/mp4", "video/3gpp")),
    ("films", "count_elements", ("video/x-matroska", "video/webm")),
    ("films", "count_tagged", ("audio/mpeg", "audio/flac")),
    ("drawn", "count_svg", ("image/svg+xml",)),
    ("drawn", "count_plist", ("application/x-plist",)),
    ("drawn", "count_metafile", ("image/emf", "image/wmf")),
    ("database", "count_sqlite", ("application/vnd.sqlite3",)),
    ("database", "count_access", ("application/x-msaccess",)),
    ("sevenzip", "count_sevenzip", (types.SEVENZIP,)),
    ("mail", "count_eml", (types.EML,)),
    ("mail", "count_emlx", (types.EMLX,)),
    ("mail", "count_msg", ("application/vnd.ms-outlook",)),
    ("mail", "count_tnef", (types.TNEF,)),
    ("rar", "count_rar", (types.RAR,)),
    ("outlook", "count_pst", (types.PST,)),
    ("lines", "count_written_in", ("text/calendar", "text/vcard")),
    ("offices", "count_wordml", (types.WORDML,)),
    ("offices", "count_flat", (types.FLAT_OPC,)),
    ("offices", "count_flat_odf", (types.ODF + "text-flat-xml",)),
    ("offices", "count_ooxml", (types.DOCX, types.XLSX, types.XLSB, types.PPTX)),
    (
        "offices", "count_odf",
        (types.ODF + "text", types.ODF + "spreadsheet", types.ODF + "presentation",
         types.ODF + "graphics", types.ODF + "text-master", types.ODF + "text-web"),
    ),
    ("offices", "count_doc", ("application/msword",)),
    ("offices", "count_xls", (types.XLS,)),
    ("offices", "count_ppt", ("application/vnd.ms-powerpoint",)),
    ("offices", "count_rtf", ("application/rtf",)),
    (
        "disk", "count_disk",
        (types.EWF, types.DISK, "application/x-vmdk", "application/x-vhd", "application/x-vhdx",
         "application/x-virtualbox-vdi",
         "application/x-qemu-disk", "application/x-apple-diskimage", "application/x-luks"),
    ),
)  # fmt: skip
_BY_TYPE = {media: (file, function) for file, function, media_s in _FILES for media in media_s}


def counts(media: str) -> bool:
    """Tell whether containers of this media type have a counter of their own."""
    return media in _BY_TYPE


def count(request: Request) -> int | None:
    """The members that the container promises, None where that cannot be known."""
    file, function = _BY_TYPE[request.type]
    counter: Counter = getattr(import_module(f"assay.extract.census.{file}"), function)
    try:
        return counter(request)
    except Exception:  # noqa: BLE001 - an index that cannot be walked promises nothing known
        return None
