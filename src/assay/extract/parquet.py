"""Parquet tables: rows under their columns, a group of rows at a time (apache/parquet-format).

Every codec but LZO and every encoding in use are read by own code over cramjam's decompressors;
pyarrow would take 55 MB and more address space than a worker has. Repeated values of a row are
joined by `; `. Bytes that are no text are told by their size and not taken out.
"""

from __future__ import annotations

import datetime
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from assay.extract import tables
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.spool import GRACE
from assay.extract.thrift import Compact, Struct
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="parquet",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.apache.parquet",),
    limits="LZO and encrypted columns are said, not read; nested lists of a row are flattened",
)
_HEAD = 1 << 16
_EPOCH = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 - columns say themselves if they are UTC
# What broken bytes raise: Malformed and other wrong values, and the ends of what is too short.
_FAILS = (ValueError, IndexError, struct.error, OverflowError)
_MISSING = object()


@dataclass(frozen=True)
class _Leaf:
    """A column: where it is in the schema and what its values mean."""

    name: str
    path: tuple[bytes, ...]
    kind: int
    length: int
    most_defined: int
    most_repeated: int
    written: Callable[[Any], str]


class _Bad(Exception):
    """A page or column that is not read: the problem's code and detail."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def read_parquet(request: Request, transcript: Transcript) -> None:
    """Read a table. Raises Stop with `damaged`, `truncated`, `encrypted`, `bomb` or a limit."""
    size = request.path.stat().st_size
    with request.path.open("rb") as stream:
        stream.seek(max(size - 8, 0))
        tail = stream.read(8)
        if tail[4:] == b"PARE":
            raise Stop("encrypted")
        length = int.from_bytes(tail[:4], "little")
        if tail[4:] != b"PAR1" or length > size - 12:
            raise Stop("truncated", "", "no description of the columns at the end")
        stream.seek(size - 8 - length)
        try:
            facts = Compact(stream.read(length)).struct()
            leaves = _leaves(facts.several(2))
            groups = facts.several(4)
            promised = facts.size(3, 0)
            told = [("created-by", facts.text(6))]
            told += [(pair.text(1), pair.text(2)[:4000]) for pair in facts.several(5)[:50]]
        except _FAILS:
            raise Stop("damaged", "", "the description of the columns") from None
        transcript.note("parquet:rows", promised)
        for name, value in told:
            transcript.note(f"parquet:{name}", value)
        rows = _Rows(stream, size, leaves, request, transcript)
        writer = tables.Tables(request, transcript)
        count = writer.table("", [leaf.name for leaf in leaves], rows.of(groups))
        if count < promised:
            transcript.trouble("damaged", "", f"{count} of {promised} rows")


def _leaves(schema: list[Struct]) -> list[_Leaf]:
    leaves: list[_Leaf] = []
    at = 0

    def walk(path: tuple[bytes, ...], defined: int, repeated: int, depth: int) -> None:
        nonlocal at
        if at >= len(schema) or depth > 60:
            raise ValueError
        element = schema[at]
        at += 1
        if depth:
            path = (*path, element.raw(4))
            defined += element.number(3, 0) != 0
            repeated += element.number(3, 0) == 2
        if element.size(5, 0):
            for _ in range(element.size(5)):
                walk(path, defined, repeated, depth + 1)
            return
        told = [part for part in path if part not in (b"list", b"element", b"array", b"bag")]
        name = b".".join(told or path).decode("utf-8", "replace")
        kind, length = element.size(1), element.size(2, 0)
        if kind > 7 or length > _HEAD:
            raise ValueError
        leaves.append(_Leaf(name, path, kind, length, defined, repeated, _meaning(element)))

    walk((), 0, 0, 0)
    return leaves


def _meaning(element: Struct) -> Callable[[Any], str]:
    """How a value of this column is written; a meaning counts only for kinds that can have it."""
    kind, old, new = element.number(1), element.number(6, -1), element.inner(10)
    whole = kind in (1, 2)
    if (5 in new or old == 5) and kind in (1, 2, 6, 7):
        scale = new.inner(5).size(1, element.size(7, 0))
        if scale > 1000:
            raise ValueError
        return lambda value: _decimal(value, scale)
    if (6 in new or old == 6) and whole:
        return lambda value: _moment(value * 86_400, 1).partition(" ")[0]
    if (8 in new or old in (9, 10)) and whole:
        unit = new.inner(8).inner(2)
        per = 1000 if old == 9 or 1 in unit else 10**9 if 3 in unit else 10**6
        return lambda value: _moment(value, per)
    if (7 in new or old in (7, 8)) and whole:
        unit = new.inner(7).inner(2)
        per = 1000 if old == 7 or 1 in unit else 10**9 if 3 in unit else 10**6
        return lambda value: _moment(value, per).partition(" ")[2] or "00:00:00"
    if old in (11, 12, 13, 14) and whole:
        mask = (1 << (32 if kind == 1 else 64)) - 1
        return lambda value: str(value & mask)
    if kind == 3:
        return _old_moment
    return _text if kind in (6, 7) else tables.cell


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.hex() if len(value) <= 16 else f"[{len(value)} bytes]"


def _decimal(value: Any, scale: int) -> str:
    whole = int.from_bytes(value, "big", signed=True) if isinstance(value, bytes) else value
    digits = str(abs(whole)).rjust(scale + 1, "0")
    point = len(digits) - scale
    text = digits[:point] + ("." + digits[point:] if scale > 0 else "")
    return f"-{text}" if whole < 0 else text


def _moment(value: int, per: int) -> str:
    whole, rest = divmod(value, per)
    try:
        moment = _EPOCH + datetime.timedelta(seconds=whole, microseconds=rest * 10**6 // per)
    except OverflowError:
        return str(value)
    return str(moment.isoformat(" "))


def _old_moment(value: bytes) -> str:
    """INT96: nanoseconds of a day, and the Julian day."""
    nanoseconds, day = struct.unpack("<QI", value)
    return _moment((day - 2_440_588) * 86_400 * 10**6 + nanoseconds // 1000, 10**6)


class _Rows:
    def __init__(
        self, stream: BinaryIO, size: int, leaves: list[_Leaf], request: Request,
        transcript: Transcript,
    ) -> None:  # fmt: skip
        self._stream = stream
        self._size = size
        self._leaves = leaves
        self._limits = request.limits
        self._transcript = transcript
        self._unpacked = 0

    def of(self, groups: list[Struct]) -> Iterator[tuple[str, list[str]]]:
        """The rows of all groups."""
        for number, group in enumerate(groups, 1):
            columns: list[list[str]] = []
            try:
                rows = group.size(3, 0)
                held = [one.inner(3) for one in group.several(1) if 3 in one]
                chunks = {chunk.raws(3): chunk for chunk in held}
            except _FAILS:
                self._transcript.trouble("damaged", f"row group {number}", "its description")
                continue
            if rows * len(self._leaves) > self._limits.cells:
                raise Stop("limit_cells", f"row group {number}")
            for leaf in self._leaves:
                where = f"row group {number}, column {len(columns) + 1}"
                chunk = chunks.get(leaf.path)
                if chunk is None:
                    self._transcript.trouble("encrypted", where)
                    columns.append([])
                    continue
                values: list[str] = []
                try:
                    for part in self._column(leaf, chunk):
                        values += part
                except _Bad as bad:
                    self._transcript.trouble(bad.code, where, bad.detail)
                except _FAILS as error:
                    self._transcript.trouble("damaged", where, type(error).__name__)
                columns.append(values)
            there = max(map(len, columns), default=0)
            for column in columns:
                column += [""] * (there - len(column))
            for row in zip(*columns, strict=True):
                yield "", list(row)

    def _count(self, facts: Struct, field: int) -> int:
        """How many values a page holds, which is never believed beyond the limit of cells."""
        count = facts.size(field)
        if count > self._limits.cells:
            raise Stop("limit_cells", "", f"{count} values in a page")
        return count

    def _column(self, leaf: _Leaf, chunk: Struct) -> Iterator[list[str]]:
        """The cells of a column, a page at a time; a row never spans pages here."""
        start = min(at for at in (chunk.number(11, 0), chunk.number(9)) if at > 0)
        end = min(start + chunk.size(7), self._size)
        words: list[Any] = []
        left, codec = chunk.size(5), chunk.number(4)
        open_row: list[str] | None = None
        at = start
        while left > 0 and at < end:
            self._stream.seek(at)
            head = Compact(self._stream.read(_HEAD))
            facts = head.struct()
            begin = at + head.at
            length, kind = facts.size(3), facts.number(1)
            at = begin + length
            self._stream.seek(begin)
            body = self._stream.read(min(length, self._size))
            if kind == 2:
                plain = self._unpack(body, codec, facts.size(2))
                words = list(_plain(plain, leaf, self._count(facts.inner(7), 1)))
            elif kind in (0, 3):
                cells: list[str] = []
                for repeated, value in self._page(body, facts, leaf, codec, words):
                    if leaf.most_repeated == 0:
                        cells.append(value or "")
                        continue
                    if repeated == 0:
                        if open_row is not None:
                            cells.append("; ".join(open_row))
                        open_row = []
                    if value is not None and open_row is not None:
                        open_row.append(value)
                left -= facts.inner(8 if kind else 5).size(1)
                yield cells
        if open_row is not None:
            yield ["; ".join(open_row)]

    def _page(
        self, body: bytes, facts: Struct, leaf: _Leaf, codec: int, words: list[Any]
    ) -> Iterator[tuple[int, str | None]]:
        """(repetition level, written value or None) of each value of a page."""
        if facts.number(1) == 0:
            head = facts.inner(5)
            count, encoding = self._count(head, 1), head.number(2)
            body = self._unpack(body, codec, facts.size(2))
            repeats, at = _levels(body, 0, leaf.most_repeated, count)
            defined, at = _levels(body, at, leaf.most_defined, count)
            body = body[at:]
        else:
            head = facts.inner(8)
            count, encoding = self._count(head, 1), head.number(4)
            first, second = head.size(6, 0), head.size(5, 0)
            repeats = _hybrid(body[:first], leaf.most_repeated.bit_length(), count)
            defined = _hybrid(body[first : first + second], leaf.most_defined.bit_length(), count)
            rest = body[first + second :]
            size = facts.size(2) - first - second
            body = self._unpack(rest, codec, size) if head.number(7, 1) else rest
        there = sum(d == leaf.most_defined for d in defined) if leaf.most_defined else count
        values = _values(body, leaf, there, encoding, words)
        for number in range(count):
            full = not leaf.most_defined or defined[number] == leaf.most_defined
            value = None
            if full:
                found = next(values, _MISSING)
                if found is _MISSING:
                    raise _Bad("damaged", "a page with fewer values than it says")
                value = leaf.written(found)
            yield (repeats[number] if leaf.most_repeated else 0), value

    def _unpack(self, body: bytes, codec: int, size: int) -> bytes:
        import cramjam

        if size < 0:
            raise _Bad("damaged", "a page of a negative size")
        self._unpacked += size
        most = self._limits.ratio * max(self._size, 1)
        if size > self._limits.memory // 4 or (self._unpacked > GRACE and self._unpacked > most):
            raise Stop("bomb", "", f"over {self._limits.ratio} times its size")
        try:
            if codec == 0:
                return body
            if codec == 1:
                if cramjam.snappy.decompress_raw_len(body) > size:
                    raise _Bad("damaged", "a page that is larger than it says")
                return bytes(cramjam.snappy.decompress_raw(body))
            if codec in (5, 7):
                if codec == 5 and int.from_bytes(body[:4], "big") == size:
                    body = body[8:]  # the frame that Hadoop puts around it
                return bytes(cramjam.lz4.decompress_block(body, output_len=size))
            module = {2: cramjam.gzip, 4: cramjam.brotli, 6: cramjam.zstd}.get(codec)
            if module is None:
                raise _Bad("unsupported", f"codec {codec}")
            into = cramjam.Buffer(bytes(size))
            module.decompress_into(body, into)
            into.seek(0)
            return bytes(into.read())
        except cramjam.DecompressionError:
            raise _Bad("damaged", "a page that cannot be unpacked") from None


def _levels(body: bytes, at: int, most: int, count: int) -> tuple[list[int], int]:
    """Levels with their length before them, and where they end."""
    if not most:
        return [], at
    length = int.from_bytes(body[at : at + 4], "little")
    return _hybrid(body[at + 4 : at + 4 + length], most.bit_length(), count), at + 4 + length


def _hybrid(body: bytes, width: int, count: int) -> list[int]:
    """Runs and packed groups of numbers of `width` bits."""
    if not width:
        return [0] * count
    found: list[int] = []
    at, room, mask = 0, (width + 7) // 8, (1 << width) - 1
    while len(found) < count and at < len(body):
        head = shift = 0
        while True:
            byte = body[at]
            at += 1
            head |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        if head & 1:
            there = min((head >> 1) * 8, count - len(found))
            if there * width > (len(body) - at) * 8:
                raise ValueError
            for first in range(0, there, _AT_ONCE):
                begin = at + first * width // 8
                bits = int.from_bytes(body[begin : begin + _AT_ONCE * width // 8], "little")
                for _ in range(min(_AT_ONCE, there - first)):
                    found.append(bits & mask)
                    bits >>= width
            at += (head >> 1) * width
        else:
            value = int.from_bytes(body[at : at + room], "little")
            at += room
            found += [value] * min(head >> 1, count - len(found))
    if len(found) < count:
        raise ValueError
    return found


_AT_ONCE = 512  # packed numbers that are taken apart together; shifting costs their square
_SHAPES = {1: "i", 2: "q", 4: "f", 5: "d"}


def _plain(body: bytes, leaf: _Leaf, count: int) -> Iterator[Any]:
    if leaf.kind in _SHAPES:
        shape = _SHAPES[leaf.kind]
        yield from struct.unpack_from(f"<{count}{shape}", body)
    elif leaf.kind == 0:
        for n in range(count):
            yield bool(body[n >> 3] >> (n & 7) & 1)
    elif leaf.kind in (3, 7):
        size = 12 if leaf.kind == 3 else leaf.length
        if count * size > len(body):
            raise ValueError
        for n in range(count):
            yield body[n * size : n * size + size]
    else:
        at = 0
        for _ in range(count):
            size = int.from_bytes(body[at : at + 4], "little")
            if at + 4 + size > len(body):
                raise ValueError
            yield body[at + 4 : at + 4 + size]
            at += 4 + size


def _values(body: bytes, leaf: _Leaf, count: int, encoding: int, words: list[Any]) -> Iterator[Any]:
    if encoding == 0:
        return _plain(body, leaf, count)
    if encoding in (2, 8):
        width = body[0] if body else 0
        numbers = _hybrid(body[1:], width, count)
        if numbers and max(numbers) >= len(words):
            raise _Bad("damaged", "a value that its dictionary does not hold")
        return iter([words[n] for n in numbers])
    if encoding == 3 and leaf.kind == 0:
        return iter([bool(n) for n in _hybrid(body[4:], 1, count)])
    if encoding == 5 and leaf.kind in (1, 2):
        return iter(_deltas(body, 0, count)[0])
    if encoding == 6 and leaf.kind == 6:
        lengths, at = _deltas(body, 0, count)
        return _sliced(body, at, lengths)
    if encoding == 7 and leaf.kind in (6, 7):
        shared, at = _deltas(body, 0, count)
        lengths, at = _deltas(body, at, count)
        return _joined(shared, _sliced(body, at, lengths))
    if encoding == 9 and leaf.kind in (1, 2, 4, 5, 7):
        size = {1: 4, 2: 8, 4: 4, 5: 8}.get(leaf.kind, leaf.length)
        return _plain(
            bytes(body[k * count + n] for n in range(count) for k in range(size)), leaf, count
        )
    raise _Bad("unsupported", f"encoding {encoding}")


def _sliced(body: bytes, at: int, lengths: list[int]) -> Iterator[bytes]:
    for length in lengths:
        if not 0 <= length <= len(body) - at:
            raise ValueError
        yield body[at : at + length]
        at += length


def _joined(shared: list[int], ends: Iterator[bytes]) -> Iterator[bytes]:
    before = b""
    for length, end in zip(shared, ends, strict=False):
        before = before[:length] + end
        yield before


def _deltas(body: bytes, at: int, count: int) -> tuple[list[int], int]:
    """At most `count` numbers as differences in packed blocks, and where they end."""
    reader = Compact(body, at)
    block, parts, total = reader.varint(), reader.varint(), reader.varint()
    value = reader.number()
    if not parts or block % parts or block // parts > _HEAD or total > count:
        raise ValueError
    found = [value][:total]
    per = block // parts
    while len(found) < total:
        least = reader.number()
        widths = body[reader.at : reader.at + parts]
        reader.at += parts
        for width in widths:
            if len(found) >= total:
                break
            size = per * width // 8
            bits = int.from_bytes(body[reader.at : reader.at + size], "little")
            reader.at += size
            mask = (1 << width) - 1
            for _ in range(min(per, total - len(found))):
                value += least + (bits & mask)
                bits >>= width
                found.append(value)
    return found, reader.at
