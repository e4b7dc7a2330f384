"""Canonical bytes: one value, one sequence of bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import UsageError
from assay.proof import canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_encoded_is_read_back_as_it_was(value: object) -> None:
    assert canonical.decode(canonical.encode(value)) == value


@given(st.dictionaries(TEXT, st.integers(0, 9), min_size=2, max_size=6))
def test_the_order_in_which_keys_were_put_in_changes_nothing(value: dict[str, int]) -> None:
    turned = dict(reversed(value.items()))
    assert canonical.encode(turned) == canonical.encode(value)


def test_keys_are_ordered_by_utf16_units_and_not_by_code_points() -> None:
    # U+1F600 is written with surrogates from D83D on, which come before U+FB33 (RFC 8785, 3.2.3)
    found = canonical.encode({"\ufb33": 1, "\U0001f600": 2})
    assert found == '{"\U0001f600":2,"\ufb33":1}'.encode()


def test_the_escapes_of_the_rfc_are_used_and_no_others() -> None:
    assert canonical.encode('\x0f\n"\\/é\x7f') == b'"\\u000f\\n\\"\\\\/\xc3\xa9\x7f"'


@pytest.mark.parametrize("value", [1.5, 2**53, {1: 2}, "\ud800", b"x", float("nan")])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(UsageError):
        canonical.encode(value)


@pytest.mark.parametrize(
    "data", [b'{"b":1,"a":2}', b'{"a": 1}', b'"\\u0041"', b"{", b'{"a":1,"a":1}', b"1.0", b"\xff"]
)
def test_bytes_that_are_json_in_another_spelling_are_refused(data: bytes) -> None:
    with pytest.raises(UsageError):
        canonical.decode(data)
