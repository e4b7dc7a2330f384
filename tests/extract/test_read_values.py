"""JSON, XML, property lists, shortcuts, drawings: words readable, nothing resolved or fetched."""

from __future__ import annotations

import base64
import json
import plistlib
import struct
import uuid

import made
import pytest

from assay.extract.spool import Spool

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)

# ---------------------------------------------------------------- JSON


def test_json_that_stands_in_lines_keeps_its_bytes() -> None:
    body = '{\n  "name": "Анна",\n  "born": 1970\n}\n'
    assert made.read_bytes(body.encode(), "a.json").text == body


def test_words_behind_escapes_can_be_found() -> None:
    body = json.dumps({"name": "Анна", "in": {"city": "ئۈرۈمچى", "years": [1, 2]}, "none": None})
    assert "Анна" not in body
    reading = made.read_bytes(body.encode(), "a.json")
    assert reading.text == "name: Анна\nin:\n  city: ئۈرۈمچى\n  years:\n    - 1\n    - 2\nnone: \n"


@pytest.mark.parametrize("lines", [True, False])
def test_a_list_of_objects_is_a_table_in_pages_with_its_header(lines: bool) -> None:
    rows = [{"id": n, "name": f"N{n}", **({"extra": [n]} if n == 3 else {})} for n in range(25)]
    body = "\n".join(map(json.dumps, rows)) if lines else json.dumps(rows)
    reading = made.read_bytes(body.encode(), "a.jsonl", options={"sheet_rows": 10})
    assert [p.label for p in reading.pages] == ["rows 1-10", "rows 11-20", "rows 21-25"]
    assert made.page_of(reading, 1).split("\n")[4] == "3\tN3\t[3]"
    assert made.page_of(reading, 3).startswith("id\tname\textra\n20\tN20")


def test_json_that_is_broken_or_nested_too_deep_stays_as_it_stands() -> None:
    for body in ('{"a": "\\u0430", ', "[" * 100_000):
        reading = made.read_bytes(body.encode(), "a.json")
        assert reading.text == body


# ---------------------------------------------------------------- XML


def test_xml_that_stands_in_lines_keeps_its_bytes() -> None:
    body = '<?xml version="1.0"?>\n<a>\n  <b>word</b>\n</a>\n'
    assert made.read_bytes(body.encode(), "a.xml").text == body


def test_xml_in_one_line_or_with_numbered_letters_names_each_element() -> None:
    body = '<?xml version="1.0"?><list><man born="1970">&#x410;нна</man><man>B</man></list>'
    reading = made.read_bytes(body.encode(), "a.xml")
    assert reading.text == "list\n  man born=1970: Анна\n  man: B\n"


def test_entities_are_never_resolved() -> None:
    bomb = '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY f SYSTEM "file:///etc/x">'
    bomb += '<!ENTITY y "&x;&x;&x;">]>\n<a>&y;&f;&#x410;</a>\n'
    reading = made.read_bytes(bomb.encode(), "a.xml")
    assert reading.text == bomb
    assert ("xml:entities", "declared, not resolved") in reading.metadata.found


def test_xml_that_breaks_off_keeps_what_came_before() -> None:
    body = '<?xml version="1.0"?><list>' + "<man>Anna</man>" * 300 + "<man"
    reading = made.read_bytes(body.encode(), "a.xml")
    assert made.codes(reading) == {"damaged"}
    assert reading.text.count("man: Anna") == 300


def test_xml_nested_too_deep_is_a_problem() -> None:
    body = '<?xml version="1.0"?>' + "<aaaaaaa>" * 3000
    assert made.codes(made.read_bytes(body.encode(), "a.xml", xml_depth=50)) == {"limit_nesting"}


# ---------------------------------------------------------------- property lists


@pytest.mark.parametrize("kind", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_a_property_list_is_lines_and_files_in_it_are_members(kind: plistlib.PlistFormat) -> None:
    body = plistlib.dumps({"Name": "Анна", "List": [1, True], "Icon": PNG}, fmt=kind)
    reading = made.read_bytes(body, "a.plist")
    assert "Name: Анна\n" in reading.text
    assert "List:\n  - 1\n  - TRUE\n" in reading.text
    assert [m.size for m in reading.members] == [len(PNG)]
    assert reading.expected == 1


def test_a_property_list_that_is_cut_off_is_damaged() -> None:
    body = plistlib.dumps({"Name": "Anna"}, fmt=plistlib.FMT_BINARY)
    assert made.codes(made.read_bytes(body[:-20], "a.plist")) == {"damaged"}


# ---------------------------------------------------------------- shortcuts


def shortcut() -> bytes:
    when = 131_000_000_000_000_000
    head = struct.pack("<I", 76) + b"\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46"
    head += struct.pack(
        "<IIQQQIIIHHII", 0x2 | 0x4 | 0x80, 0x20, when, when, when, 12_345, 0, 1, 0, 0, 0, 0
    )
    disk = struct.pack("<IIII", 22, 3, 0xCAFE1234, 16) + b"USB7\0\0"
    path = b"E:\\lists\\names.xls\0"
    info = struct.pack("<IIIIIII", 28 + len(disk) + len(path) + 1, 28, 1, 28, 28 + len(disk), 0,
                       28 + len(disk) + len(path)) + disk + path + b"\0"  # fmt: skip
    words = "My list".encode("utf-16-le")
    text = struct.pack("<H", len(words) // 2) + words
    file_id = uuid.UUID("5a8f2c10-1d0e-11e6-8d3a-001122334455")
    tracker = struct.pack("<IIII", 96, 0xA0000003, 88, 0) + b"OFFICE-PC".ljust(16, b"\0")
    tracker += bytes(16) + file_id.bytes_le + bytes(32)
    return head + info + text + tracker + bytes(4)


def test_a_shortcut_tells_target_times_disk_and_computer() -> None:
    reading = made.read_bytes(shortcut(), "a.lnk")
    assert reading.status == "read"
    facts = dict(line.split(": ", 1) for line in reading.text.split("\n"))
    assert facts["target"] == "E:\\lists\\names.xls"
    assert facts["disk"] == "fixed, serial CAFE1234"
    assert facts["disk-label"] == "USB7"
    assert facts["machine"] == "OFFICE-PC"
    assert facts["network-card"] == "00:11:22:33:44:55"
    assert facts["description"] == "My list"
    assert facts["created"] == reading.metadata.created == "2016-02-15T08:53:20Z"


def test_a_shortcut_that_is_cut_off_tells_what_it_can() -> None:
    reading = made.read_bytes(shortcut()[:120], "a.lnk")
    assert made.codes(reading) == {"truncated"}
    assert "2016-02-15" in reading.text


# ---------------------------------------------------------------- drawings

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="steal()"><title>Map'
    '</title><style>text{{}}</style><text x="1">The <tspan>north</tspan> pier</text><text>Кран'
    '</text><script>no()</script><image href="data:image/png;base64,{}"/><use href="#a"/>'
    '<image href="https://x.example/a.png"/></svg>'
)


def svg() -> bytes:
    return SVG.format(base64.b64encode(PNG).decode()).encode()


def emf() -> bytes:
    def text(height: int, words: str) -> bytes:
        raw = words.encode("utf-16-le") + bytes(len(words) % 2 * 2)
        body = struct.pack("<IIIIIff", 0, 0, 0, 0, 1, 1.0, 1.0)
        body += struct.pack("<iiIII4iI", 0, height, len(words), 76, 0, 0, 0, 0, 0, 0) + raw
        return struct.pack("<II", 84, 8 + len(body)) + body

    dib = struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, 4, 0, 0, 0, 0)
    picture = bytes(40) + struct.pack("<IIII", 80, 40, 120, 4) + bytes(16) + dib + b"\1\2\3\0"
    records = text(10, "The north") + text(10, "pier") + text(30, "Кран")
    records += struct.pack("<II", 81, 8 + len(picture)) + picture
    end = struct.pack("<IIIII", 14, 20, 0, 16, 20)
    head = struct.pack("<II", 1, 88) + bytes(32) + b" EMF" + bytes(44)
    return head + records + end


def wmf() -> bytes:
    words = "The pier on the Žižkov".encode("cp1252")
    text = struct.pack("<hhhH", 10, 0, len(words), 0) + words
    record = struct.pack("<IH", 3 + len(text) // 2, 0x0A32) + text
    head = struct.pack("<HHHIHIH", 1, 9, 0x300, 9 + len(record) // 2 + 3, 0, 20, 0)
    return b"\xd7\xcd\xc6\x9a" + bytes(18) + head + record + struct.pack("<IH", 3, 0)


def test_words_of_an_svg_are_lines_and_its_pictures_members() -> None:
    reading = made.read_bytes(svg(), "a.svg")
    assert reading.text == "Map\nThe north pier\nКран\n"
    assert reading.metadata.title == "Map"
    assert [m.size for m in reading.members] == [len(PNG)]
    assert reading.expected == 1
    found = dict(reading.metadata.found)
    assert (found["svg:scripts"], found["svg:references"]) == ("2", "1")


def test_words_of_a_metafile_stand_in_lines_and_its_bitmaps_are_members() -> None:
    reading = made.read_bytes(emf(), "a.emf")
    assert reading.status == "read"
    assert reading.text == "The north pier\nКран"
    assert [(m.name[-1], m.size) for m in reading.members] == [(b"bitmap-1.bmp", 58)]
    assert reading.expected == 1
    assert made.read_bytes(wmf(), "a.wmf").text == "The pier on the Žižkov"


@pytest.mark.parametrize("kind", ["svg", "emf", "plist"])
def test_a_picture_in_a_drawing_that_the_reader_loses_is_missed(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"svg": svg(), "emf": emf(), "plist": plistlib.dumps({"Icon": PNG})}[kind]
    monkeypatch.setattr(Spool, "add_bytes", lambda *_: None)
    reading = made.read_bytes(body, f"a.{kind}")
    assert ("members_missing", "1 of 1") in [(p.code, p.detail) for p in reading.problems]


def test_a_metafile_that_is_cut_off_gives_the_words_before() -> None:
    for body in (emf()[:-20], wmf()[:-6]):
        reading = made.read_bytes(body, "a")
        assert made.codes(reading) == {"truncated"}
        assert "pier" in reading.text
