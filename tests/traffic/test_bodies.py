"""Bodies of captured messages: the bytes decide, and little is held."""

import gzip
import zlib
from contextlib import suppress

import brotlicffi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.traffic.bodies import BodyUnreadable, decoded
from conformance.traffic.inflating import inflated

XML = b"<GetHITResponse>" + b"<HIT>1</HIT>" * 40_000 + b"</GetHITResponse>"


def raw_deflate(data: bytes) -> bytes:
    """Return data as some servers send it that say deflate."""
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def zstd(data: bytes) -> bytes:
    """Return data compressed by zstd."""
    import sys

    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd.compress(data)


COMPRESS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotlicffi.compress, "zstd": zstd}


def headers(*values: str) -> tuple[tuple[str, str], ...]:
    """Return header fields that name encodings."""
    return (("Content-Type", "text/xml"), *(("content-ENCODING", value) for value in values))


@pytest.mark.parametrize("coding", COMPRESS)
def test_encodings_are_undone(coding: str) -> None:
    """And a body that is plain, although its header says otherwise, is taken as it is."""
    assert decoded(COMPRESS[coding](XML), headers(coding.upper())) == XML
    assert decoded(XML, headers(coding)) == XML
    assert decoded(b"", headers(coding)) == b""
    assert decoded(b"Operation=Help&About=Help", headers(coding)) == b"Operation=Help&About=Help"


def test_deflate_without_its_frame() -> None:
    """Some mean the bare data by that name."""
    assert decoded(raw_deflate(XML), headers("deflate")) == XML


def test_bodies_say_themselves_what_they_are() -> None:
    """Two of them have a mark; no header has to name them, and a wrong one harms nothing."""
    for coding in ("gzip", "zstd"):
        assert decoded(COMPRESS[coding](XML), ()) == XML
    assert decoded(zstd(XML), headers("gzip")) == XML
    assert decoded(gzip.compress(XML), headers("identity")) == XML
    assert decoded(b"\x1f\x8b\x08 no gzip", ()) == b"\x1f\x8b\x08 no gzip"


def test_several_encodings() -> None:
    """The last that is named was done last, in one header field or in several."""
    twice = brotlicffi.compress(gzip.compress(XML))
    assert decoded(twice, headers("gzip, br")) == XML
    assert decoded(twice, headers("gzip", "br")) == XML
    assert decoded(gzip.compress(gzip.compress(XML)), headers("gzip")) == XML
    with pytest.raises(BodyUnreadable, match="5 encodings"):
        decoded(XML, headers("gzip, gzip, gzip, gzip, gzip"))


def test_members_one_after_the_other() -> None:
    """A body of several gzip members is one body; what follows them is left out."""
    assert decoded(gzip.compress(b"<a>") + gzip.compress(b"</a>"), headers("gzip")) == b"<a></a>"
    assert decoded(gzip.compress(b"<a/>") + b"\r\n", headers("gzip")) == b"<a/>"


@pytest.mark.parametrize("coding", COMPRESS)
def test_a_body_cut_short(coding: str) -> None:
    """It is told, wherever the cut is."""
    whole = COMPRESS[coding](bytes(range(256)) * 20)
    for cut in range(4, len(whole)):
        with pytest.raises(BodyUnreadable, match=f"its {coding} data"):
            decoded(whole[:cut], headers(coding))


def test_an_unknown_encoding() -> None:
    """It is named, unless the body is plain anyway."""
    assert decoded(XML, headers("secret")) == XML
    with pytest.raises(BodyUnreadable, match="'secret' is not known"):
        decoded(b"\x00\x01\x02", headers("secret"))


@pytest.mark.parametrize("coding", COMPRESS)
def test_bombs_are_not_expanded(coding: str) -> None:
    """Sixteen megabytes from a few kilobytes: refused at the limit, no piece longer than it has to be."""
    bomb = COMPRESS[coding](bytes(16 * 1024 * 1024))
    with pytest.raises(BodyUnreadable, match="longer than 1,000,000 bytes"):
        decoded(bomb, headers(coding), 1_000_000)
    assert max(len(piece) for piece, _ in zip(inflated((bomb,), coding), range(10), strict=False)) < 1_000_000


@settings(max_examples=300, deadline=None)
@given(
    body=st.binary(max_size=60) | st.binary(max_size=60).map(gzip.compress) | st.binary(max_size=60).map(zstd),
    codings=st.lists(st.sampled_from([*COMPRESS, "identity", "", "x", "gzip;q=1"]), max_size=4),
    spoilt=st.integers(0, 80),
)
def test_any_bytes_and_any_encodings(body: bytes, codings: list[str], spoilt: int) -> None:
    """They become bytes within the limit, or are told."""
    body = body[:spoilt] + body[spoilt + 1 :]
    with suppress(BodyUnreadable):
        assert len(decoded(body, headers(",".join(codings)), 1_000)) <= 1_000
