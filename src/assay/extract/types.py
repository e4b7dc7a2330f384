"""What an exhibit is, told by its content; the name only chooses between kinds of text.

Magic numbers first, then what is inside a zip or an OLE envelope, then the kinds of text.
A file that nothing here knows by its bytes is text where it is plainly text, else
`application/octet-stream`. Reads the first 8 KiB, and the directory of a zip.
"""

from __future__ import annotations

import re
import struct
import zlib
from functools import cache
from pathlib import Path

from assay.extract import charset, chat_kinds, ole
from assay.extract.spool import MemberBroken
from assay.extract.zipped import Archive, NotZip

HEAD = 8192
UNKNOWN = "application/octet-stream"

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SPREADSHEETML = "application/vnd.ms-spreadsheetml"
WORDML, FLAT_OPC = "application/vnd.ms-wordml", "application/vnd.ms-office.flat-opc+xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
XLS = "application/vnd.ms-excel"
ODF = "application/vnd.oasis.opendocument."
EPUB = "application/epub+zip"
TAR = "application/x-tar"
SEVENZIP = "application/x-7z-compressed"
GZIP, BZIP2, XZ = "application/gzip", "application/x-bzip2", "application/x-xz"
ONETOC = "application/onenote; format=onetoc2"
LZMA = "application/x-lzma"
PACKED = (
    "application/zstd", "application/x-lz4", "application/x-compress", "application/x-lzip",
)  # fmt: skip
RAR, ZIP, EWF = "application/vnd.rar", "application/zip", "application/x-ewf"
DISK = "application/x-raw-disk-image"
EML, MBOX, EMLX = "message/rfc822", "application/mbox", "message/x-emlx"
PST, TNEF = "application/vnd.ms-outlook-pst", "application/vnd.ms-tnef"
SMIME, PGP = "application/pkcs7-mime", "application/pgp-encrypted"
WARC, ARC, WACZ = "application/warc", "application/x-internet-archive", "application/wacz"
FB2, MOBI = "application/x-fictionbook+xml", "application/x-mobipocket-ebook"
PALMDOC = "application/x-palmdoc"
HAR, WEBARCHIVE, MHTML = "application/har+json", "application/x-webarchive", "multipart/related"

# (offset, bytes, type): the first that fits wins
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"II+\x00", "image/tiff"),
    (0, b"MM\x00+", "image/tiff"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (0, b"\xffO\xffQ", "image/jp2"),
    (0, b"icns", "image/x-icns"),
    (0, b"\x97JB2\r\n\x1a\n", "image/x-jbig2"),
    (128, b"DICM", "application/dicom"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (0, b"AT&TFORM", "image/vnd.djvu"),
    (0, b"\xd7\xcd\xc6\x9a", "image/wmf"),
    (0, b"\x01\x00\x09\x00\x00\x03", "image/wmf"),
    (0, b"\x02\x00\x09\x00\x00\x03", "image/wmf"),
    (0, b"\x01\0\x09\0\0\x03", "image/wmf"),
    (40, b" EMF", "image/emf"),
    (0, b"VCLMTF", "image/x-svm"),
    (0, b"gimp xcf", "image/x-xcf"),
    (0, b"\x1f\x8b", GZIP),
    (0, b"BZh", BZIP2),
    (0, b"\xfd7zXZ\x00", XZ),
    (0, b"7z\xbc\xaf\x27\x1c", SEVENZIP),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"\x04\x22\x4d\x18", "application/x-lz4"),
    (0, b"\x1f\x9d", "application/x-compress"),
    (0, b"\x1f\xa0", "application/x-compress"),
    (0, b"LZIP", "application/x-lzip"),
    (0, b"MSCF", "application/vnd.ms-cab-compressed"),
    (0, b"ISc(", "application/x-installshield"),
    (0, b"!<arch>\n", "application/x-archive"),
    (0, b"070707", "application/x-cpio"),
    (0, b"070701", "application/x-cpio"),
    (0, b"\xc7\x71", "application/x-cpio"),
    (0, b"xar!", "application/x-xar"),
    (2, b"-lh", "application/x-lha"),
    (0, b"\xed\xab\xee\xdb", "application/x-rpm"),
    (0, b"SIT!", "application/x-stuffit"),
    (0, b"\x60\xea", "application/x-arj"),
    (257, b"ustar", TAR),
    (0, b"!BDN", PST),
    (0, b"ITSF", "application/vnd.ms-htmlhelp"),
    (0, b"ITOLITLS", "application/x-ms-reader"),
    (60, b"BOOKMOBI", MOBI),
    (60, b"TEXtREAd", PALMDOC),
    (60, b"PNRdPPrs", "application/x-ereader-ebook"),
    (60, b"DataPlkr", "application/x-plucker-ebook"),
    (60, b"zTXTGPlm", "application/x-ztxt-ebook"),
    (0, b"TPZ", "application/x-topaz-ebook"),
    (0, b"CONT\x02\x00", "application/x-kfx-ebook"),
    (0, b"\xeaDRMION\xee", "application/x-kfx-ebook"),
    (0, b"L\0R\0F\0", "application/x-sony-bbeb"),
    (0, b"\xb0\x0c\xb0\x0c\x02\x00NUVO", "application/x-rocketbook"),
    (2, b"BOOKDOUG", "application/x-imp-ebook"),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", "application/onenote"),
    (0, b"\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f", ONETOC),
    (4, b"Standard Jet DB", "application/x-msaccess"),
    (4, b"Standard ACE DB", "application/x-msaccess"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"\x37\x7f\x06\x82", "application/x-sqlite-wal"),
    (0, b"\x37\x7f\x06\x83", "application/x-sqlite-wal"),
    (0, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", "application/x-sqlite-journal"),
    (0, b"HWP Document File", "application/x-hwp"),
    (0, b"\x78\x9f\x3e\x22", TNEF),
    (0, b"\xffWPC", "application/vnd.wordperfect"),
    (0, b"\x01\xfe\x32\x00", "application/vnd.ms-works"),
    (0, b"\x04\xfe\x01", "application/vnd.ms-works"),
    (0, b"\x06\xfe\x01", "application/vnd.ms-works"),
    (0, b"\xff\x00\x02\x00\x04\x04\x05\x54", "application/vnd.ms-works"),
    (0, b"<MakerFile ", "application/vnd.framemaker"),
    (0, b"<MIFFile ", "application/vnd.mif"),
    (0, b"\xdb\xa5-\x00", "application/msword"),
    (0, b"\x31\xbe\x00\x00", "application/msword"),
    (0, b"\xfe7\x00#", "application/msword"),
    (0, b"\x09\x08\x10\x00\x00\x06\x05\x00", XLS),
    (0, b"\x09\x08\x08\x00\x00\x05\x10\x00", XLS),
    (0, b"\x09\x08\x08\x00\x00\x05\x05\x00", XLS),
    (0, b"\x09\x04\x06\x00", XLS),
    (0, b"\x09\x02\x06\x00", XLS),
    (0, b"\x09\x00\x04\x00\x02\x00\x10\x00", XLS),
    (0, b"age-encryption.org/v1", "application/x-age"),
    (0, b"-----BEGIN AGE ENCRYPTED FILE", "application/x-age"),
    (0, b"-----BEGIN PGP ", PGP),
    (0, b"LUKS\xba\xbe", "application/x-luks"),
    (0, b"EVF\x09\x0d\x0a\xff\x00", EWF),
    (0, b"EVF2\x0d\x0a\x81\x00", EWF),
    (0, b"LVF\x09\x0d\x0a\xff\x00", "application/x-ewf-logical"),
    (0, b"QFI\xfb", "application/x-qemu-disk"),
    (0, b"KDMV", "application/x-vmdk"),
    (0, b"COWD", "application/x-vmdk"),
    (0, b"# Disk DescriptorFile", "application/x-vmdk"),
    (0, b"vhdxfile", "application/x-vhdx"),
    (64, b"\x7f\x10\xda\xbe", "application/x-virtualbox-vdi"),
    (0, b"AFF10\r\n\0", "application/x-aff"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"\xca\xfe\xba\xbe", "application/java-vm"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\x00asm", "application/wasm"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xfa", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (8, b"AIFF", "audio/x-aiff"),
    (8, b"AIFC", "audio/x-aiff"),
    (0, b"MAC ", "audio/x-ape"),
    (0, b"wvpk", "audio/x-wavpack"),
    (0, b"OggS", "application/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"MThd", "audio/midi"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"FWS", "application/x-shockwave-flash"),
    (0, b"CWS", "application/x-shockwave-flash"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
    (0, b"\x00\x00\x01\xba", "video/mpeg"),
    (0, b"\x00\x00\x01\xb3", "video/mpeg"),
    (0, b"\x4c\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (0, b"regf", "application/x-windows-registry"),
    (0, b"ElfFile\x00", "application/x-ms-evtx"),
    (0, b"\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap"),
    (0, b"\xa1\xb2\xc3\xd4", "application/vnd.tcpdump.pcap"),
    (0, b"\x0a\x0d\x0d\x0a", "application/x-pcapng"),
    (0, b"bplist00", "application/x-plist"),
    (0, b"\x00OpenTimestamps\x00", "application/vnd.opentimestamps.ots"),
    (0, b"PAR1", "application/vnd.apache.parquet"),
    (0, b"PARE", "application/vnd.apache.parquet"),
    (0, b"ARROW1\0\0", "application/vnd.apache.arrow.file"),
    (0, b"FEA1", "application/vnd.apache.arrow.file"),
    (0, b"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
    (0, b"\x00\x01\x00\x00\x00", "font/ttf"),
    (0, b"OTTO", "font/otf"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"AC10", "image/vnd.dwg"),
    (0, b"%!PS", "application/postscript"),
    (0, b"\xc5\xd0\xd3\xc6", "application/postscript"),
    (0, b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (0, b"Cr24", "application/x-chrome-extension"),
)
# two bytes that other bytes have by chance: enough for a file, not for a piece of one
_SLIGHT = frozenset(
    ("audio/mpeg", "audio/aac", "application/x-compress", "application/x-arj",
     "application/x-cpio", "application/x-lha",
     "application/vnd.microsoft.portable-executable", "font/ttf", "image/vnd.microsoft.icon")
)  # fmt: skip
_BRANDS = {
    b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heif", b"msf1": "image/heif",
    b"hevc": "image/heic", b"avif": "image/avif", b"avis": "image/avif", b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"3g2a": "video/3gpp",
    b"3gp4": "video/3gpp", b"3gp5": "video/3gpp",
    b"crx ": "image/x-canon-cr3",
}  # fmt: skip
_RIFF = {b"WAVE": "audio/x-wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}
_OOXML = (
    (b"sheet.binary", XLSB),
    (b"spreadsheetml.sheet.main", XLSX),
    (b"spreadsheetml.template.main", XLSX),
    (b"ms-excel.sheet.macroEnabled.main", XLSX),
    (b"ms-excel.template.macroEnabled.main", XLSX),
    (b"ms-excel.addin.macroEnabled.main", XLSX),
    (b"wordprocessingml.document.main", DOCX),
    (b"wordprocessingml.template.main", DOCX),
    (b"ms-word.document.macroEnabled.main", DOCX),
    (b"ms-word.template.macroEnabled", DOCX),
    (b"presentationml.presentation.main", PPTX),
    (b"presentationml.slideshow.main", PPTX),
    (b"presentationml.template.main", PPTX),
    (b"ms-powerpoint.presentation.macroEnabled.main", PPTX),
    (b"ms-powerpoint.slideshow.macroEnabled.main", PPTX),
    (b"ms-powerpoint.template.macroEnabled.main", PPTX),
    (b"ms-visio.drawing", "application/vnd.ms-visio.drawing"),
    (b"ms-visio.template", "application/vnd.ms-visio.drawing"),
    (b"ms-visio.stencil", "application/vnd.ms-visio.drawing"),
    (b"ms-package.xps-fixeddocumentsequence", "application/vnd.ms-xpsdocument"),
)
_INSIDE = (
    ("word/document.xml", DOCX),
    ("word/document2.xml", DOCX),
    ("xl/workbook.xml", XLSX),
    ("xl/workbook.bin", XLSB),
    ("ppt/presentation.xml", PPTX),
    ("visio/document.xml", "application/vnd.ms-visio.drawing"),
    ("FixedDocSeq.fdseq", "application/vnd.ms-xpsdocument"),
    ("FixedDocumentSequence.fdseq", "application/vnd.ms-xpsdocument"),
    ("META-INF/container.xml", EPUB),
    ("AndroidManifest.xml", "application/vnd.android.package-archive"),
    ("META-INF/MANIFEST.MF", "application/java-archive"),
    ("Contents/section0.xml", "application/hwp+zip"),
    ("doc.kml", "application/vnd.google-earth.kmz"),
)
_IWORK = {
    "pages": "application/vnd.apple.pages",
    "key": "application/vnd.apple.keynote",
    "numbers": "application/vnd.apple.numbers",
}
_HEADER = re.compile(
    rb"(?:From|To|Cc|Bcc|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|Delivered-To"
    rb"|Reply-To|Content-Type|X-[\w-]+|DKIM-Signature|Sender|User-Agent|Content-Transfer-Encoding"
    rb"|Thread-[\w-]+|Authentication-Results|ARC-[\w-]+|Organization|Newsgroups|References|Status"
    rb"|Received-SPF|Importance|List-[\w-]+|In-Reply-To|Path|Errors-To|Precedence|Envelope-To"
    rb"|Delivery-Date|Mime-version|Xref|Lines|Approved):",
    re.IGNORECASE,
)
_SURE = re.compile(
    rb"^(?:Received|Return-Path|Message-ID|MIME-Version|Delivered-To|DKIM-Signature|Subject|From"
    rb"|Date|To)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|table|div|script|meta|h1|p)\b", re.I)
_EMLX = re.compile(rb"\d{1,10}[ \t]*\r?\n")
_CONTROL = bytes(n for n in range(32) if n not in (8, 9, 10, 11, 12, 13, 27))
_ENDINGS = {
    "csv": "text/csv", "psv": "text/csv", "tsv": "text/tab-separated-values",
    "tab": "text/tab-separated-values",
    "md": "text/markdown", "markdown": "text/markdown", "json": "application/json",
    "jsonl": "application/json", "geojson": "application/json", "css": "text/css",
    "js": "text/javascript", "yml": "application/yaml", "yaml": "application/yaml",
}  # fmt: skip

_MAY_BE_TABLES = frozenset(("", "txt", "dat", "asc", "out", "dump", "data", "del", "psv", "lst"))

# What a name's ending promises, by families that may stand for each other.
_PROMISES: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (frozenset(endings.split()), frozenset(types.split()))
    for endings, types in (
        ("pdf", "application/pdf"),
        ("docx docm dotx dotm", f"{DOCX} application/x-ooxml-encrypted"),
        ("xlsx xlsm xltx xlsb", f"{XLSX} {XLSB} application/x-ooxml-encrypted"),
        ("pptx pptm ppsx potx", f"{PPTX} application/x-ooxml-encrypted"),
        ("doc dot", "application/msword"),
        ("xls xlt", XLS),
        ("ppt pps pot", "application/vnd.ms-powerpoint"),
        ("msg", "application/vnd.ms-outlook"),
        ("rtf", "application/rtf"),
        ("png", "image/png"),
        ("jpg jpeg", "image/jpeg"),
        ("gif", "image/gif"),
        ("tif tiff", "image/tiff"),
        ("heic heif", "image/heic image/heif"),
        ("odt ott", f"{ODF}text"),
        ("ods ots", f"{ODF}spreadsheet"),
        ("odp otp", f"{ODF}presentation"),
        ("zip", "application/zip"),
        ("tar", TAR),
        ("7z", SEVENZIP),
        ("rar", "application/vnd.rar"),
        ("gz tgz", f"{GZIP} {WARC} {ARC}"),
        ("bz2", BZIP2),
        ("xz", XZ),
        ("eml", EML),
        ("txt log", "text/plain"),
        ("html htm xhtml", f"text/html application/xhtml+xml {chat_kinds.TELEGRAM_HTML}"),
        ("exe dll", "application/vnd.microsoft.portable-executable"),
    )
)


def disagrees(suffix: str, media: str) -> bool:
    """Tell whether a name's ending promises something else than `media`."""
    if media == "application/x-empty":
        return False  # nothing is no other type
    if media.startswith("text/") and suffix in ("txt", "log"):
        return False
    return any(suffix in endings and media not in types for endings, types in _PROMISES)


def sniff(path: Path, suffix: str) -> str:
    """The media type of the file at `path`. `suffix` is its name's ending, "" for none."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head:
        return "application/x-empty"
    if head.startswith(b"PK") and head[2:4] in (b"\x03\x04", b"\x05\x06", b"\x07\x08", b"00"):
        return _zip_kind(path, suffix)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return ole.kind_of(path)
    if (capture := _capture_kind(head)) is not None:
        return capture
    if head.startswith(b"bplist00") and _is_webarchive(path, head):
        return WEBARCHIVE
    if known := _magic(head):
        return known
    if head.startswith(b"BM") and len(head) > 18 and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if b"%PDF-" in head[:1100] or head.lstrip().startswith(b"%PDF-"):
        return "application/pdf"
    if b"{\\rtf" in head[:64]:
        return "application/rtf"
    if is_old_tar(head):
        return TAR
    if head[:3] == b"\x5d\0\0" and head[10:13] in (b"\0\0\0", b"\xff\xff\xff"):
        return LZMA
    if len(head) == HEAD and _is_iso(path):
        return "application/x-iso9660-image"
    if media := _disk_kind(path, head):
        return media
    if _is_pcx(head):
        return "image/x-pcx"
    if re.match(rb"P[1-6]\r?\n(?:#[^\n]*\n)?\s*\d+\s+\d+\s", head[:200]):
        return "image/x-portable-anymap"
    if _is_tga(path, head):
        return "image/x-tga"
    if (text := _unmarked(head)) is not None:
        return _text_kind(text, suffix)
    if _is_dbase(head):
        return "application/x-dbf"
    if suffix in ("fpt", "dbt") and _is_memo(head, suffix, path.stat().st_size):
        return "application/x-dbf-memo"
    if _is_der(head):
        return "application/pkcs7-mime"
    if _zip_within(path, head):
        return "application/zip"
    if b"%PDF-" in head:
        return "application/pdf"
    return UNKNOWN


def _capture_kind(head: bytes) -> str | None:
    """WARC or ARC, packed or not: by the first line of the first record."""
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(31).decompress(head, 512)
        except zlib.error:
            return None
    if re.match(rb"WARC/\d+\.\d+[ \t]*\r?\n", head):
        return WARC
    return ARC if re.match(rb"filedesc://\S+ \S+ \d{8,17} \S+ ", head) else None


def _is_webarchive(path: Path, head: bytes) -> bool:
    """Safari's archive: its keys are named where writers put objects, first or last."""
    if b"WebMainResource" in head:
        return True
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - (1 << 20), 0))
        return b"WebMainResource" in stream.read()


def magic_of(head: bytes) -> str:
    """The media type that the first bytes prove by themselves, "" where they prove none.

    For pieces inside an exhibit: an envelope (zip, OLE) is named as such.
    """
    if head.startswith(b"PK\x03\x04"):
        return "application/zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "application/x-ole-storage"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"{\\rtf"):
        return "application/rtf"
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    found = _magic(head)
    return "" if found in _SLIGHT or found == UNKNOWN else found


def _magic(head: bytes) -> str:
    """The media type by magic numbers, "" where none fits."""
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return "video/quicktime"
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], UNKNOWN)
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]:
        return "video/webm"
    for at, magic, media in _by_first_byte()[head[0]] if head else ():
        if head.startswith(magic, at):
            return media
    return ""


@cache
def _by_first_byte() -> tuple[tuple[tuple[int, bytes, str], ...], ...]:
    """The magic numbers, in their order, that a file with this first byte can have."""
    return tuple(
        tuple(row for row in _MAGIC if row[0] or row[1][0] == first) for first in range(256)
    )


# what a directory or a first part that lies can raise while only its type is asked
_BROKEN = (MemoryError, OverflowError, ValueError, EOFError, struct.error, zlib.error)


def _zip_kind(path: Path, suffix: str) -> str:
    try:
        with Archive(path) as archive:
            return _zip_content(archive, suffix)
    except NotZip:
        return "application/zip"
    except _BROKEN:
        return "application/zip"  # its reader says how it is broken


def _zip_content(archive: Archive, suffix: str) -> str:
    names = archive.by_name
    if (entry := names.get("mimetype")) is not None:
        try:
            media = archive.read(entry, 200).decode("ascii").strip()
        except (MemberBroken, UnicodeDecodeError, ValueError, OSError):
            media = ""
        if media.startswith((ODF, "application/")):
            return media.removesuffix("-template") if media.startswith(ODF) else media
    if (entry := names.get("[Content_Types].xml")) is not None:
        try:
            listing = archive.read(entry, 1 << 22)
        except Exception:  # noqa: BLE001 - a broken list is no type; the names below tell
            listing = b""
        for mark, media in _OOXML:
            if mark in listing:
                return media
    if "datapackage.json" in names and any(n.startswith("archive/") for n in names):
        return WACZ
    for name, media in _INSIDE:
        if name in names:
            return media
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names) or (
        "Index.zip" in names
        or "index.apxl" in names
        or "index.xml" in names
        or "buildVersionHistory.plist" in names
    ):
        if "index.apxl" in names:
            return _IWORK["key"]
        if suffix in _IWORK:
            return _IWORK[suffix]
        if "index.xml" not in names or "buildVersionHistory.plist" in names:
            return "application/vnd.apple.iwork"
    return "application/zip"


def _zip_within(path: Path, head: bytes) -> bool:
    """A zip behind other bytes, as self-extracting archives are."""
    if b"PK\x03\x04" not in head:
        return False
    try:
        with Archive(path) as archive:
            return not archive.salvaged
    except (NotZip, *_BROKEN):
        return False


def is_old_tar(head: bytes) -> bool:
    """A tar of before POSIX: no magic, but a checksum that holds."""
    if len(head) < 512 or not head[0] or head[257:265].strip(b"\0 "):
        return False
    try:
        promised = int(head[148:156].strip(b" \0"), 8)
    except ValueError:
        return False
    return sum(head[:148]) + sum(head[156:512]) + 8 * 32 == promised


def _is_dbase(head: bytes) -> bool:
    """A dBASE table: a version, a date, and a field list that ends where the header says."""
    if len(head) < 65 or head[0] not in (0x02, 0x03, 0x30, 0x31, 0x83, 0x8B, 0xF5):
        return False
    size = int.from_bytes(head[8:10], "little")
    return (
        1 <= head[2] <= 12 and 1 <= head[3] <= 31 and size >= 65 and head[size - 1 : size] == b"\r"
    )


def _is_pcx(head: bytes) -> bool:
    """A PCX picture: a version, run lengths, few planes."""
    return (
        len(head) >= 128 and head[0] == 0x0A and head[1] in (0, 2, 3, 4, 5) and head[2] == 1
        and head[3] in (1, 2, 4, 8) and head[64] == 0 and 1 <= head[65] <= 4
    )  # fmt: skip


def _is_tga(path: Path, head: bytes) -> bool:
    """A Targa picture: by its footer, since its header has no mark."""
    if len(head) < HEAD:
        return head[-26:][8:24] == b"TRUEVISION-XFILE" and len(head) > 18
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - 26, 0))
        return stream.read(26)[8:24] == b"TRUEVISION-XFILE"


def _is_memo(head: bytes, suffix: str, size: int) -> bool:
    """The memos beside a dBASE table: no magic, but the next free block lies at the end."""
    if len(head) < 512:
        return False
    if suffix == "fpt":
        free, block = int.from_bytes(head[:4], "big"), int.from_bytes(head[6:8], "big")
        return 1 <= block <= 16_384 and 0 < free * block <= size + 16_384
    free = int.from_bytes(head[:4], "little")
    block = int.from_bytes(head[20:22], "little") or 512
    return free > 0 and 0 < (free - 1) * block <= size + 16_384


def _disk_kind(path: Path, head: bytes) -> str:
    """A disk image by a table of partitions, a boot sector or a superblock; "" for none."""
    if head[510:512] == b"\x55\xaa" and (
        head[3:11] in (b"NTFS    ", b"EXFAT   ", b"-FVE-FS-")
        or _is_fat(head)
        or _has_partitions(head)
    ):
        return DISK
    if head[512:520] == b"EFI PART" or head[4096:4104] == b"EFI PART":
        return DISK
    if head[1080:1082] == b"\x53\xef" and head[1024:1028] != b"\0\0\0\0":
        return DISK  # ext2 to ext4
    if head[1024:1026] in (b"H+", b"HX") and head[1026:1028] in (b"\0\4", b"\0\5"):
        return DISK
    if head[:2] == b"ER" and head[512:514] == b"PM":
        return DISK  # Apple's table
    if head[32:36] == b"NXSB" or head[:4] == b"XFSB":
        return DISK
    if head[88:90] == b"CS" and head[512:600].strip(b"\0") and head[:8].strip(b"\0"):
        return DISK if len(head) >= 4096 and head[90:92] == b"\1\0" else ""
    tail, far = head[-512:], b""
    if len(head) == HEAD:
        with path.open("rb") as stream:
            stream.seek(max(path.stat().st_size - 512, 0))
            tail = stream.read(512)
            stream.seek(0x10040)
            far = stream.read(8)
    if tail[:4] == b"koly":
        return "application/x-apple-diskimage"
    if tail[:8] == b"conectix" or head[:8] == b"conectix":
        return "application/x-vhd"
    return DISK if far == b"_BHRfS_M" else ""


def _is_fat(head: bytes) -> bool:
    sector = int.from_bytes(head[11:13], "little")
    return (
        head[0] in (0xEB, 0xE9)
        and sector in (512, 1024, 2048, 4096)
        and head[13] in (1, 2, 4, 8, 16, 32, 64, 128)
        and head[16] in (1, 2)
        and head[21] >= 0xF0
    )


def _has_partitions(head: bytes) -> bool:
    """A table of four entries, each empty or with a type, a start and a length."""
    used = 0
    for at in range(446, 510, 16):
        entry = head[at : at + 16]
        if not entry.strip(b"\0"):
            continue
        start, count = (int.from_bytes(entry[n : n + 4], "little") for n in (8, 12))
        if entry[0] not in (0, 0x80) or not entry[4] or not start or not count:
            return False
        used += 1
    return used > 0


def _is_iso(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(0x8001)
        return stream.read(5) == b"CD001"


def _is_der(head: bytes) -> bool:
    """A CMS structure in DER: a SEQUENCE that begins with the OID of PKCS #7."""
    return head[:1] == b"\x30" and b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07" in head[:32]


def _unmarked(head: bytes) -> bytes | None:
    """The head as single-byte text for looking at, None where it is no text."""
    for mark, name in (
        (b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"),
        (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
    ):  # fmt: skip
        if head.startswith(mark):
            return head[len(mark) :].decode(name, "ignore").encode("utf-8")
    if head.count(0):
        # UTF-16 without a mark: the zeros stand on one side only
        even, odd = head[::2].count(0), head[1::2].count(0)
        if min(even, odd) * 20 <= max(even, odd) and max(even, odd) * 8 >= len(head):
            return head.replace(b"\0", b"")
    if (seen := charset.wide(head)) is not None:
        return head.decode(seen, "ignore").encode("utf-8")
    if b"\x1b$)C" in head:
        head = head.translate(None, b"\x0e\x0f")  # the shifts of ISO-2022-KR
    if 1 in head[:1024] and _divides(head, b"\x01"):
        head = head.replace(b"\x01", b"\t")  # tables of Hive
    controls = len(head) - len(head.translate(None, _CONTROL))
    if controls * 100 > len(head):
        return None
    try:
        head.decode("utf-8")
        return head
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start > len(head) - 4:
            return head
    # 8-bit text: C1 bytes are rare in ISO-8859, common in code pages; controls decide
    return head if controls * 1000 <= len(head) else None


def _text_kind(text: bytes, suffix: str) -> str:
    start = text.lstrip()
    if (chat := chat_kinds.chat_kind(text)) is not None:
        return chat
    low = start[:1024].lower()
    if low.startswith(b"<"):
        if b"<!doctype plist" in low and b"<key>WebMainResource</key>" in start:
            return WEBARCHIVE
        kind = _markup_kind(low, start)
        if kind:
            return kind
    if text.startswith((b"From ", b">From ")) and _is_mbox(text):
        return MBOX
    if low.startswith(b"webvtt"):
        return "text/vtt"
    if low.startswith(b"[script info]"):
        return "text/x-ssa"
    if re.match(rb"\d+\s*\r?\n\d+:\d\d:\d\d[,.]\d{1,3} --> \d", start):
        return "application/x-subrip"
    if low.startswith(b"begin:vcard"):
        return "text/vcard"
    if low.startswith(b"begin:vcalendar"):
        return "text/calendar"
    if suffix in ("p7m", "p7s", "p7c") or low.startswith(b"-----begin pkcs7"):
        return "application/pkcs7-mime" if not _HEADER.match(start) else EML
    if (match := _EMLX.match(text)) and _HEADER.match(text[match.end() :]):
        return EMLX
    if _is_mhtml(start, suffix):
        return MHTML
    if suffix not in _ENDINGS and _is_mail(start, suffix):
        return EML
    if re.match(rb"\{\s*\"log\"\s*:\s*\{\s*\"(?:version|creator|browser|pages|entries)\"", start):
        return HAR
    if suffix in _ENDINGS:
        return _ENDINGS[suffix]
    if suffix in ("html", "htm") or (_HTML.search(low) and low.startswith(b"<")):
        return "text/html"
    if low[:1] in (b"{", b"[") and re.match(rb"[\[{]\s*(?:[\"{\[\]}]|-?\d[\d.]*\s*[,\]])", low):
        return "application/json"
    if suffix in _MAY_BE_TABLES and (kind := _table_kind(text)):
        return kind
    return "text/plain"


def _table_kind(text: bytes) -> str:
    """Delimited text by how evenly its lines are divided, "" where they are not."""
    if text[:4].lower() == b"sep=" and text[5:6] in (b"\r", b"\n"):
        return "text/csv"
    if _divides(text, b"\t"):
        return "text/tab-separated-values"
    if any(_divides(text, mark) for mark in (b";", b"|", b"^", b",")):
        return "text/csv"
    return ""


def _divides(text: bytes, mark: bytes) -> bool:
    """Tell whether `mark` divides all the lines into the same number of cells, three or more.

    Commas are of prose too: there the cells must stand without a space after most of them.
    """
    lines = re.split(rb"\r\n?|\n", text)
    if len(text) >= HEAD - 3:
        lines.pop()  # the last is cut
    lines = [line for line in lines if line and not line.startswith(b"#")]
    if len(lines) < (3 if mark in b"\x01^" else 5):
        return False
    if mark == b"|" and lines[0].startswith(b"|"):
        return False  # a table of Markdown
    counts = [re.sub(rb'"[^"]*"', b"", line).count(mark) for line in lines]
    usual = max(set(counts), key=counts.count)
    if usual < 2 or counts.count(usual) < len(counts) * 0.95 or counts[0] != usual:
        return False
    return mark != b"," or text.count(b", ") * 2 < text.count(b",")


def _markup_kind(low: bytes, start: bytes) -> str:
    if b"<plist" in low and b"<html" not in low:
        return "application/x-plist"
    if re.search(rb"<(?:\w+:)?fictionbook[\s>]", low):
        return FB2
    if b"<svg" in low:
        return "image/svg+xml"
    if b"<html" in low or b"<!doctype html" in low:
        return "application/xhtml+xml" if low.startswith(b"<?xml") else "text/html"
    if b"office:document" in low and b"opendocument" in low:
        return "application/vnd.oasis.opendocument.text-flat-xml"
    if re.search(rb"<(?:\w+:)?worddocument\b", low) and b"word/2003/wordml" in low:
        return WORDML
    if b"urn:schemas-microsoft-com:office:spreadsheet" in low and re.search(
        rb"<(?:\w+:)?workbook[\s>]", low
    ):
        return SPREADSHEETML
    if b"<pkg:package" in low:
        return FLAT_OPC
    if low.startswith(b"<?xml"):
        return "application/xml"
    if _HTML.search(start[:4096]):
        return "text/html"
    return ""


def _is_mbox(text: bytes) -> bool:
    """A `From ` line with a date, or headers right after it."""
    first, _, rest = text.partition(b"\n")
    return bool(re.search(rb"\d\d:\d\d", first) or _HEADER.match(rest.lstrip(b">")))


def _is_mhtml(start: bytes, suffix: str) -> bool:
    """A saved page: a multipart/related that no mailer sent."""
    head = re.split(rb"\r?\n\r?\n|\r\r", start, maxsplit=1)[0]
    if not re.search(rb"(?im)^content-type:\s*multipart/(?:related|mixed|alternative)", head):
        return suffix in ("mht", "mhtml") and bool(_HEADER.match(start))
    if suffix in ("mht", "mhtml"):
        return True
    saved = rb"(?im)^(?:from:\s*<?saved by|snapshot-content-location:|x-maf:|content-location:)"
    return bool(re.search(saved, head)) and not re.search(rb"(?im)^(?:to|received):", head)


def _is_mail(start: bytes, suffix: str) -> bool:
    if not re.match(rb"[!-9;-~]+[ \t]*:", start):
        return False
    headers = re.split(rb"\r?\n\r?\n|\r\r", start, maxsplit=1)[0]
    lines = [line for line in re.split(rb"\r\n?|\n", headers) if line[:1] not in (b" ", b"\t")]
    fields = sum(1 for line in lines if re.match(rb"[!-9;-~]+[ \t]*:", line))
    known = {m.group(0).lower().rstrip(b" \t:") for m in _SURE.finditer(headers)}
    if suffix in ("eml", "mail", "msg") and (_HEADER.match(start) or fields == len(lines) > 1):
        return True
    return fields >= 2 and fields * 10 >= len(lines) * 8 and len(known) >= 2
