"""The bodies of captured messages: what their senders meant, once every Content-Encoding is undone.

Captures disagree on whether a body is kept as it went over the wire: some undo its encoding and keep the header, some
drop the header and keep the encoding.  So the bytes themselves decide wherever they can.
"""

from conformance.traffic.inflating import Corrupt, Trailing, coding_of, inflated
from conformance.wire.messages import Headers
from conformance.wire.xml import MAX_BYTES

_NAMES = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate", "br": "br", "zstd": "zstd"}
_MARKED = ("gzip", "zstd")  # the codings whose data begins with a mark of its own
_MOST_LAYERS = 4
_TEXT = frozenset(range(0x20, 0x7F)) | frozenset(b"\t\r\n")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_LOOKED_AT = 64


class BodyUnreadable(ValueError):
    """The encoding of a body cannot be undone; the message says why in one clause."""


def decoded(body: bytes, headers: Headers, limit: int = MAX_BYTES) -> bytes:
    """Return a body with its encodings undone, of at most ``limit`` bytes where there is something to undo.

    A body that is plain although its headers name an encoding is taken as it is, and one that is gzip or zstd although
    they name none is undone.  Raises BodyUnreadable where it is cut short, damaged, longer, or of an encoding that is
    not known.
    """
    named = [value for name, value in headers if name.lower() == "content-encoding"]
    if not body or (not named and coding_of(body) is None):
        return body
    codings = [coding.strip().lower() for coding in ",".join(named).split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    if len(codings) > _MOST_LAYERS:
        raise BodyUnreadable(f"it has {len(codings)} encodings, and at most {_MOST_LAYERS} are undone")
    for coding in reversed(codings):
        body = _undone(body, coding, limit)
    for _ in range(_MOST_LAYERS - len(codings)):
        unnamed = coding_of(body)
        if unnamed is None:
            break
        try:
            body = _inflate(body, unnamed, limit)
        except Corrupt:  # no header says that it is what it seems
            break
    return body


def _undone(body: bytes, coding: str, limit: int) -> bytes:
    name = _NAMES.get(coding)
    if _is_plain(body) or (name in _MARKED and coding_of(body) != name):
        return body
    if name is None:
        raise BodyUnreadable(f"its Content-Encoding {coding[:40]!r} is not known")
    try:
        return _inflate(body, name, limit)
    except Corrupt as error:
        raise BodyUnreadable(str(error)) from None


def _inflate(body: bytes, name: str, limit: int) -> bytes:
    """Return what the body is in a coding, what follows it left out; raise Corrupt, or BodyUnreadable beyond limit."""
    pieces: list[bytes] = []
    room = limit
    try:
        for piece in inflated((body,), name):
            room -= len(piece)
            if room < 0:
                raise BodyUnreadable(f"it is longer than {limit:,} bytes once its {name} encoding is undone")
            pieces.append(piece)
    except Trailing:
        pass
    return b"".join(pieces)


def _is_plain(body: bytes) -> bool:
    """Tell whether a body begins as text does, and none that is compressed."""
    start = body[:_LOOKED_AT]
    return start.startswith(_BYTE_ORDER_MARKS) or start.lstrip()[:1] == b"<" or _TEXT.issuperset(start)
