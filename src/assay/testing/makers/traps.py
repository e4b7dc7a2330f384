"""Files that are made to hurt their reader, each named by its trick.

None of them is large by itself: what they unpack to, point at or claim is. `TRAPS` maps a name
to a function that gives (file name, bytes). They are built by hand, because no honest writer
makes them; what they have in common is that an honest reader must end within its limits and say
so.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable

Made = tuple[str, bytes]
TRAPS: dict[str, Callable[[], Made]] = {}
_MEGA = 1 << 20


def _trap(function: Callable[[], Made]) -> Callable[[], Made]:
    TRAPS[function.__name__.strip("_")] = function
    return function


def _zeros(size: int, packer: Callable[[bytes], bytes]) -> bytes:
    return packer(b"\0" * size)


# ---------------------------------------------------------------- zip, by hand


def _local(name: bytes, body: bytes, method: int, size: int, crc: int, flags: int = 0) -> bytes:
    return (
        struct.pack(
            "<4sHHHHHIIIHH", b"PK\3\4", 20, flags, method, 0, 0x21, crc, len(body), size,
            len(name), 0,
        ) + name + body
    )  # fmt: skip


def _central(
    name: bytes, packed: int, method: int, size: int, crc: int, place: int, flags: int = 0,
    mode: int = 0, extra: bytes = b"",
) -> bytes:  # fmt: skip
    return (
        struct.pack(
            "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 0x314, 20, flags, method, 0, 0x21, crc, packed, size,
            len(name), len(extra), 0, 0, 0, mode << 16, place,
        ) + name + extra
    )  # fmt: skip


def _end(count: int, size: int, place: int, comment: bytes = b"") -> bytes:
    return struct.pack(
        "<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, size, place, len(comment)
    ) + comment  # fmt: skip


def _zip(*entries: tuple[bytes, bytes], mode: int = 0) -> bytes:
    """A stored zip of (raw name, body) pairs; names may be anything."""
    out, directory = bytearray(), bytearray()
    for name, body in entries:
        crc = zlib.crc32(body)
        directory += _central(name, len(body), 0, len(body), crc, len(out), mode=mode)
        out += _local(name, body, 0, len(body), crc)
    return bytes(out) + bytes(directory) + _end(len(entries) & 0xFFFF, len(directory), len(out))


def _deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


def _package(**parts: bytes) -> bytes:
    """A zip of parts; `__` in a name stands for `/`, `_dot_` for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


@_trap
def zip_that_unpacks_to_a_thousand_times_itself() -> Made:
    return "a.zip", _package(**{"zeros.txt": b"\0" * (40 * _MEGA)})


@_trap
def zip_whose_entries_overlap() -> Made:
    """Many entries of the directory share one compressed body (Fifield, 2019)."""
    body = _deflate(b"\0" * (2 * _MEGA))
    crc = zlib.crc32(b"\0" * (2 * _MEGA))
    local = _local(b"0", body, 8, 2 * _MEGA, crc)
    directory = b"".join(_central(b"%d" % n, len(body), 8, 2 * _MEGA, crc, 0) for n in range(2000))
    return "a.zip", local + directory + _end(2000, len(directory), len(local))


@_trap
def zip_of_sixty_thousand_empty_entries() -> Made:
    return "a.zip", _zip(*((b"%d" % n, b"") for n in range(60_000)))


@_trap
def zip_entry_that_claims_four_gigabytes() -> Made:
    body = _deflate(b"short")
    crc = zlib.crc32(b"short")
    local = _local(b"a.txt", body, 8, 0xFFFFFFF0, crc)
    directory = _central(b"a.txt", len(body), 8, 0xFFFFFFF0, crc, 0)
    return "a.zip", local + directory + _end(1, len(directory), len(local))


@_trap
def zip_entry_that_claims_to_be_small() -> Made:
    body = _deflate(b"x" * (20 * _MEGA))
    local = _local(b"a.txt", body, 8, 10, 0)
    directory = _central(b"a.txt", len(body), 8, 10, 0, 0)
    return "a.zip", local + directory + _end(1, len(directory), len(local))


@_trap
def zip_whose_directory_points_outside() -> Made:
    local = _local(b"a.txt", b"here", 0, 4, zlib.crc32(b"here"))
    directory = _central(b"a.txt", 4, 0, 4, zlib.crc32(b"here"), 0x7FFFFFFF)
    return "a.zip", local + directory + _end(1, len(directory), len(local))


@_trap
def zip_whose_comment_holds_another_end() -> Made:
    inner = _end(7, 0, 0)
    local = _local(b"a.txt", b"here", 0, 4, zlib.crc32(b"here"))
    directory = _central(b"a.txt", 4, 0, 4, zlib.crc32(b"here"), 0)
    return "a.zip", local + directory + _end(1, len(directory), len(local), inner)


@_trap
def zip_that_climbs_out_of_its_folder() -> Made:
    return "a.zip", _zip((b"../../../../tmp/escaped.txt", b"out"), (b"in.txt", b"in"))


@_trap
def zip_with_an_absolute_path() -> Made:
    return "a.zip", _zip((b"/tmp/escaped.txt", b"out"), (b"C:\\escaped.txt", b"out"))


@_trap
def zip_with_a_nul_in_a_name() -> Made:
    return "a.zip", _zip((b"a\0.txt", b"one"), (b"", b"two"), (b"/", b""), (b".", b"three"))


@_trap
def zip_with_one_name_a_thousand_times() -> Made:
    return "a.zip", _zip(*((b"same.txt", b"%d" % n) for n in range(1000)))


@_trap
def zip_with_a_name_of_sixty_kilobytes() -> Made:
    return "a.zip", _zip((b"n" * 60_000 + b".txt", b"long"), (b"d/" * 20_000 + b"x", b"deep"))


@_trap
def zip_with_links_in_a_circle() -> Made:
    return "a.zip", _zip((b"a", b"b"), (b"b", b"a"), mode=0o120777)


@_trap
def zip64_that_claims_an_exabyte() -> Made:
    extra = struct.pack("<HHQQQ", 1, 24, 1 << 60, 1 << 60, 0)
    directory = _central(b"a.txt", 0xFFFFFFFF, 0, 0xFFFFFFFF, 0, 0xFFFFFFFF, extra=extra)
    local = _local(b"a.txt", b"here", 0, 4, zlib.crc32(b"here"))
    return "a.zip", local + directory + _end(1, len(directory), len(local))


@_trap
def zip_whose_descriptors_lie() -> Made:
    body = _deflate(b"words " * 50)
    local = _local(b"a.txt", body, 8, 0, 0, flags=8)
    lie = struct.pack("<4sIII", b"PK\7\x08", 1, 2, 3)
    directory = _central(b"a.txt", len(body), 8, 300, 1, 0, flags=8)
    return "a.zip", local + lie + directory + _end(1, len(directory), len(local + lie))


@_trap
def zip_that_promises_more_than_it_holds() -> Made:
    local = _local(b"a.txt", b"here", 0, 4, zlib.crc32(b"here"))
    directory = _central(b"a.txt", 4, 0, 4, zlib.crc32(b"here"), 0)
    return "a.zip", local + directory + _end(65_534, len(directory), len(local))


@_trap
def zip_of_itself_written_by_a_directory_that_points_at_the_whole_file() -> Made:
    """An entry whose stored body is the archive from its first byte on."""
    name = b"self.zip"
    head = 30 + len(name)
    tail = 46 + len(name) + 22
    size = head + tail  # the body is what a reader takes from the start of the file
    local = _local(name, b"", 0, size, 0)
    directory = _central(name, size, 0, size, 0, 0)
    return "a.zip", local + directory + _end(1, len(directory), len(local))


# ---------------------------------------------------------------- one packed file


@_trap
def gzip_of_zeros() -> Made:
    return "a.txt.gz", _zeros(60 * _MEGA, lambda b: gzip.compress(b, mtime=0))


@_trap
def gzip_of_ten_thousand_empty_members() -> Made:
    return "a.txt.gz", gzip.compress(b"", mtime=0) * 10_000


@_trap
def gzip_whose_name_never_ends() -> Made:
    return "a.gz", b"\x1f\x8b\x08\x08" + b"\0" * 6 + b"n" * (2 * _MEGA)


@_trap
def gzip_inside_gzip_forty_deep() -> Made:
    body = b"at the bottom"
    for _ in range(40):
        body = gzip.compress(body, mtime=0)
    return "a.gz", body


@_trap
def bzip2_of_zeros() -> Made:
    return "a.txt.bz2", _zeros(60 * _MEGA, bz2.compress)


@_trap
def xz_of_zeros() -> Made:
    return "a.txt.xz", _zeros(60 * _MEGA, lambda b: lzma.compress(b, preset=1))


@_trap
def xz_that_wants_four_gigabytes_of_dictionary() -> Made:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 26}]
    body = bytearray(lzma.compress(b"words", format=lzma.FORMAT_XZ, filters=filters))
    return "a.xz", bytes(body)


# ---------------------------------------------------------------- tar


def _tar_header(name: bytes, size: bytes, kind: bytes = b"0", link: bytes = b"") -> bytes:
    head = bytearray(512)
    head[0 : len(name[:100])] = name[:100]
    head[100:108] = b"0000644\0"
    head[124:136] = size.ljust(12, b"\0")[:12]
    head[136:148] = b"00000000000\0"
    head[148:156] = b" " * 8
    head[156:157] = kind
    head[157 : 157 + len(link[:100])] = link[:100]
    head[257:265] = b"ustar\x0000"
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def _octal(size: int) -> bytes:
    return b"%011o\0" % size


@_trap
def tar_with_a_negative_size() -> Made:
    return "a.tar", _tar_header(b"a.txt", b"\xff" * 12) + b"\0" * 1024


@_trap
def tar_entry_that_claims_eight_gigabytes() -> Made:
    return "a.tar", _tar_header(b"a.txt", _octal(8**11 - 1)) + b"short".ljust(512, b"\0")


@_trap
def tar_sparse_file_of_a_terabyte() -> Made:
    head = bytearray(_tar_header(b"hole", _octal(512), b"S"))
    head[257:265] = b"ustar  \0"
    head[386:398] = b"\x80" + (1 << 40).to_bytes(11, "big")  # one block at one terabyte
    head[398:410] = _octal(512)
    head[483:495] = b"\x80" + ((1 << 40) + 512).to_bytes(11, "big")
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return "a.tar", bytes(head) + b"x" * 512 + b"\0" * 1024


@_trap
def tar_whose_pax_header_claims_a_gigabyte() -> Made:
    header = _tar_header(b"pax", _octal(1 << 30), b"x")
    return "a.tar", header + b"30 path=never\n".ljust(512, b"\0")


@_trap
def tar_whose_pax_size_lies() -> Made:
    record = b"20 size=99999999999\n"
    pax = _tar_header(b"pax", _octal(len(record)), b"x") + record.ljust(512, b"\0")
    return "a.tar", pax + _tar_header(b"a.txt", _octal(5)) + b"words".ljust(1536, b"\0")


@_trap
def tar_with_links_in_a_circle_and_out() -> Made:
    return "a.tar", (
        _tar_header(b"a", _octal(0), b"2", b"b") + _tar_header(b"b", _octal(0), b"1", b"a")
        + _tar_header(b"out", _octal(0), b"2", b"/etc/passwd")
        + _tar_header(b"out/x.txt", _octal(5)) + b"words".ljust(512, b"\0") + b"\0" * 1024
    )  # fmt: skip


@_trap
def tar_with_a_long_name_of_a_megabyte() -> Made:
    name = b"n" * _MEGA
    long = _tar_header(b"././@LongLink", _octal(len(name)), b"L") + name
    return "a.tar", long + _tar_header(b"n", _octal(2)) + b"x".ljust(512, b"\0") + b"\0" * 1024


@_trap
def tar_of_twenty_thousand_headers() -> Made:
    head = _tar_header(b"e", _octal(0))
    return "a.tar", head * 20_000 + b"\0" * 1024


# ---------------------------------------------------------------- PDF


def _pdf(*objects: bytes, trailer: bytes = b"/Root 1 0 R", prev: int | None = None) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    more = b"" if prev is None else b" /Prev %d" % (start if prev < 0 else prev)
    out += b"trailer\n<< /Size %d %b%b >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, trailer, more, start,
    )  # fmt: skip
    return bytes(out)


_CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
_PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_FONT = b"/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"


def _stream(body: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(body), more, body)


def _page(content: bytes, more: bytes = b"", filters: bytes = b"") -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R %b %b >>"
    return _pdf(_CATALOGUE, _PAGES, page % (_FONT, more), _stream(content, filters))


_WORDS = b"BT /F 12 Tf 20 200 Td (words) Tj ET "


@_trap
def pdf_whose_page_unpacks_to_a_hundred_megabytes() -> Made:
    return "a.pdf", _page(zlib.compress(b"\n" * (100 * _MEGA)), filters=b"/Filter /FlateDecode")


@_trap
def pdf_packed_thirty_times() -> Made:
    body = b"q Q " * 1000
    for _ in range(30):
        body = zlib.compress(body)
    return "a.pdf", _page(body, filters=b"/Filter [%b]" % (b"/FlateDecode " * 30))


@_trap
def pdf_whose_page_tree_is_a_circle() -> Made:
    tree = b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R >>"
    return "a.pdf", _pdf(_CATALOGUE, tree)


@_trap
def pdf_whose_page_tree_doubles_thirty_times() -> Made:
    nodes = [
        b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 2 >>" % (n + 3, n + 3) for n in range(30)
    ]
    leaf = b"<< /Type /Page /MediaBox [0 0 9 9] >>"
    return "a.pdf", _pdf(_CATALOGUE, *nodes, leaf)


@_trap
def pdf_that_claims_a_billion_pages() -> Made:
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1000000000 >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    return "a.pdf", _pdf(_CATALOGUE, pages, page)


@_trap
def pdf_whose_earlier_section_is_itself() -> Made:
    return "a.pdf", _pdf(_CATALOGUE, _PAGES, b"<< /Type /Page /Parent 2 0 R >>", prev=-1)


@_trap
def pdf_whose_object_stream_holds_itself() -> Made:
    packed = _stream(b"4 0 << /Type /ObjStm /N 1 /First 4 >>", b"/Type /ObjStm /N 1 /First 4 "
                     b"/Extends 4 0 R")  # fmt: skip
    page = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>"
    return "a.pdf", _pdf(_CATALOGUE, _PAGES, page, packed)


@_trap
def pdf_whose_forms_double_twenty_five_times() -> Made:
    forms = []
    for n in range(25):
        inner = b"/Resources << /XObject << /X %d 0 R >> >>" % (n + 6)
        forms.append(
            _stream(b"/X Do /X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] " + inner)
        )
    last = _stream(b"0 0 1 1 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Resources << " \
           b"/XObject << /X 5 0 R >> >> >>"  # fmt: skip
    return "a.pdf", _pdf(_CATALOGUE, _PAGES, page, _stream(b"/X Do"), *forms, last)


@_trap
def pdf_whose_form_draws_itself() -> Made:
    form = _stream(b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] "
                   b"/Resources << /XObject << /X 5 0 R >> >>")  # fmt: skip
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << " \
           b"/XObject << /X 5 0 R >> >> >>"  # fmt: skip
    return "a.pdf", _pdf(_CATALOGUE, _PAGES, page, _stream(b"/X Do"), form)


@_trap
def pdf_page_as_large_as_a_country() -> Made:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1e12 1e12] /Contents 4 0 R %b >>" % _FONT
    return "a.pdf", _pdf(_CATALOGUE, _PAGES, page, _stream(_WORDS))


@_trap
def pdf_with_a_million_words_in_one_place() -> Made:
    body = b"BT /F 12 Tf 20 200 Td " + b"(word) Tj " * 60_000 + b"ET"
    return "a.pdf", _page(zlib.compress(body), filters=b"/Filter /FlateDecode")


@_trap
def pdf_with_arrays_a_hundred_thousand_deep() -> Made:
    return "a.pdf", _page(b"[" * 100_000 + b"]" * 100_000 + b" TJ " + _WORDS)


@_trap
def pdf_with_dictionaries_fifty_thousand_deep() -> Made:
    deep = b"<< /A " * 50_000 + b"1" + b" >>" * 50_000
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    return "a.pdf", _pdf(_CATALOGUE, _PAGES, page, deep)


@_trap
def pdf_whose_outline_is_a_circle() -> Made:
    catalogue = b"<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    outline = b"<< /First 5 0 R /Last 5 0 R >>"
    item = b"<< /Title (again) /Parent 4 0 R /Next 5 0 R /First 5 0 R /Last 5 0 R >>"
    return "a.pdf", _pdf(catalogue, _PAGES, page, outline, item)


@_trap
def pdf_whose_tree_of_attachments_is_a_circle() -> Made:
    catalogue = b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 4 0 R >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    tree = b"<< /Kids [4 0 R 4 0 R] /Limits [(a) (z)] >>"
    return "a.pdf", _pdf(catalogue, _PAGES, page, tree)


@_trap
def pdf_whose_form_fields_are_a_circle() -> Made:
    catalogue = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Annots [4 0 R] >>"
    field = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (v) /Kids [4 0 R] " \
            b"/Parent 4 0 R /Rect [0 0 5 5] >>"  # fmt: skip
    return "a.pdf", _pdf(catalogue, _PAGES, page, field)


@_trap
def pdf_with_a_picture_of_sixty_thousand_squared() -> Made:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Resources << " \
           b"/XObject << /I 5 0 R >> >> >>"  # fmt: skip
    image = _stream(
        zlib.compress(b"\0" * _MEGA),
        b"/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 8 "
        b"/ColorSpace /DeviceRGB /Filter /FlateDecode",
    )
    return "a.pdf", _pdf(_CATALOGUE, _PAGES, page, _stream(b"300 0 0 300 0 0 cm /I Do"), image)


@_trap
def pdf_with_a_fax_of_a_million_columns() -> Made:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Resources << " \
           b"/XObject << /I 5 0 R >> >> >>"  # fmt: skip
    image = _stream(
        b"\0" * 5000,
        b"/Type /XObject /Subtype /Image /Width 1000000 /Height 1000000 /BitsPerComponent 1 "
        b"/ColorSpace /DeviceGray /Filter /CCITTFaxDecode "
        b"/DecodeParms << /K -1 /Columns 1000000 /Rows 1000000 >>",
    )
    return "a.pdf", _pdf(_CATALOGUE, _PAGES, page, _stream(b"300 0 0 300 0 0 cm /I Do"), image)


@_trap
def pdf_whose_font_maps_a_million_letters() -> Made:
    ranges = b"".join(b"<%04X> <%04X> <%04X>\n" % (n, n, 65 + n % 26) for n in range(60_000))
    cmap = b"/CIDInit /ProcSet findresource begin begincmap 60000 beginbfrange\n" + ranges
    cmap += b"endbfrange endcmap end"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R " \
           b"/Resources << /Font << /F 5 0 R >> >> >>"  # fmt: skip
    packed = _stream(zlib.compress(cmap), b"/Filter /FlateDecode")
    return "a.pdf", _pdf(_CATALOGUE, _PAGES, page, _stream(_WORDS), font, packed)


@_trap
def pdf_whose_colour_is_a_program_nested_ten_thousand_deep() -> Made:
    program = b"{" * 10_000 + b"1" + b"}" * 10_000
    space = b"[/Separation /Spot /DeviceGray 5 0 R]"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << " \
           b"/ColorSpace << /C %b >> >> >>" % space  # fmt: skip
    function = _stream(program, b"/FunctionType 4 /Domain [0 1] /Range [0 1]")
    return "a.pdf", _pdf(_CATALOGUE, _PAGES, page, _stream(b"/C cs 1 scn 0 0 9 9 re f"), function)


@_trap
def pdf_whose_length_points_at_itself() -> Made:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>"
    loop = b"<< /Length 4 0 R >>\nstream\nq Q\nendstream"
    return "a.pdf", _pdf(_CATALOGUE, _PAGES, page, loop)


# ---------------------------------------------------------------- pictures


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(width: int, height: int, *chunks: bytes, pixels: bytes = b"\0" * 4000) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + _chunk(
        b"IDAT", zlib.compress(pixels)
    ) + _chunk(b"IEND", b"")  # fmt: skip


@_trap
def png_of_sixty_thousand_squared() -> Made:
    return "a.png", _png(60_000, 60_000)


@_trap
def png_whose_text_unpacks_to_fifty_megabytes() -> Made:
    text = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * (50 * _MEGA)))
    return "a.png", _png(10, 10, text)


@_trap
def png_whose_colour_profile_unpacks_to_fifty_megabytes() -> Made:
    profile = _chunk(b"iCCP", b"p\0\0" + zlib.compress(b"\0" * (50 * _MEGA)))
    return "a.png", _png(10, 10, profile)


@_trap
def png_with_fifty_thousand_comments() -> Made:
    return "a.png", _png(10, 10, _chunk(b"tEXt", b"k\0v") * 50_000)


def _tiff(entries: list[tuple[int, int, int, int]], following: int) -> bytes:
    body = struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", len(entries))
    for tag, kind, count, value in entries:
        body += struct.pack("<HHII", tag, kind, count, value)
    return body + struct.pack("<I", following)


@_trap
def tiff_whose_pages_are_a_circle() -> Made:
    entries = [(256, 3, 1, 10), (257, 3, 1, 10), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
               (273, 4, 1, 200), (278, 3, 1, 10), (279, 4, 1, 100)]  # fmt: skip
    return "a.tif", _tiff(entries, 8).ljust(400, b"\0")


@_trap
def tiff_of_sixty_thousand_squared() -> Made:
    entries = [(256, 4, 1, 60_000), (257, 4, 1, 60_000), (258, 3, 1, 8), (259, 3, 1, 1),
               (262, 3, 1, 1), (273, 4, 1, 200), (278, 4, 1, 60_000), (279, 4, 1, 100)]  # fmt: skip
    return "a.tif", _tiff(entries, 0).ljust(400, b"\0")


@_trap
def tiff_with_an_entry_of_a_billion_values() -> Made:
    entries = [(256, 3, 1, 10), (257, 3, 1, 10), (259, 3, 1, 1), (262, 3, 1, 1),
               (273, 4, 1 << 30, 8), (279, 4, 1 << 30, 8), (700, 7, 0x7FFFFFFF, 8)]  # fmt: skip
    return "a.tif", _tiff(entries, 0).ljust(400, b"\0")


@_trap
def gif_of_sixty_thousand_squared() -> Made:
    screen = struct.pack("<HHBBB", 60_000, 60_000, 0x80, 0, 0) + b"\0" * 6
    frame = b"," + struct.pack("<HHHHB", 0, 0, 60_000, 60_000, 0) + b"\x02\x01\x4c\0"
    return "a.gif", b"GIF89a" + screen + frame + b";"


@_trap
def gif_of_twenty_thousand_frames() -> Made:
    screen = struct.pack("<HHBBB", 2, 2, 0x80, 0, 0) + b"\0" * 3 + b"\xff" * 3
    frame = b"," + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\x02\x03\x84\x51\x05\0"
    return "a.gif", b"GIF89a" + screen + frame * 20_000 + b";"


@_trap
def bmp_of_sixty_thousand_squared() -> Made:
    head = struct.pack("<2sIHHI", b"BM", 154, 0, 0, 54)
    return "a.bmp", head + struct.pack(
        "<IiiHHIIiiII", 40, 60_000, 60_000, 1, 24, 0, 100, 0, 0, 0, 0
    ) + b"\0" * 100  # fmt: skip


@_trap
def jpeg_of_sixty_five_thousand_squared() -> Made:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, 65_500, 65_500, 3)
    frame += b"\1\x22\0\2\x11\1\3\x11\1"
    return "a.jpg", b"\xff\xd8" + frame + b"\xff\xd9"


@_trap
def jpeg_whose_exif_is_a_circle() -> Made:
    tiff = _tiff([(0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0xA005, 4, 1, 8)], 8)
    body = b"Exif\0\0" + tiff
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 8, 8, 1) + b"\1\x11\0"
    exif = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    return "a.jpg", b"\xff\xd8" + exif + frame + b"\xff\xd9"


@_trap
def icon_that_claims_sixty_thousand_pictures() -> Made:
    entry = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, 0x7FFFFFFF, 22)
    return "a.ico", struct.pack("<HHH", 0, 1, 60_000) + entry * 50


# ---------------------------------------------------------------- XML, SVG, office packages

_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
    + b"]>"
)


@_trap
def xml_billion_laughs() -> Made:
    return "a.xml", _LAUGHS + b"<a>&m;</a>"


@_trap
def xml_quadratic_blow_up() -> Made:
    entity = b'<!DOCTYPE a [<!ENTITY a "%b">]>' % (b"x" * 100_000)
    return "a.xml", b'<?xml version="1.0"?>' + entity + b"<a>" + b"&a;" * 20_000 + b"</a>"


@_trap
def xml_that_asks_for_a_file() -> Made:
    return "a.xml", (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>'
    )


@_trap
def xml_that_asks_for_an_address() -> Made:
    return "a.xml", (
        b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd" '
        b'[<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]><a/>'
    )


@_trap
def xml_nested_a_hundred_thousand_deep() -> Made:
    return "a.xml", b'<?xml version="1.0"?>' + b"<a>" * 100_000 + b"</a>" * 100_000


@_trap
def xml_with_a_hundred_thousand_attributes() -> Made:
    many = b"".join(b' a%d="v"' % n for n in range(100_000))
    return "a.xml", b'<?xml version="1.0"?><a' + many + b"/>"


@_trap
def xml_with_a_name_of_five_megabytes() -> Made:
    name = b"n" * (5 * _MEGA)
    return "a.xml", b'<?xml version="1.0"?><' + name + b">words</" + name + b">"


@_trap
def svg_whose_parts_use_each_other_thirty_times() -> Made:
    groups = b"".join(
        b'<g id="g%d"><use href="#g%d"/><use href="#g%d"/></g>' % (n, n + 1, n + 1)
        for n in range(30)
    )
    return "a.svg", (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9e9" height="9e9"><text>words</text>'
        + groups + b'<g id="g30"/></svg>'
    )  # fmt: skip


_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    b'content-types"><Override PartName="/%b" ContentType="application/vnd.openxmlformats-'
    b'officedocument.%b.main+xml"/></Types>'
)
_W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_S = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _docx(document: bytes) -> bytes:
    return _package(**{
        "[Content_Types].xml": _TYPES % (b"word/document.xml", b"wordprocessingml.document"),
        "word/document.xml": document,
    })  # fmt: skip


def _xlsx(sheet: bytes, **more: bytes) -> bytes:
    workbook = (
        b"<workbook %b xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/"
        b"relationships'><sheets><sheet name='S' sheetId='1' r:id='rId1'/></sheets></workbook>" % _S
    )
    relations = (
        b"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
        b"<Relationship Id='rId1' Type='http://schemas.openxmlformats.org/officeDocument/2006/"
        b"relationships/worksheet' Target='worksheets/sheet1.xml'/><Relationship Id='rId2' Type="
        b"'http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings' "
        b"Target='sharedStrings.xml'/></Relationships>"
    )
    return _package(**{
        "[Content_Types].xml": _TYPES % (b"xl/workbook.xml", b"spreadsheetml.sheet"),
        "xl/workbook.xml": workbook,
        "xl/_rels/workbook.xml.rels": relations,
        "xl/worksheets/sheet1.xml": b"<worksheet %b>" % _S + sheet + b"</worksheet>",
        **more,
    })  # fmt: skip


@_trap
def docx_that_holds_a_hundred_megabytes_of_xml() -> Made:
    filler = b"<w:p><w:r><w:t>" + b"x" * (100 * _MEGA) + b"</w:t></w:r></w:p>"
    return "a.docx", _docx(b"<w:document %b><w:body>" % _W + filler + b"</w:body></w:document>")


@_trap
def docx_nested_fifty_thousand_deep() -> Made:
    deep = b"<w:sdt><w:sdtContent>" * 50_000
    return "a.docx", _docx(b"<w:document %b><w:body>" % _W + deep)


@_trap
def docx_with_laughing_entities() -> Made:
    body = _LAUGHS.replace(b"<!DOCTYPE a", b"<!DOCTYPE w:document")
    text = b"<w:document %b><w:body><w:p><w:r><w:t>&m;</w:t></w:r></w:p></w:body></w:document>" % _W
    return "a.docx", _docx(body + text)


@_trap
def docx_that_embeds_itself_as_a_part() -> Made:
    inner = _docx(b"<w:document %b><w:body/></w:document>" % _W)
    for depth in range(14):
        out = io.BytesIO(inner)
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"word/embeddings/again{depth}.docx", inner)
        inner = out.getvalue()
    return "a.docx", inner


@_trap
def xlsx_whose_one_cell_is_the_last_of_the_sheet() -> Made:
    rows = b"<row r='1048576'><c r='XFD1048576'><v>7</v></c></row>"
    sheet = b"<dimension ref='A1:XFD1048576'/><sheetData>" + rows + b"</sheetData>"
    return "a.xlsx", _xlsx(sheet)


@_trap
def xlsx_whose_corners_both_hold_a_word() -> Made:
    rows = b"<row r='1'><c r='A1'><v>1</v></c></row>"
    rows += b"<row r='1048576'><c r='XFD1048576'><v>7</v></c></row>"
    return "a.xlsx", _xlsx(b"<sheetData>" + rows + b"</sheetData>")


@_trap
def xlsx_whose_shared_words_multiply() -> Made:
    strings = b"<sst %b count='1' uniqueCount='1'><si><t>%b</t></si></sst>" % (_S, b"x" * 30_000)
    cell = b"<c t='s'><v>0</v></c>"
    row = b"<row>" + cell * 1000 + b"</row>"
    sheet = b"<sheetData>" + row * 200 + b"</sheetData>"
    return "a.xlsx", _xlsx(sheet, **{"xl/sharedStrings.xml": strings})


@_trap
def xlsx_with_a_hundred_thousand_merged_cells() -> Made:
    merged = b"".join(b"<mergeCell ref='A%d:B%d'/>" % (n, n) for n in range(1, 100_001))
    sheet = b"<sheetData><row r='1'><c r='A1'><v>1</v></c></row></sheetData><mergeCells>"
    return "a.xlsx", _xlsx(sheet + merged + b"</mergeCells>")


@_trap
def xlsx_that_uses_a_string_that_is_not_there() -> Made:
    return "a.xlsx", _xlsx(b"<sheetData><row><c t='s'><v>4294967295</v></c></row></sheetData>")


def _odf(kind: bytes, content: bytes) -> bytes:
    spaces = (
        b'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", b"application/vnd.oasis.opendocument." + kind,
                         zipfile.ZIP_STORED)  # fmt: skip
        archive.writestr("content.xml", (
            b'<?xml version="1.0"?><office:document-content %b><office:body>' % spaces
            + content + b"</office:body></office:document-content>"
        ))  # fmt: skip
    return out.getvalue()


@_trap
def odt_that_repeats_a_space_a_billion_times() -> Made:
    body = b'<office:text><text:p>a<text:s text:c="1000000000"/>b</text:p></office:text>'
    return "a.odt", _odf(b"text", body)


@_trap
def ods_that_repeats_a_cell_a_billion_times() -> Made:
    body = (
        b'<office:spreadsheet><table:table table:name="t"><table:table-row '
        b'table:number-rows-repeated="1000000"><table:table-cell '
        b'table:number-columns-repeated="16000" office:value-type="string"><text:p>word</text:p>'
        b"</table:table-cell></table:table-row></table:table></office:spreadsheet>"
    )
    return "a.ods", _odf(b"spreadsheet", body)


@_trap
def odt_nested_fifty_thousand_deep() -> Made:
    return "a.odt", _odf(b"text", b"<office:text>" + b"<text:section>" * 50_000)


# ---------------------------------------------------------------- HTML, RTF


@_trap
def html_with_two_hundred_thousand_open_boxes() -> Made:
    return "a.html", b"<html><body>" + b"<div>" * 200_000 + b"words"


@_trap
def html_with_an_attribute_of_ten_megabytes() -> Made:
    return "a.html", b"<html><body><p title='" + b"x" * (10 * _MEGA) + b"'>words</p>"


@_trap
def html_with_tables_in_tables_in_tables() -> Made:
    return "a.html", b"<html><body>" + b"<table><tr><td>" * 20_000 + b"words"


@_trap
def html_of_half_a_million_entities() -> Made:
    return "a.html", b"<html><body>" + b"&amp;&#x10FFFF;&bogus;" * 150_000


@_trap
def html_whose_tags_never_close() -> Made:
    return "a.html", b"<html><body>" + b"<a <b <c " * 200_000


@_trap
def html_whose_formats_must_be_opened_again() -> Made:
    """Each paragraph opens all formats again that were left open before it (adoption agency)."""
    return "a.html", b"<html><body>" + b"".join(b"<b id=%d><p>x" % n for n in range(20_000))


@_trap
def rtf_with_five_hundred_thousand_open_braces() -> Made:
    return "a.rtf", b"{\\rtf1 words " + b"{" * 500_000


@_trap
def rtf_whose_binary_part_claims_two_gigabytes() -> Made:
    return "a.rtf", b"{\\rtf1 before {\\pict\\bin2147483647 x} after}"


@_trap
def rtf_whose_picture_has_half_a_digit() -> Made:
    return "a.rtf", b"{\\rtf1 before {\\pict\\pngblip " + b"89504e4" * 100_001 + b"} after}"


@_trap
def rtf_of_a_million_control_words() -> Made:
    return "a.rtf", b"{\\rtf1 " + b"\\b\\i0\\u-3\\'ff" * 100_000 + b" words}"


# ---------------------------------------------------------------- mail

_HEAD = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: s\r\nMIME-Version: 1.0\r\n"


@_trap
def mail_with_parts_three_thousand_deep() -> Made:
    body = b"Content-Type: text/plain\r\n\r\nat the bottom"
    for n in range(3000):
        body = (
            b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
            + body + b"\r\n--b%d--" % n
        )  # fmt: skip
    return "a.eml", _HEAD + body


@_trap
def mail_with_messages_in_messages_five_hundred_deep() -> Made:
    body = b"Content-Type: text/plain\r\n\r\nat the bottom"
    for _ in range(500):
        body = b"Content-Type: message/rfc822\r\n\r\n" + _HEAD + body
    return "a.eml", _HEAD + body


@_trap
def envelope_whose_pieces_claim_what_lies_behind_them() -> Made:
    pieces = b"\x24\x06\x24\x02" * 60  # each has two in it, and both go on behind it
    data = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
    octets = b"\x24\x81\xf0" + pieces
    held = b"\xa0\x81" + bytes([len(octets)]) + octets
    body = data + held
    return "a.p7m", b"\x30\x82" + len(body).to_bytes(2, "big") + body


@_trap
def mail_with_a_header_of_ten_megabytes() -> Made:
    return "a.eml", b"X-Long: " + b"x" * (10 * _MEGA) + b"\r\n" + _HEAD + b"\r\nwords"


@_trap
def mail_with_fifty_thousand_headers() -> Made:
    return "a.eml", _HEAD + b"".join(b"X-%d: v\r\n" % n for n in range(50_000)) + b"\r\nwords"


@_trap
def mail_with_fifty_thousand_parts() -> Made:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    return "a.eml", (
        _HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + part * 50_000 + b"--b--"
    )


@_trap
def mail_whose_boundary_is_empty() -> Made:
    kind = b'Content-Type: multipart/mixed; boundary=""\r\n\r\n'
    return "a.eml", _HEAD + kind + b"--\r\n" * 50_000


@_trap
def mail_whose_words_are_encoded_a_hundred_thousand_times() -> Made:
    subject = b"Subject: " + b" =?utf-8?q?=41?=" * 100_000 + b"\r\n"
    return "a.eml", b"From: a@example.org\r\n" + subject + b"\r\nwords"


@_trap
def mail_whose_recipients_are_all_brackets() -> Made:
    to = b"To: " + b'(<",' * 50_000
    return "a.eml", b"From: a@example.org\r\n" + to + b"\r\nSubject: s\r\n\r\nwords"


@_trap
def mail_whose_base64_is_not() -> Made:
    body = base64.b64encode(b"words " * 100).replace(b"d", b"\x80=", 40)
    return "a.eml", _HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + body


@_trap
def mail_whose_signature_stands_above_long_lines() -> Made:
    """A bare rule, then more lines than a signature has: an expression may try all ways."""
    return "a.eml", _HEAD + b"\r\nwords\n--\n" + (b"x" * 400 + b"\n") * 12


@_trap
def zip_whose_directory_claims_more_than_the_file() -> Made:
    local = _local(b"a.txt", b"here", 0, 4, zlib.crc32(b"here"))
    directory = _central(b"a.txt", 4, 0, 4, zlib.crc32(b"here"), 0)
    return "a.zip", local + directory + _end(1, 0xFFFFFFF0, len(local))


@_trap
def rar_that_is_its_mark_alone() -> Made:
    return "a.rar", b"Rar!\x1a\x07\x01\x00"


@_trap
def odf_whose_first_part_is_no_deflate() -> Made:
    local = _local(b"mimetype", b"\xff\xff\xff\xff", 8, 40, 0)
    directory = _central(b"mimetype", 4, 8, 40, 0, 0)
    return "a.odt", local + directory + _end(1, len(directory), len(local))


@_trap
def mailbox_that_begins_a_message_on_every_line() -> Made:
    line = b"From a@example.org Mon Mar  4 09:00:00 2019\n"
    return "a.mbox", line * 20_000


@_trap
def calendar_folded_two_hundred_thousand_times() -> Made:
    return "a.ics", b"BEGIN:VCALENDAR\r\nSUMMARY:" + b"x\r\n " * 200_000 + b"\r\nEND:VCALENDAR\r\n"


# ---------------------------------------------------------------- OLE and other structures


def _ole(fat: list[int], directory: bytes, first: int = 1) -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, first, 0, 4096,
                        0xFFFFFFFE, 0, 0xFFFFFFFE, 0)  # fmt: skip
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", *(fat + [0xFFFFFFFF] * (128 - len(fat))))
    return head + table + directory.ljust(512 * 4, b"\0")


def _entry(name: str, kind: int, left: int, right: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    return raw.ljust(64, b"\0") + struct.pack(
        "<HBBIII16xI16xIQ", len(raw) + 2, kind, 1, left, right, child, 0, start, size
    )  # fmt: skip


_NONE = 0xFFFFFFFF


@_trap
def ole_whose_chain_of_sectors_is_a_circle() -> Made:
    directory = _entry("Root Entry", 5, _NONE, _NONE, 1, 0xFFFFFFFE, 0)
    directory += _entry("WordDocument", 2, _NONE, _NONE, _NONE, 2, 1 << 30)
    return "a.doc", _ole([0xFFFFFFFD, 0xFFFFFFFE, 3, 2], directory)


@_trap
def ole_whose_directory_is_a_circle() -> Made:
    directory = _entry("Root Entry", 5, _NONE, _NONE, 1, 0xFFFFFFFE, 0)
    directory += _entry("WordDocument", 2, 2, 2, _NONE, 2, 600)
    directory += _entry("1Table", 1, 1, 1, 1, 2, 600)
    return "a.doc", _ole([0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE], directory)


@_trap
def ole_whose_directory_never_ends() -> Made:
    directory = _entry("Root Entry", 5, _NONE, _NONE, _NONE, 0xFFFFFFFE, 0)
    return "a.xls", _ole([0xFFFFFFFD, 1], directory)


@_trap
def gif_whose_second_frame_is_sixty_thousand_squared() -> Made:
    head = b"GIF89a" + struct.pack("<HHBBB", 40, 20, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    pixels = b"\x02\x03\x84\x8f\x05\0"  # broken off: no reader needs more to make room for it
    frames = b"".join(
        b"\x21\xf9\x04\0\x64\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, *size, 0) + pixels
        for size in ((40, 20), (60_000, 60_000))
    )
    return "a.gif", head + frames + b";"


@_trap
def rtf_whose_pictures_stand_in_each_other() -> Made:
    return "a.rtf", b"{\\rtf1 words " + b"{\\pict" * 150_000 + b"}" * 150_000 + b"}"


@_trap
def message_whose_table_of_sectors_is_a_circle() -> Made:
    """The table goes on in a sector that names itself as the one it goes on in."""
    directory = _entry("Root Entry", 5, _NONE, _NONE, 1, 0xFFFFFFFE, 0)
    directory += _entry("__properties_version1.0", 2, _NONE, _NONE, _NONE, 0xFFFFFFFE, 0)
    body = bytearray(_ole([0xFFFFFFFD, 0xFFFFFFFE], directory))
    body[68:76] = struct.pack("<II", 3, 0xFFFFFFF0)
    return "a.msg", bytes(body) + struct.pack("<128I", *[_NONE] * 127, 6) + b"\0" * 512


@_trap
def workbook_whose_directory_goes_round_its_sectors() -> Made:
    directory = _entry("Root Entry", 5, _NONE, _NONE, 1, 0xFFFFFFFE, 0)
    directory += _entry("Workbook", 2, _NONE, _NONE, _NONE, 0xFFFFFFFE, 0)
    return "a.xls", _ole([0xFFFFFFFD, 2, 3, 4, 1], directory)


@_trap
def sqlite_whose_tree_is_a_circle() -> Made:
    page = bytearray(4096)
    page[0:100] = (
        b"SQLite format 3\0" + struct.pack(">HBBBBBB", 4096, 1, 1, 0, 64, 32, 32) + b"\0\0\0\1"
        + struct.pack(">III", 2, 1, 1) + b"\0" * 60
    )[:100].ljust(100, b"\0")  # fmt: skip
    page[100:112] = struct.pack(">BHHHBI", 5, 0, 1, 4000, 0, 1)
    page[112:114] = struct.pack(">H", 4000)
    page[4000:4005] = struct.pack(">IB", 1, 1)
    second = bytearray(4096)
    second[0:12] = struct.pack(">BHHHBI", 5, 0, 0, 4096, 0, 1)
    return "a.sqlite", bytes(page + second)


@_trap
def json_nested_a_hundred_thousand_deep() -> Made:
    return "a.json", b"[" * 100_000 + b"]" * 100_000


@_trap
def csv_with_a_million_columns() -> Made:
    return "a.csv", b"a," * 1_000_000 + b"\n" + b"1," * 1_000_000


@_trap
def csv_whose_quote_never_closes() -> Made:
    return "a.csv", b'a,b\n1,"' + b"x,y\n" * 300_000


@_trap
def text_of_one_line_of_sixty_megabytes() -> Made:
    return "a.txt", b"word " * (12 * _MEGA)


@_trap
def text_of_sixteen_bits_and_a_half() -> Made:
    return "a.txt", "\ufeffwords and words ".encode("utf-16-le") * 5000 + b"\x00\xd8x"


@_trap
def text_that_stacks_marks_on_one_letter() -> Made:
    return "a.txt", ("a" + "\u0301" * 300_000).encode()


@_trap
def text_that_turns_direction_at_every_letter() -> Made:
    return "a.txt", ("a\u202eb\u202c\u2066c\u2069\u200f" * 50_000).encode()


@_trap
def text_of_a_million_letters_without_a_space() -> Made:
    return "a.txt", b"x" * 1_000_000 + "字".encode() * 300_000


@_trap
def text_of_two_million_spaces() -> Made:
    return "a.txt", b"From: " + b" \t" * 1_000_000 + b":"


@_trap
def text_that_is_all_control_characters() -> Made:
    return "a.txt", bytes(range(1, 32)) * 30_000
