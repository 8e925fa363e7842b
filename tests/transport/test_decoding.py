"""Undoing content encodings."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.transport.decoding import UndecodableError, decode
from conformance.transport.failures import TooLargeError

ENCODERS = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress, "identity": bytes}


def cut(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


@given(
    body=st.binary(max_size=2000) | st.binary(max_size=20).map(lambda seed: seed * 10_000),
    codings=st.lists(st.sampled_from(sorted(ENCODERS)), max_size=3),
    size=st.integers(min_value=1, max_value=500),
)
def test_what_was_encoded_is_decoded(body: bytes, codings: list[str], size: int) -> None:
    """Any stack of encodings, cut into pieces of any size."""
    encoded = body
    for coding in codings:
        encoded = ENCODERS[coding](encoded)
    assert decode(cut(encoded, size), ", ".join(codings), limit=1_000_000) == body


@given(body=st.binary(min_size=1, max_size=500), lost=st.integers(min_value=1, max_value=8))
def test_a_cut_off_body_is_noticed(body: bytes, lost: int) -> None:
    """Half a stream is not taken for a whole one."""
    with pytest.raises(UndecodableError):
        decode([gzip.compress(body)[:-lost]], "gzip", limit=10_000)


@given(zeros=st.integers(min_value=1001, max_value=300_000), layers=st.integers(min_value=1, max_value=3))
def test_the_limit_holds_for_what_a_body_expands_to(zeros: int, layers: int) -> None:
    """However small it is on the wire."""
    body = bytes(zeros)
    for _ in range(layers):
        body = gzip.compress(body)
    with pytest.raises(TooLargeError):
        decode([body], ",".join(["gzip"] * layers), limit=1000)
