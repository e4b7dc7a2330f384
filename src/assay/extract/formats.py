"""The registry: which file reads which media type.

A reader's file is imported when its first exhibit comes: a worker that meets only text
never loads the PDF engine. Each file holds one `CARD` and one function
`read_…(request, transcript)`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from assay.extract import chat_kinds, types
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

Reader = Callable[[Request, Transcript], None]

_FILES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "plain", "read_plain",
        ("text/plain", "text/markdown", "text/css",
         "text/javascript",
         "application/yaml"),
    ),
    ("delimited", "read_delimited", ("text/csv", "text/tab-separated-values")),
    ("sqlite", "read_sqlite", ("application/vnd.sqlite3",)),
    ("dbf", "read_dbf", ("application/x-dbf",)),
    ("dbf", "read_memo", ("application/x-dbf-memo",)),
    ("jet", "read_jet", ("application/x-msaccess",)),
    (
        "media", "read_media",
        ("video/mp4", "video/quicktime", "audio/mp4", "video/3gpp", "video/x-matroska",
         "video/webm", "audio/x-wav", "video/x-msvideo", "audio/mpeg", "application/ogg",
         "audio/flac", "video/x-ms-asf", "audio/x-aiff", "audio/x-ape", "audio/aac",
         "audio/x-wavpack", "audio/amr", "video/x-flv", "video/mpeg", "audio/midi"),
    ),
    ("parquet", "read_parquet", ("application/vnd.apache.parquet",)),
    ("values", "read_json", ("application/json",)),
    ("values", "read_plist", ("application/x-plist",)),
    ("markup", "read_xml", ("application/xml",)),
    ("markup", "read_svg", ("image/svg+xml",)),
    ("shortcut", "read_shortcut", ("application/x-ms-shortcut",)),
    ("metafile", "read_metafile", ("image/emf", "image/wmf")),
    ("subtitles", "read_subtitles", ("application/x-subrip", "text/vtt", "text/x-ssa")),
    ("html", "read_html", ("text/html", "application/xhtml+xml")),
    ("pdf", "read_pdf", ("application/pdf",)),
    (
        "image", "read_image",
        ("image/png", "image/jpeg", "image/gif", "image/tiff", "image/bmp", "image/webp",
         "image/jp2", "image/avif", "image/vnd.microsoft.icon", "image/heic", "image/heif",
         "image/vnd.adobe.photoshop", "image/x-pcx", "image/x-tga", "image/x-portable-anymap",
         "image/x-icns", "image/x-jbig2"),
    ),
    ("docx", "read_docx", (types.DOCX,)),
    ("wordml", "read_wordml", (types.WORDML,)),
    ("spreadsheetml", "read_spreadsheetml", (types.SPREADSHEETML,)),
    ("wordml", "read_flat_package", (types.FLAT_OPC,)),
    ("xlsx", "read_xlsx", (types.XLSX,)),
    ("xlsb", "read_xlsb", (types.XLSB,)),
    ("xls", "read_xls", (types.XLS,)),
    ("ods", "read_ods", (types.ODF + "spreadsheet",)),
    ("pptx", "read_pptx", (types.PPTX,)),
    (
        "odf", "read_odf",
        (types.ODF + "text", types.ODF + "presentation", types.ODF + "graphics",
         types.ODF + "text-master", types.ODF + "text-web"),
    ),
    ("odf_flat", "read_flat_odf", (types.ODF + "text-flat-xml",)),
    ("doc", "read_doc", ("application/msword",)),
    ("ppt", "read_ppt", ("application/vnd.ms-powerpoint",)),
    ("msg", "read_msg", ("application/vnd.ms-outlook",)),
    ("vba", "read_vba", ("application/vnd.ms-office.vbaproject",)),
    ("embedded", "read_embedded", ("application/x-ole-package", "application/x-ole-storage")),
    ("sealed", "read_sealed", ("application/x-ooxml-encrypted",)),
    ("epub", "read_epub", (types.EPUB,)),
    ("rtf", "read_rtf", ("application/rtf",)),
    ("eml", "read_eml", (types.EML,)),
    ("eml", "read_emlx", (types.EMLX,)),
    ("mbox", "read_mbox", (types.MBOX,)),
    ("smime", "read_smime", (types.SMIME,)),
    ("pgp", "read_pgp", (types.PGP,)),
    ("tnef", "read_tnef", (types.TNEF,)),
    ("pst", "read_pst", (types.PST,)),
    ("agenda", "read_agenda", ("text/calendar", "text/vcard")),
    (
        "iwork", "read_iwork",
        ("application/vnd.apple.pages", "application/vnd.apple.keynote",
         "application/vnd.apple.numbers", "application/vnd.apple.iwork"),
    ),
    ("works", "read_works", ("application/vnd.ms-works",)),
    ("wordperfect", "read_wordperfect", ("application/vnd.wordperfect",)),
    ("hwp", "read_hwp", ("application/x-hwp", "application/hwp+zip")),
    ("publisher", "read_publisher", ("application/x-mspublisher",)),
    ("visio", "read_visio", ("application/vnd.visio", "application/vnd.ms-visio.drawing")),
    ("xps", "read_xps", ("application/vnd.ms-xpsdocument",)),
    ("mif", "read_mif", ("application/vnd.mif", "application/vnd.framemaker")),
    ("onenote", "read_onenote", ("application/onenote", types.ONETOC)),
    ("zip", "read_zip", ("application/zip",)),
    ("tar", "read_tar", (types.TAR,)),
    ("chat_whatsapp", "read_whatsapp", (chat_kinds.WHATSAPP,)),
    ("chat_json", "read_chat_json", (chat_kinds.JSON,)),
    ("chat_telegram", "read_telegram", (chat_kinds.TELEGRAM_HTML,)),
    ("chat_sms", "read_sms", (chat_kinds.SMS,)),
    ("djvu", "read_djvu", ("image/vnd.djvu",)),
    ("fb2", "read_fb2", (types.FB2,)),
    ("mobi", "read_mobi", (types.MOBI, types.PALMDOC)),
    ("chm", "read_chm", ("application/vnd.ms-htmlhelp",)),
    ("warc", "read_warc", (types.WARC, types.ARC)),
    ("wacz", "read_wacz", (types.WACZ,)),
    ("har", "read_har", (types.HAR,)),
    ("mhtml", "read_mhtml", (types.MHTML,)),
    ("webarchive", "read_webarchive", (types.WEBARCHIVE,)),
    ("packed", "read_packed", (types.GZIP, types.BZIP2, types.XZ, types.LZMA, *types.PACKED)),
    ("sevenzip", "read_sevenzip", (types.SEVENZIP,)),
    ("arj", "read_arj", ("application/x-arj",)),
    ("rar", "read_rar", (types.RAR,)),
    (
        "disk", "read_disk",
        (types.EWF, types.DISK, "application/x-ewf-logical", "application/x-vmdk",
         "application/x-vhd", "application/x-vhdx", "application/x-qemu-disk",
         "application/x-virtualbox-vdi",
         "application/x-apple-diskimage", "application/x-luks"),
    ),
    (
        "archive", "read_archive",
        ("application/vnd.ms-cab-compressed",
         "application/x-iso9660-image", "application/x-cpio", "application/x-xar",
         "application/x-lha", "application/x-archive", "application/x-rpm"),
    ),
)  # fmt: skip
_BY_TYPE = {media: (file, function) for file, function, media_s in _FILES for media in media_s}


def reader_for(media: str) -> Reader | None:
    """The reader of a media type, None where there is none. Imports its file."""
    place = _BY_TYPE.get(media)
    if place is None:
        return None
    reader: Reader = getattr(import_module(f"assay.extract.{place[0]}"), place[1])
    return reader


def known_types() -> frozenset[str]:
    """Every media type that has a reader."""
    return frozenset(_BY_TYPE)


def cards() -> tuple[Card, ...]:
    """What every reader says of itself, for recipes and `doctor`. Imports them all."""
    files = dict.fromkeys(file for file, _, _ in _FILES)
    return tuple(import_module(f"assay.extract.{file}").CARD for file in files)
