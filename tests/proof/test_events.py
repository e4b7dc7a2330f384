"""The bytes of events, against the vectors in docs/event-vectors.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.errors import BadLog
from assay.model.event import Header
from assay.proof import canonical, events, merkle, origins

VECTORS = json.loads(
    (Path(__file__).parents[2] / "docs" / "event-vectors.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("vector", VECTORS["events"], ids=lambda v: v["name"])
def test_an_event_has_the_bytes_of_its_vector(vector: dict[str, str]) -> None:
    payload = canonical.encode(vector["payload"])
    salt = bytes.fromhex(vector["salt"])
    assert payload.decode() == vector["payload_bytes"]
    assert events.commitment(salt, payload) == vector["header"]["commitment"]  # type: ignore[index]
    header = events.decode_header(vector["header_bytes"].encode())
    assert events.encode_header(header).decode() == vector["header_bytes"]
    assert events.event_id(vector["header_bytes"].encode()) == vector["id"]
    assert merkle.leaf_hash(vector["header_bytes"].encode()).hex() == vector["leaf"]


def test_the_log_of_the_vectors_has_the_root_and_id_of_its_vector() -> None:
    leaves = [bytes.fromhex(vector["leaf"]) for vector in VECTORS["events"]]
    assert merkle.root(leaves).hex() == VECTORS["root"]
    assert origins.log_id(VECTORS["origin"]) == VECTORS["origin"]["log"]


def test_a_header_keeps_fields_that_this_program_does_not_know() -> None:
    raw = VECTORS["events"][0]["header_bytes"]
    value = json.loads(raw) | {"zz_later": 1}
    data = canonical.encode(value)
    # the stored bytes are what is hashed: the unknown field is part of the id
    assert events.decode_header(data) == events.decode_header(raw.encode())
    assert events.event_id(data) != events.event_id(raw.encode())


@pytest.mark.parametrize("field", ["log", "sequence", "previous", "type", "audience", "commitment"])
def test_a_header_without_one_of_its_fields_is_refused(field: str) -> None:
    value = json.loads(VECTORS["events"][0]["header_bytes"])
    del value[field]
    with pytest.raises(BadLog):
        events.decode_header(canonical.encode(value))


def test_an_audience_that_nobody_knows_is_refused() -> None:
    value = json.loads(VECTORS["events"][0]["header_bytes"]) | {"audience": "everybody"}
    with pytest.raises(BadLog):
        events.decode_header(canonical.encode(value))


def test_the_same_payload_twice_has_two_commitments() -> None:
    payload = canonical.encode({"tag": "yes"})
    first = events.commitment(bytes(32), payload)
    assert first != events.commitment(bytes(31) + b"\x01", payload)


def test_a_payload_line_is_read_back_and_a_withdrawn_one_is_nothing() -> None:
    line = events.encode_payload_line(b"\xab" * 32, b'{"a":1}')
    assert events.decode_payload_line(line) == (b"\xab" * 32, b'{"a":1}')
    assert events.decode_payload_line(b"-") is None
    for bad in (b"", b"ff {}", line.upper(), line[2:]):
        with pytest.raises(BadLog):
            events.decode_payload_line(bad)


def test_heads_are_part_of_the_header() -> None:
    header = Header("l", 1, "p", "note", "desk", "c", {"other": (5, "id")})
    assert events.decode_header(events.encode_header(header)) == header
