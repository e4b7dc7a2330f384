"""A member of a table, picture, film or drawing can be taken out again by its ordinal."""

from __future__ import annotations

import plistlib
from pathlib import Path

import made
import pytest
import test_read_media
import test_read_pictures
import test_read_tables
import test_read_values

from assay.extract.member import open_member
from assay.settings import Limits
from assay.testing.makers import films

PNG = test_read_values.PNG
SMALL = test_read_pictures.encoded("JPEG", (8, 8))
BODIES = {
    "mdb": test_read_tables.attachments(),
    "jpg": test_read_pictures.with_thumbnail(
        test_read_pictures.with_second(test_read_pictures.encoded("JPEG"), SMALL + b"\0"), SMALL
    ),
    "mp4": films.mp4(seconds=1, cover=PNG),
    "mkv": films.matroska(seconds=1, attached={"a.png": PNG, "b.png": PNG + b"!"}),
    "mp3": test_read_media.mp3(),
    "svg": test_read_values.svg(),
    "emf": test_read_values.emf(),
    "plist": plistlib.dumps({"Icon": PNG}),
}


@pytest.mark.parametrize("kind", BODIES)
def test_each_member_comes_out_again_alone(kind: str, tmp_path: Path) -> None:
    reading = made.read_bytes(BODIES[kind], f"a.{kind}")
    path = tmp_path / "body"
    path.write_bytes(BODIES[kind])
    assert reading.members
    for member in reading.members:
        scratch = tmp_path / str(member.ordinal)
        scratch.mkdir()
        found = open_member(path, member.ordinal, scratch, Limits(), (), f"a.{kind}".encode())
        assert found.name == member.spool
        assert list(scratch.iterdir()) == [found]
