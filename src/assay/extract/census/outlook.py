"""Items of an Outlook store, by the counts of its folders as libpff gives them.

Each folder says itself how many items it holds (PidTagContentCount); what hangs on it in the
tree of nodes is counted beside that, and the larger number counts: a row whose item is gone is
promised, and so is an item that no row names. Search folders hold references and are left out.
"""

from __future__ import annotations

from typing import Any

from assay.extract.request import Request

_CONTENT_COUNT = 0x3602
_MESSAGE, _SEARCH = 0x04, 0x03
_FOLDERS = 1_000_000


def count_pst(request: Request) -> int | None:
    """Items in all folders, and those that belong to none; None where libpff cannot tell."""
    import pypff

    with request.path.open("rb") as stream:
        store = pypff.file()
        store.open_file_object(stream)
        try:
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
        finally:
            store.close()


def _content_count(folder: Any) -> int:
    """What the folder says of itself."""
    for number in range(folder.get_number_of_record_sets()):
        for entry in folder.get_record_set(number).entries:
            if entry.entry_type == _CONTENT_COUNT:
                return int(entry.get_data_as_integer())
    return 0
