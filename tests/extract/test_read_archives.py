"""Archives of every kind: each member met or missed aloud, under passwords and in volumes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import made
import pytest

from assay import settings
from assay.extract import spool
from assay.extract.read import read
from assay.extract.volumes import Neighbour
from assay.model.reading import Reading
from assay.testing.makers import archives, rar, sevenzip

FILES = {
    "a.txt": b"alpha " * 400, "in/отчёт.txt": b"beta", "empty": b"", "c.bin": bytes(range(256)),
}  # fmt: skip


def names(reading: Reading) -> list[bytes]:
    return [b"/".join(m.name) for m in reading.members]


def whole(reading: Reading, files: dict[str, bytes]) -> bool:
    """Tell whether the members are these files, by name and digest, in their order."""
    found = [(b"/".join(m.name).decode(), m.digest) for m in reading.members]
    wanted = [(n, "sha256:" + hashlib.sha256(b).hexdigest()) for n, b in files.items()]
    return found == wanted


def read_set(parts: dict[str, bytes], name: str, folder: Path, **more: object) -> Reading:
    """Read one file of a folder, with the others as its neighbours."""
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    for part, body in parts.items():
        (folder / part).write_bytes(body)
    beside = [Neighbour(p.encode(), folder / p) for p in parts if p != name]
    return read(
        folder / name, name.encode(), scratch, settings.Limits(), settings.Reading(),
        neighbours=beside, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def drop(monkeypatch: pytest.MonkeyPatch, k: int) -> None:
    """Have the spool lose the k-th member without a word."""
    took, count = spool.Spool.add, [0]

    def lose(self: spool.Spool, *args: object, **kwargs: object) -> None:
        count[0] += 1
        if count[0] != k + 1:
            took(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(spool.Spool, "add", lose)


def cut(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


# ---------------------------------------------------------------- 7z

SEVENS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: sevenzip.sevenzip(FILES),
    "each file packed alone": lambda: sevenzip.sevenzip(FILES, solid=False),
    "under a password": lambda: sevenzip.sevenzip(FILES, password="tide"),
    "names encrypted too": lambda: sevenzip.sevenzip(FILES, password="tide", hide_names=True),
}


@pytest.mark.parametrize("kind", SEVENS)
def test_each_file_of_a_7z_is_a_member_also_under_a_password(kind: str) -> None:
    reading = made.read_bytes(SEVENS[kind](), "a.7z", passwords=("ebb", "tide"))
    assert whole(reading, FILES)
    assert (reading.expected, reading.status) == (4, "read")
    assert reading.members[0].secret == ("password" in kind or "names" in kind)


@pytest.mark.parametrize("kind", SEVENS)
@pytest.mark.parametrize("k", range(4))
def test_the_census_of_a_7z_misses_a_member_that_the_reader_drops(
    kind: str, k: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = SEVENS[kind]()
    drop(monkeypatch, k)
    reading = made.read_bytes(body, "a.7z", passwords=("tide",))
    assert "members_missing" in made.codes(reading)


def test_a_7z_under_a_password_that_is_not_given_says_encrypted_and_shows_its_names() -> None:
    reading = made.read_bytes(sevenzip.sevenzip(FILES, password="tide"), "a.7z", passwords=("x",))
    assert (reading.status, made.codes(reading)) == ("partly", {"encrypted"})
    assert names(reading) == [n.encode() for n in FILES]


def test_a_7z_with_encrypted_names_says_encrypted_and_not_how_many() -> None:
    body = sevenzip.sevenzip(FILES, password="tide", hide_names=True)
    reading = made.read_bytes(body, "a.7z")
    assert (made.codes(reading), reading.expected) == ({"encrypted"}, None)


def test_no_password_is_in_a_reading() -> None:
    for body in (SEVENS["names encrypted too"](), SEVENS["under a password"]()):
        for words in (("tidemark",), ("tide", "tidemark")):
            assert b"tide" not in made.msgspec.msgpack.encode(
                made.read_bytes(body, "a.7z", passwords=words)
            )


def test_a_link_of_a_7z_is_noted_with_its_target() -> None:
    body = sevenzip.sevenzip({"a": b"alpha", "l": b"/etc/passwd"}, links=("l",))
    reading = made.read_bytes(body, "a.7z")
    assert (names(reading), reading.expected) == ([b"a"], 1)
    assert ("7z:symlink", "l -> /etc/passwd") in reading.metadata.found


def test_a_7z_cut_short_says_truncated() -> None:
    body = sevenzip.sevenzip(FILES)
    assert made.codes(made.read_bytes(body[:-20], "a.7z")) == {"truncated"}


def test_a_wrong_byte_in_a_7z_costs_the_members_behind_it_and_each_says_so() -> None:
    body = bytearray(sevenzip.sevenzip(FILES, solid=False))
    body[40] ^= 0xFF
    reading = made.read_bytes(bytes(body), "a.7z")
    assert reading.members[0].problem is not None
    assert [m.problem for m in reading.members[1:]] == [None] * 3


def test_a_7z_bomb_ends_at_its_limit() -> None:
    body = sevenzip.sevenzip({"a": bytes(64 << 20)})
    assert made.codes(made.read_bytes(body, "a.7z", ratio=100)) == {"bomb"}


# ---------------------------------------------------------------- volumes


def test_the_first_volume_reads_the_set_and_the_others_belong_to_it(tmp_path: Path) -> None:
    body = sevenzip.sevenzip(FILES, password="tide")
    parts = {f"a.7z.{n + 1:03}": part for n, part in enumerate(cut(body, 300))}
    assert len(parts) > 1
    reading = read_set(parts, "a.7z.001", tmp_path, passwords=("tide",))
    assert whole(reading, FILES)
    assert reading.status == "read"
    later = read_set(parts, "a.7z.002", tmp_path)
    assert (later.status, later.members, later.expected) == ("read", (), 0)
    assert ("volume:number", "2") in later.metadata.found


def test_a_volume_that_is_not_there_is_named(tmp_path: Path) -> None:
    body = sevenzip.sevenzip({"a": bytes(range(256)) * 9}, solid=False)
    parts = {f"a.7z.{n + 1:03}": part for n, part in enumerate(cut(body, 80))}
    assert len(parts) > 3
    gone = {name: part for name, part in parts.items() if name != "a.7z.002"}
    reading = read_set(gone, "a.7z.001", tmp_path)
    assert [p.where for p in reading.problems if p.code == "volume_missing"] == ["volume 2"]
    last = {name: parts[name] for name in sorted(parts)[:-1]}
    reading = read_set(last, "a.7z.001", tmp_path)
    assert f"volume {len(parts)}" in [p.where for p in reading.problems]


def test_a_later_volume_without_the_first_says_which_is_missing() -> None:
    reading = made.read_bytes(bytes(range(256)), "a.7z.002")
    assert [(p.code, p.where, p.fatal) for p in reading.problems] == [
        ("volume_missing", "volume 1", True)
    ]


def test_two_archives_with_numbers_for_endings_stay_two(tmp_path: Path) -> None:
    parts = {
        "a.001": sevenzip.sevenzip({"a": b"one"}), "a.002": sevenzip.sevenzip({"b": b"two" * 99}),
    }  # fmt: skip
    assert names(read_set(parts, "a.001", tmp_path)) == [b"a"]
    assert names(read_set(parts, "a.002", tmp_path)) == [b"b"]


# ---------------------------------------------------------------- RAR

PLAIN = {"a.txt": b"alpha " * 400, "in/b.txt": b"beta", "folder/": b"", "empty": b""}
RARS: dict[str, Callable[[], bytes]] = {
    "version 5": lambda: rar.rar5(PLAIN)[0],
    "version 5 under a password": lambda: rar.rar5(PLAIN, password="tide")[0],
    "version 5 with hidden names": lambda: rar.rar5(PLAIN, password="tide", hide_names=True)[0],
    "version 4": lambda: rar.rar4(PLAIN),
    "version 4 under a password": lambda: rar.rar4(PLAIN, password="tide"),
    "version 4 with hidden names": lambda: rar.rar4(PLAIN, password="tide", hide_names=True),
}
NO_FOLDER = {name: body for name, body in PLAIN.items() if not name.endswith("/")}


@pytest.mark.parametrize("kind", RARS)
def test_each_file_of_a_rar_is_a_member_also_under_a_password(kind: str) -> None:
    reading = made.read_bytes(RARS[kind](), "a.rar", passwords=("ebb", "tide"))
    assert whole(reading, NO_FOLDER)
    assert (reading.expected, reading.status) == (3, "read")
    assert reading.members[0].secret == (kind not in ("version 5", "version 4"))


@pytest.mark.parametrize("kind", RARS)
@pytest.mark.parametrize("k", range(3))
def test_the_census_of_a_rar_misses_a_member_that_the_reader_drops(
    kind: str, k: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = RARS[kind]()
    drop(monkeypatch, k)
    assert "members_missing" in made.codes(made.read_bytes(body, "a.rar", passwords=("tide",)))


@pytest.mark.parametrize("kind", [k for k in RARS if k not in ("version 5", "version 4")])
def test_a_rar_without_its_password_says_encrypted_and_gives_no_false_bytes(kind: str) -> None:
    reading = made.read_bytes(RARS[kind](), "a.rar", passwords=("wrong",))
    assert "encrypted" in made.codes(reading)
    assert not [m for m in reading.members if m.size]


def test_a_link_of_a_rar_is_noted_with_its_target() -> None:
    body = rar.rar5({"a": b"alpha"}, links={"up": "../.."})[0]
    reading = made.read_bytes(body, "a.rar")
    assert (names(reading), reading.expected) == ([b"a"], 1)
    assert ("rar:symlink", "up -> ../..") in reading.metadata.found


@pytest.mark.parametrize("password", ["", "tide"])
def test_the_volumes_of_a_rar_are_read_as_one(password: str, tmp_path: Path) -> None:
    volumes = rar.rar5(NO_FOLDER, password=password, volume=1024)
    assert len(volumes) == 3
    parts = {f"a.part{n + 1}.rar": body for n, body in enumerate(volumes)}
    reading = read_set(parts, "a.part1.rar", tmp_path, passwords=("tide",))
    assert whole(reading, NO_FOLDER)
    assert (reading.expected, reading.status) == (3, "read")
    assert read_set(parts, "a.part3.rar", tmp_path).status == "read"


def test_a_rar_set_without_its_last_volume_names_it_and_keeps_what_is_there(
    tmp_path: Path,
) -> None:
    volumes = rar.rar5(NO_FOLDER, volume=1024)
    parts = {"a.rar": volumes[0], "a.r00": volumes[1]}
    reading = read_set(parts, "a.rar", tmp_path)
    assert [p.where for p in reading.problems if p.code == "volume_missing"] == ["volume 3"]
    assert (reading.members[0].size, reading.members[0].problem is None) == (2048, False)


def test_a_wrong_byte_in_a_rar_costs_that_member_alone() -> None:
    body = rar.rar5(NO_FOLDER)[0]
    at = body.index(b"alpha")
    reading = made.read_bytes(body[:at] + b"A" + body[at + 1 :], "a.rar")
    assert [m.problem.code if m.problem else "" for m in reading.members] == ["checksum", "", ""]


def test_a_rar_cut_short_gives_what_is_there() -> None:
    body = rar.rar5(NO_FOLDER)[0]
    reading = made.read_bytes(body[: body.index(b"beta") + 2], "a.rar")
    assert reading.members[0].problem is None
    assert "truncated" in made.codes(reading)


# ---------------------------------------------------------------- zip, further


def test_a_zip_set_is_read_by_its_last_volume(tmp_path: Path) -> None:
    body = archives.zip_of({"a.txt": b"alpha " * 99, "b.txt": bytes(range(256))}, stored=("b.txt",))
    parts = archives.spanned(body, 150)
    assert len(parts) > 2
    files = {f"a.z{n + 1:02}": part for n, part in enumerate(parts[:-1])} | {"a.zip": parts[-1]}
    reading = read_set(files, "a.zip", tmp_path)
    assert (names(reading), reading.status) == ([b"a.txt", b"b.txt"], "read")
    assert read_set(files, "a.z01", tmp_path).status == "read"
    first = files.pop("a.z01")
    reading = read_set(files, "a.zip", tmp_path)
    assert "volume 1" in [p.where for p in reading.problems if p.code == "volume_missing"]
    assert len(first) == 150


def test_an_entry_that_only_a_local_header_names_is_a_member_too() -> None:
    hidden = archives.zip_of({"hidden.txt": b"kept from the directory"})
    hidden = hidden[: hidden.index(b"PK\1\2")]
    shown = archives.zip_of({"a.txt": b"alpha"})
    reading = made.read_bytes(hidden + shown, "a.zip")
    assert names(reading) == [b"a.txt", b"hidden.txt"]
    assert (reading.expected, reading.status) == (2, "read")
    assert ("zip:not in its directory", "1") in reading.metadata.found


def test_a_name_that_differs_between_directory_and_local_header_is_noted() -> None:
    body = archives.zip_of({"a.txt": b"alpha"}).replace(b"a.txt", b"b.txt", 1)
    reading = made.read_bytes(body, "a.zip")
    assert names(reading) == [b"a.txt"]
    assert ("zip:member 1", "its local header says b.txt") in reading.metadata.found


@pytest.mark.parametrize("charset", ["cp866", "gbk"])
def test_the_charset_of_names_is_guessed_from_all_of_them_and_the_raw_ones_are_kept(
    charset: str,
) -> None:
    given = {
        "cp866": ["отчёт о поставке груза.txt", "список судов в порту.txt"],
        "gbk": ["审计压缩包文件检索测试报告.txt", "集团邮件审计系统自动巡检需求.txt"],
    }[charset]
    raw = [name.encode(charset) for name in given]
    body = archives.zip_of({"#" * len(raw[0]): b"x", "%" * len(raw[1]): b"y"})
    body = body.replace(b"#" * len(raw[0]), raw[0]).replace(b"%" * len(raw[1]), raw[1])
    reading = made.read_bytes(body, "a.zip")
    assert names(reading) == raw
    assert ("zip:name of member 1", given[0]) in reading.metadata.found
    assert reading.text == "\n".join(given)  # so that they are found


def test_names_in_an_old_charset_are_found_in_a_tar_too_and_names_in_utf8_make_no_page() -> None:
    import io
    import tarfile

    def tar(*given: str, charset: str) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding=charset) as t:
            for name in given:
                t.addfile(tarfile.TarInfo(name))
        return out.getvalue()

    names = ["отчёт о поставке груза.txt", "список судов в порту.txt"]
    reading = made.read_bytes(tar(*names, charset="cp1251"), "a.tar")
    assert reading.text == "\n".join(names)
    assert reading.pages[0].label.startswith("names of members in ")
    assert not made.read_bytes(tar(*names, charset="utf-8"), "a.tar").pages


def test_comments_of_a_zip_are_metadata() -> None:
    body = archives.zip_of({"a": b"alpha"}, comment=b"from the harbour office")
    reading = made.read_bytes(body, "a.zip")
    assert ("zip:comment", "from the harbour office") in reading.metadata.found


def test_a_time_in_the_extra_field_of_unix_has_its_zone() -> None:
    import struct

    extra = struct.pack("<HHBi", 0x5455, 5, 1, archives.ENTRY_TIME)
    body = archives.zip_of({"a": b"alpha"}, extra=extra)
    assert made.read_bytes(body, "a.zip").members[0].modified == "2019-03-14T09:00:00Z"


def test_deflate64_and_ppmd_are_unpacked() -> None:
    import inflate64
    import pyppmd

    words = b"the dredging of basin four " * 99
    wide = inflate64.Deflater()
    for method, packed in (
        (9, wide.deflate(words) + wide.flush()),
        (98, b"\x05\x01" + _ppmd8(pyppmd, words)),
    ):
        reading = made.read_bytes(archives.packed_zip("a", words, method, packed), "a.zip")
        assert (reading.status, reading.members[0].size) == ("read", len(words)), method


def _ppmd8(pyppmd: object, words: bytes) -> bytes:
    machine = pyppmd.Ppmd8Encoder(6, 17 << 20, 0)  # type: ignore[attr-defined]
    return bytes(machine.encode(words) + machine.flush())


# ---------------------------------------------------------------- one packed file


def test_lzma_alone_is_unpacked() -> None:
    import lzma

    body = lzma.compress(b"alpha " * 99, lzma.FORMAT_ALONE)
    reading = made.read_bytes(body, "a.txt.lzma")
    assert (names(reading), reading.members[0].size, reading.status) == ([b"a.txt"], 594, "read")


@pytest.mark.needs("libarchive13")
@pytest.mark.parametrize("packing", ["zstd", "lz4", "compress", "lzip"])
def test_what_libarchive_packs_is_unpacked_a_tar_in_it_too(packing: str) -> None:
    body = archives.packed_by(packing, archives.tar_of({"a.txt": b"alpha", "b.txt": b"beta"}))
    reading = made.read_bytes(body, "a.tar.x")
    assert (names(reading), reading.status) == ([b"a.txt", b"b.txt"], "read")


def test_a_tar_of_folders_alone_holds_nothing_and_says_zero() -> None:
    import io
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        folder = tarfile.TarInfo("papers")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
    reading = made.read_bytes(out.getvalue(), "a.tar")
    assert (reading.container, reading.expected, reading.problems) == (True, 0, ())


def test_members_of_a_gnu_ar_are_read_though_their_modes_name_no_kind() -> None:
    long = "a_long_name_of_a_file.txt"
    reading = made.read_bytes(archives.ar({"a.txt": b"alpha", long: b"beta"}), "a.a")
    assert names(reading) == [b"a.txt", long.encode()]
    assert [m.size for m in reading.members] == [5, 4]


def test_bytes_that_a_cpio_keeps_with_the_last_name_of_a_file_are_not_lost() -> None:
    reading = made.read_bytes(archives.cpio_with_links("one", "two", body=b"kept"), "a.cpio")
    assert [(m.name, m.size) for m in reading.members] == [((b"one",), 0), ((b"two",), 4)]
    assert (reading.expected, reading.status) == (2, "read")


def test_an_arj_gives_stored_and_packed_files_with_their_times() -> None:
    stored = made.read_bytes(archives.arj({"in/a.txt": b"alpha", "b": b"beta"}), "a.arj")
    assert names(stored) == [b"in/a.txt", b"b"]
    assert [m.size for m in stored.members] == [5, 4]
    assert stored.members[0].modified == "2019-03-14T09:00:00"
    packed = made.read_bytes(archives.arj({"a": archives.ARJ_WORDS}, method=1), "a.arj")
    assert [m.size for m in packed.members] == [len(archives.ARJ_WORDS)]
    assert (packed.status, packed.unclaimed) == ("read", 0)  # its CRC-32 was compared


def test_what_of_an_arj_cannot_be_unpacked_is_named() -> None:
    files = {"a": b"aaaa"}
    for body, code in (
        (archives.arj(files, flags=1), "encrypted"),
        (archives.arj(files, flags=4), "volume_missing"),
        (archives.arj(files, method=4), "unsupported"),
        (archives.arj(files).replace(b"aaaa", b"aaab"), "checksum"),
        (archives.arj(files)[:-6], "truncated"),
        (b"\x60\xea\0\0", "damaged"),  # an end without a beginning
    ):
        assert code in made.codes(made.read_bytes(body, "a.arj"))


def test_a_wrong_checksum_in_an_lha_is_said_and_adds_no_bytes() -> None:
    body = archives.lha({"a.txt": b"alpha and more"})
    reading = made.read_bytes(body.replace(b"alpha", b"alphb"), "a.lzh")
    [member] = reading.members
    assert (member.size, member.problem and member.problem.code) == (14, "checksum")


def test_a_container_in_which_neither_reader_nor_counter_finds_anything_is_damaged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    empty = archives.zip_of({})
    assert made.read_bytes(empty, "a.zip").problems == ()  # it says itself that it is empty
    monkeypatch.setattr("assay.extract.census.count", lambda request: None)
    reading = made.read_bytes(empty, "a.zip")
    assert [(p.code, p.fatal) for p in reading.problems] == [("damaged", True)]
