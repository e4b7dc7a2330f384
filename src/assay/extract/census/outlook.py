"""Items of an Outlook store, by the counts of its folders as libpff gives them.

Each folder says itself how many items it holds (PidTagContentCount); what hangs on it in the
tree of nodes is counted beside that, and the larger number counts: a row whose item is gone is
promised, and so is an item that no row names. Search folders hold references and are left out.

Where libpff does not open a store, the pages of its tree of nodes are walked here, and the nodes
that are messages count.
"""

from __future__ import annotations

import struct
import warnings
from typing import Any, BinaryIO

from assay.extract.request import Request

_CONTENT_COUNT = 0x3602
_MESSAGE, _SEARCH = 0x04, 0x03
_FOLDERS = 1_000_000


def count_pst(request: Request) -> int | None:
    """Items in all folders, and those that belong to none; None where libpff cannot tell."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its types name no module, which Python frowns upon
        import pypff

    with request.path.open("rb") as stream:
        store = pypff.file()
        try:
            store.open_file_object(stream)
        except OSError:
            return _nodes(stream)
        try:
            return _items(store)
        finally:
            store.close()


def _items(store: Any) -> int:
    count = 0
    waiting: list[Any] = [store.get_root_folder()]
    for _ in range(_FOLDERS):
        if not waiting:
            break
        folder = waiting.pop()
        for number in range(folder.get_number_of_sub_folders()):
            waiting.append(folder.get_sub_folder(number))
        if folder.get_identifier() & 0x1F != _SEARCH:
            count += max(_content_count(folder), folder.get_number_of_sub_messages())
    for number in range(store.get_number_of_orphan_items()):
        item = store.get_orphan_item(number)
        count += item.get_identifier() & 0x1F == _MESSAGE
    return count


def _nodes(stream: BinaryIO) -> int | None:
    """Nodes that are messages, by the pages of the tree of nodes alone."""
    stream.seek(0)
    head = stream.read(600)
    version = struct.unpack_from("<H", head, 10)[0]
    wide, large = version >= 20, version >= 36
    form, at = ("<Q", 224) if wide else ("<I", 188)
    waiting, met, count = [struct.unpack_from(form, head, at)[0]], set[int](), 0
    while waiting:
        place = waiting.pop()
        if place in met:
            return None
        met.add(place)
        stream.seek(place)
        page = stream.read(4096 if large else 512)
        number, width, level = _shape(page, wide, large)
        for entry in range(0, number * width, width):
            if level:
                inner = struct.unpack_from(form, page, entry + (16 if wide else 8))[0]
                waiting.append(inner)
            else:
                count += page[entry] & 0x1F == _MESSAGE
    return count


def _shape(page: bytes, wide: bool, large: bool) -> tuple[int, int, int]:
    """(entries, bytes of one, level) of a page."""
    if large:
        return struct.unpack_from("<H", page, 4056)[0], page[4060], page[4061]
    at = 488 if wide else 496
    return page[at], page[at + 2], page[at + 3]


def _content_count(folder: Any) -> int:
    """What the folder says of itself."""
    for number in range(folder.get_number_of_record_sets()):
        for entry in folder.get_record_set(number).entries:
            if entry.entry_type == _CONTENT_COUNT:
                return int(entry.get_data_as_integer())
    return 0
