"""Accession: whatever a folder holds is taken, or named with the reason; nothing ends the run."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.custody import accession
from assay.custody.accession import Found, NotTaken, Taken, take, walk
from assay.engines.folder import FolderBlobs
from assay.errors import UsageError
from assay.model.exhibit import RawPath
from assay.proof.digests import digest_of
from assay.settings import Custody

SETTINGS = Custody()


@pytest.fixture
def vault(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "originals", tmp_path / "tmp")


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


def outcomes(folder: Path, vault: FolderBlobs) -> dict[str, Taken | NotTaken]:
    found = {item.path.display: take(item, vault, SETTINGS) for item in walk(folder)}
    vault.sync()
    return found


def test_every_file_is_named_once_in_the_order_of_its_raw_names(usb: Path) -> None:
    for name in ("b/2", "b/1", "a", "c"):
        (usb / name).parent.mkdir(exist_ok=True)
        (usb / name).write_text(name)
    assert [item.path.display for item in walk(usb)] == ["usb/a", "usb/b/1", "usb/b/2", "usb/c"]


def test_names_that_are_not_utf8_or_hide_something_are_taken_and_shown_safely(
    usb: Path, vault: FolderBlobs
) -> None:
    names = [
        b"caf\xe9.txt",
        b"a\nb",
        b"\xe2\x80\xaegnp.exe",
        b"bell\x07",
        b"wow!.zip",
        b"back\\slash",
    ]
    for name in names:
        (Path(os.fsdecode(os.fsencode(usb) + b"/" + name))).write_bytes(name)
    found = outcomes(usb, vault)
    assert all(isinstance(item, Taken) for item in found.values())
    assert {item.found.path.name for item in found.values()} == set(names)
    for shown in found:
        assert not any(ord(char) < 32 or char == "\u202e" for char in shown)
    cafe = next(item for item in found.values() if item.found.path.name == names[0])
    assert cafe.found.path.display == "usb/caf\\xe9.txt"
    assert cafe.found.path.raw_b64() is not None


@given(
    st.lists(
        st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=3).map(tuple),
        min_size=1,
        max_size=3,
    )
)
def test_a_raw_path_survives_its_event(parts: list[tuple[bytes, ...]]) -> None:
    path = RawPath(tuple(parts))
    assert accession.path_from_json(accession.path_to_json(path)) == path


def test_links_and_special_files_are_named_and_not_followed(usb: Path, vault: FolderBlobs) -> None:
    (usb / "real").write_text("x")
    (usb / "link").symlink_to("real")
    (usb / "away").symlink_to("/etc")
    os.mkfifo(usb / "pipe")
    server = socket.socket(socket.AF_UNIX)
    before = Path.cwd()
    os.chdir(usb)  # the name of a socket may not be long
    try:
        server.bind("sock")
    finally:
        os.chdir(before)
        server.close()
    found = outcomes(usb, vault)
    codes = {name: item.code for name, item in found.items() if isinstance(item, NotTaken)}
    assert codes == {
        "usb/link": "symlink",
        "usb/away": "symlink",
        "usb/pipe": "special_file",
        "usb/sock": "special_file",
    }
    assert isinstance(found["usb/real"], Taken)


def test_what_may_not_be_opened_is_named_and_the_rest_goes_on(
    usb: Path, vault: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    (usb / "closed").write_text("x")
    (usb / "open").write_text("y")
    (usb / "shut").mkdir()
    (usb / "shut" / "in").write_text("z")
    real_open, real_scan = os.open, os.scandir

    def refuse_open(path: bytes, *rest: int, **named: int) -> int:
        if bytes(os.fsencode(path)).endswith(b"closed"):
            raise PermissionError(13, "no")
        return real_open(path, *rest, **named)

    def refuse_scan(path: bytes) -> object:
        if bytes(os.fsencode(path)).endswith(b"shut"):
            raise PermissionError(13, "no")
        return real_scan(path)

    # root may read everything: the refusal is made here, at the system call
    monkeypatch.setattr(os, "open", refuse_open)
    monkeypatch.setattr(os, "scandir", refuse_scan)
    found = outcomes(usb, vault)
    assert {name: type(item).__name__ for name, item in found.items()} == {
        "usb/closed": "NotTaken",
        "usb/open": "Taken",
        "usb/shut": "NotTaken",
    }
    assert {i.code for i in found.values() if isinstance(i, NotTaken)} == {"unreadable"}


def test_the_same_bytes_under_two_paths_are_one_blob(usb: Path, vault: FolderBlobs) -> None:
    (usb / "one").write_bytes(b"same")
    (usb / "two").write_bytes(b"same")
    found = outcomes(usb, vault)
    assert [item.new for item in found.values() if isinstance(item, Taken)] == [True, False]
    assert list(vault.digests()) == [digest_of(b"same")]


def test_a_sparse_file_has_the_digest_of_all_its_zeros_and_stays_sparse(
    usb: Path, vault: FolderBlobs
) -> None:
    size = 64 << 20
    path = usb / "sparse"
    with path.open("wb") as stream:
        stream.truncate(size)
        stream.seek(40 << 20)
        stream.write(b"island")
    taken = outcomes(usb, vault)["usb/sparse"]
    assert isinstance(taken, Taken)
    assert taken.digest == digest_of(path.read_bytes())
    place = vault.place(taken.digest)
    assert place.stat().st_size == size
    assert place.stat().st_blocks * 512 < size // 4


@pytest.mark.slow
def test_a_file_of_ten_gigabytes_is_taken_with_flat_memory(usb: Path, vault: FolderBlobs) -> None:
    import resource

    with (usb / "big").open("wb") as stream:
        for n in range(40):
            stream.seek(n * (256 << 20))
            stream.write(bytes([n]) * 4096)
        stream.truncate(10 << 30)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken = outcomes(usb, vault)["usb/big"]
    assert isinstance(taken, Taken)
    assert taken.size == 10 << 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


class Growing:
    """A stream whose file grows each time it is read."""

    def __init__(self, blobs: FolderBlobs, path: Path) -> None:
        self._blobs, self._path = blobs, path

    def put_stream(self, stream: object, chunk: int) -> tuple[str, int, bool]:
        answer = self._blobs.put_stream(stream, chunk)  # type: ignore[arg-type]
        with self._path.open("ab") as more:
            more.write(b"more")
        return answer


def test_a_file_that_changes_while_it_is_read_is_taken_and_marked(
    usb: Path, vault: FolderBlobs
) -> None:
    path = usb / "growing"
    path.write_bytes(b"start")
    (found,) = walk(usb)
    taken = take(found, Growing(vault, path), SETTINGS)  # type: ignore[arg-type]
    vault.sync()
    assert isinstance(taken, Taken)
    assert taken.changed
    with vault.open(taken.digest) as stream:
        assert digest_of(stream.read()) == taken.digest


def test_a_pipe_put_in_the_place_of_a_file_does_not_hang_the_run(
    usb: Path, vault: FolderBlobs
) -> None:
    path = usb / "swapped"
    path.write_text("x")
    (found,) = walk(usb)
    path.unlink()
    os.mkfifo(path)
    answers: list[object] = []
    thread = threading.Thread(target=lambda: answers.append(take(found, vault, SETTINGS)))
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert isinstance(answers[0], NotTaken)


def test_a_folder_deeper_than_the_interpreter_is_walked(tmp_path: Path) -> None:
    deep = tmp_path / "deep"
    deep.mkdir()
    before = os.getcwd()
    try:
        os.chdir(deep)
        for _ in range(1200):
            os.mkdir("d")
            os.chdir("d")
        Path("leaf").write_text("x")
    finally:
        os.chdir(before)
    try:
        # a path longer than the system takes is named; it never ends the walk
        assert len(list(walk(deep))) == 1
    finally:
        subprocess.run(["rm", "-rf", str(deep)], check=True)  # Python's own cannot


def test_the_case_itself_is_not_received(usb: Path) -> None:
    (usb / "case").mkdir()
    (usb / "case" / "secret").write_text("x")
    (usb / "a").write_text("a")
    assert [item.path.display for item in walk(usb, usb / "case")] == ["usb/a"]


def test_a_path_that_is_not_there_is_an_error_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        list(walk(tmp_path / "nothing"))


def test_circumstances_are_private_and_never_name_a_single_file(tmp_path: Path) -> None:
    path = tmp_path / "the-name-of-a-source.pdf"
    path.write_text("x")
    made = accession.circumstances_here("aa", [path], "assay", source="Robin", channel="post")
    assert made.roots == (str(tmp_path),)
    entry = accession.circumstances_entry(made, accession.now())
    assert entry.audience == "private"
    assert entry.body["source"] == "Robin"
    found = Found(RawPath.of(b"a"), b"/x/a", "file", 1, None, "")
    received = accession.received_entry(Taken(found, "sha256:00", 1, True), "aa", "now")
    assert "Robin" not in str(received.body) and "/x" not in str(received.body)
    assert received.audience == "desk"
