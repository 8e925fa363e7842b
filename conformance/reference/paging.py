"""Lists in pages: by their number in the versions of XML, by the token of the page before in 2017-01-17.

A token names the place of the last item that was shown, so that what comes and goes between two pages moves nothing.
It is bound to its list: the operation, the Requester and all else that is asked.  That a token of another list is
refused, and what a token looks like, is a choice.
"""

import base64
import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from conformance.reference.context import Context
from conformance.reference.formats import members
from conformance.reference.parameters import unacceptable
from conformance.reference.refusals import Refusal
from conformance.wire.flattening import Values

T = TypeVar("T")
Place = tuple[float | int | str, ...]
"""Where an item stands in its list, whatever else is in it; no two items of a list have the same one."""

_PAGE = 10
_MARK = 9  # bytes


def page_of(
    ordered: Sequence[T], context: Context, *, place: Callable[[T], Place] | None = None, descending: bool = False
) -> tuple[Sequence[T], Values]:
    """Return the page that the call asks for, and its counts; a page beyond the end is empty.

    ``place`` tells the place of an item, by which the list is sorted; a list without it is one that only grows at its
    end.  ``descending`` turns ``ordered`` round, at no other cost than that of the page.
    """
    values = context.values
    number = values.optional("PageNumber", int)
    if number is None:
        return _following(ordered, context, place, descending=descending)
    size = values.required("PageSize", int)
    begin, end = (number - 1) * size, number * size
    if descending:
        begin, end = (max(0, len(ordered) - position) for position in (end, begin))
    shown = ordered[begin:end][:: -1 if descending else 1]
    counts = members(NumResults=str(len(shown)), TotalNumResults=str(len(ordered)), PageNumber=str(number))
    return shown, counts


def _following(
    ordered: Sequence[T], context: Context, place: Callable[[T], Place] | None, *, descending: bool
) -> tuple[Sequence[T], Values]:
    """Return the page that follows the one which told NextToken, and the token of the next if there is one."""
    size = context.values.optional("PageSize", int) or _PAGE
    token = context.values.optional("NextToken", str)
    last = _place_in(token, context) if token is not None else None
    if descending:
        end = len(ordered) if last is None else _bound(bisect_left, ordered, last, place)
        shown, more = ordered[max(0, end - size) : end][::-1], end > size
        position = end - size
    else:
        begin = 0 if last is None else _bound(bisect_right, ordered, last, place)
        shown, more = ordered[begin : begin + size], begin + size < len(ordered)
        position = begin + size
    counts = members(NumResults=str(len(shown)))
    if more:
        counts |= members(NextToken=_token(place(shown[-1]) if place else (position,), context))
    return shown, counts


def _bound(bisect: Callable[..., int], ordered: Sequence[T], last: Place, place: Callable[[T], Place] | None) -> int:
    return bisect(ordered, last, key=place) if place else int(last[0])


def _token(last: Place, context: Context) -> str:
    text = json.dumps(last).encode()
    return base64.urlsafe_b64encode(_mark(text, context) + text).decode()


def _place_in(token: str, context: Context) -> Place:
    """Return the place that a token names; raises Refusal for one that no page of this list told."""
    try:
        told = base64.urlsafe_b64decode(token.encode("ascii"))
        text = told[_MARK:]
        if told[:_MARK] == _mark(text, context):
            return tuple(json.loads(text))
    except ValueError:
        pass
    raise Refusal(unacceptable("NextToken", token, "no page of this list told it"))


def _mark(text: bytes, context: Context) -> bytes:
    """Return what shows that a token is of this list, and not made up."""
    asked: dict[str, Any] = {
        name: told for name, told in context.values.sent.items() if name not in ("NextToken", "PageSize")
    }
    of = json.dumps([context.operation, context.requester.access_key_id, asked], sort_keys=True)
    return hashlib.blake2b(of.encode() + b"\0" + text, digest_size=_MARK, key=b"NextToken").digest()
