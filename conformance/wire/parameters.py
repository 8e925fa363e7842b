"""The parameters of a Query request: read from its URL and its form body, and written for either.

Clients put them in the URL, in the body, or some here and some there, so both are read and merged.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote_to_bytes

from conformance.wire.messages import HttpRequest

Pair = tuple[str, str]

_PAIR = re.compile(rb"(?=[^&])([^&=]*)=?([^&]*)")
_SHORT = 64 * 1024  # bytes: of these all pairs may be held at once
_PIECE = 4096  # bytes that are decoded at once: the library takes up to seventy times the memory of what it decodes
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class ParametersUnreadable(ValueError):
    """The query string or form body of a request cannot be read as parameters."""


def read_parameters(request: HttpRequest, *, max_pairs: int = 10_000) -> list[Pair]:
    """Return the decoded (name, value) pairs of the URL's query, then those of the body, in the order sent.

    Empty pairs (``&&``) are passed over, a name without ``=`` has the value ``""``, ``+`` is a blank.  The method and
    the content type are not judged.  Raises ParametersUnreadable where a ``%`` is not followed by two hexadecimal
    digits, where the decoded bytes are not UTF-8, and above ``max_pairs`` pairs.
    Source: the REST articles of the API References 2005-10-01 and 2008-08-02; bodies of real clients.
    """
    query = request.url.partition("#")[0].partition("?")[2]
    try:
        sent = (("query string", query.encode()), ("body", request.body))
    except UnicodeEncodeError as error:
        raise ParametersUnreadable(f"the query string holds a lone surrogate at {error.start}: send UTF-8") from None
    pairs: list[Pair] = []
    for place, text in sent:
        if len(text) <= _SHORT and len(pairs) + text.count(b"&") < max_pairs:
            pairs += _pairs_of_short(place, text)
            continue
        for found in _PAIR.finditer(text):
            if len(pairs) == max_pairs:
                raise ParametersUnreadable(f"the request has more than {max_pairs} parameters; send fewer")
            name, value = found.groups()
            # Letters and digits alone, as most names and many values are, stand for themselves.
            pairs.append(
                (
                    name.decode() if name.isalnum() else _decoded(place, name),
                    value.decode() if value.isalnum() else _decoded(place, value),
                )
            )
    return pairs


def _pairs_of_short(place: str, text: bytes) -> Iterator[Pair]:
    """Yield the pairs of a text that cannot have too many."""
    for pair in text.split(b"&"):
        if not pair:
            continue
        name, _, value = pair.partition(b"=")
        yield (
            name.decode() if name.isalnum() else _decoded(place, name),
            value.decode() if value.isalnum() else _decoded(place, value),
        )


def encode_parameters(pairs: Iterable[Pair]) -> str:
    """Return ``name=value&…`` percent-encoded as in RFC 3986, good both as a query string and as a form body.

    A blank becomes ``%20``, never ``+``.  Raises UnicodeEncodeError (a ValueError) for a lone surrogate.
    """
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def _decoded(place: str, text: bytes) -> str:
    if b"%" in text and (broken := _BROKEN_ESCAPE.search(text)):
        raise ParametersUnreadable(
            f"the {place} has {_excerpt(text, broken.start())}: a % that does not begin an escape is sent as %25"
        )
    text = text.replace(b"+", b" ")
    octets = b"".join(map(unquote_to_bytes, _pieces(text))) if b"%" in text else text
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise ParametersUnreadable(
            f"the {place} has {_excerpt(octets, error.start)}, which is not UTF-8: encode text as UTF-8, then percent"
        ) from None


def _pieces(text: bytes) -> Iterator[bytes]:
    """Yield a text whose escapes are whole in pieces that end beside its escapes."""
    at = 0
    while at < len(text):
        end = at + _PIECE
        within = text.rfind(b"%", end - 2, end)
        end = end if within < 0 else within
        yield text[at:end]
        at = end


def _excerpt(octets: bytes, at: int) -> str:
    return repr(octets[max(at - 20, 0) : at + 20])[1:]
