"""Faults of the lists of 2017-01-17, whose pages follow one another by NextToken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling
from conformance.reference.context import Context, Handler
from conformance.reference.parameters import unacceptable
from conformance.reference.refusals import Refusal
from conformance.spec.versions import TODAY
from conformance.wire.flattening import Values

_EVERYTHING = 1_000_000
_TEN = 10
_MARK = "page-"
_READ_BY_PAGES = "the list is read by its pages"
_ONCE, _MORE, _ENDS, _LAST, _LIMIT, _CHANGES, _UNKNOWN, _OTHER, _NUMBER, _MEMBERS = (
    f"Common.Paging.{topic}"
    for topic in (
        "once",
        "more",
        "ends",
        "last",
        "limit",
        "changes",
        "unknown",
        "other-requester",
        "NumResults",
        "members",
    )
)
HITS, BLOCKS, BONUSES, HELD = (
    "SearchHITs",
    "GetBlockedWorkers",
    "GetBonusPayments",
    "GetQualificationsForQualificationType",
)
REQUIRING, TYPES, REVIEWABLE = "GetHITsForQualificationType", "SearchQualificationTypes", "GetReviewableHITs"
REQUESTS, ASSIGNMENTS = "GetQualificationRequests", "GetAssignmentsForHIT"
ITEMS = {
    HITS: "HIT",
    BLOCKS: "WorkerBlock",
    BONUSES: "BonusPayment",
    HELD: "Qualification",
    REQUIRING: "HIT",
    TYPES: "QualificationType",
    REVIEWABLE: "HIT",
    REQUESTS: "QualificationRequest",
    ASSIGNMENTS: "Assignment",
}

Items = Sequence[str | Values]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What is shown, and where the next page begins, if there is one."""

    shown: Items
    following: int | None


Cut = Callable[[Items, int, int], _Page]
"""Takes a page out of the whole list, from its beginning and its size."""


def _whole(
    cut: Cut, *, told: Callable[[int], str] = lambda begin: f"{_MARK}{begin}", newest_first: bool = False
) -> Callable[[str], Plant]:
    """Let ``cut`` take the pages out of the whole list; ``told`` writes the token of a beginning."""

    def plant(operation: str) -> Plant:
        item = ITEMS[operation]

        def wrapper(handler: Handler, context: Context) -> Values:
            if context.version != TODAY:
                return handler(context)
            values = handler(_asking(context, PageSize=_EVERYTHING))
            items = values[item][::-1] if newest_first else values[item]
            page = cut(items, _beginning(context), context.values.optional("PageSize", int) or _TEN)
            token: Values = {} if page.following is None else {"NextToken": [told(page.following)]}
            return {"NumResults": [str(len(page.shown))], item: list(page.shown), **token}

        return handling(operation, wrapper)

    return plant


def _asking(context: Context, **values: int) -> Context:
    """Return the context of a call without NextToken that has sent these values instead."""
    kept = {name: told for name, told in context.values.read.items() if name != "NextToken"}
    read = {**kept, **{name: (value,) for name, value in values.items()}}
    return replace(context, values=replace(context.values, read=read))


def _beginning(context: Context) -> int:
    token = context.values.optional("NextToken", str)
    if token is None:
        return 0
    number = token.removeprefix(_MARK).strip("-")
    if not number.isdigit() or not token.startswith(_MARK):
        raise Refusal(unacceptable("NextToken", token, "no page told it"))
    return int(number)


def _rightly(items: Items, begin: int, size: int) -> _Page:
    return _Page(shown=items[begin : begin + size], following=begin + size if begin + size < len(items) else None)


def _last_one_lost(items: Items, begin: int, size: int) -> _Page:
    page = _rightly(items, begin, size)
    return replace(page, shown=page.shown[:-1]) if page.following else page


def _last_one_again(items: Items, begin: int, size: int) -> _Page:
    page = _rightly(items, begin, size)
    return replace(page, shown=items[max(0, begin - 1) : begin - 1 + size] if begin else page.shown)


def _no_third_page(items: Items, begin: int, size: int) -> _Page:
    page = _rightly(items, begin, size)
    return replace(page, following=None) if begin else page


def _first_page_again(items: Items, begin: int, size: int) -> _Page:
    page = _rightly(items, begin, size)
    return replace(page, following=page.following and size)


def _one_more_page(items: Items, begin: int, size: int) -> _Page:
    return _Page(shown=items[begin : begin + size], following=begin + size if begin < len(items) else None)


def _one_too_many(items: Items, begin: int, size: int) -> _Page:
    return _rightly(items, begin, size + 1)


def _padded(begin: int) -> str:
    return f"{_MARK}{begin}".ljust(256, "-")


def _telling(change: Callable[[Values, str], Values]) -> Callable[[str], Plant]:
    """Let ``change`` alter what a page tells; it gets the name of the items."""

    def plant(operation: str) -> Plant:
        def wrapper(handler: Handler, context: Context) -> Values:
            values = handler(context)
            return change(values, ITEMS[operation]) if context.version == TODAY else values

        return handling(operation, wrapper)

    return plant


def _one_less(values: Values, item: str) -> Values:
    return {**values, "NumResults": [str(max(0, len(values[item]) - 1))]}


def _number_of_the_page_before(values: Values, item: str) -> Values:
    return {**values, "NumResults": [str(_TEN)]} if "NextToken" not in values and values[item] else values


def _no_number_of_nothing(values: Values, item: str) -> Values:
    return values if values[item] else {name: told for name, told in values.items() if name != "NumResults"}


def _any_token_begins(operation: str) -> Plant:
    """Begin anew with a token that no page has told."""

    def wrapper(handler: Handler, context: Context) -> Values:
        try:
            return handler(context)
        except Refusal as refusal:
            if "NextToken" not in str(refusal.errors[0].message):
                raise
            return handler(_asking(context))

    return handling(operation, wrapper)


def _token_of_whoever(operation: str) -> Plant:
    """Go on with the list of the Requester who was told the token."""

    def wrapper(handler: Handler, context: Context) -> Values:
        owners = [context.requester, *context.store.requesters.values()]
        for number, owner in enumerate(owners, 1):
            try:
                return handler(replace(context, requester=owner))
            except Refusal:
                if number == len(owners) or "NextToken" not in context.values.sent:
                    raise
        raise KeyError("there is a Requester")

    return handling(operation, wrapper)


_FAULTS: tuple[tuple[str, Callable[[str], Plant], tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    ("last-one-lost", _whole(_last_one_lost), (_ONCE,), (_CHANGES, _LAST, _MORE), tuple(ITEMS)),
    ("last-one-again", _whole(_last_one_again), (_ONCE,), (_CHANGES, _LAST, _MORE), (TYPES, REQUIRING)),
    ("no-third-page", _whole(_no_third_page), (_ONCE, _MORE), (_CHANGES,), (HITS, REQUESTS, BLOCKS)),
    ("first-page-again", _whole(_first_page_again), (_ENDS,), (_ONCE, _CHANGES), (ASSIGNMENTS, HELD)),
    ("one-more-page", _whole(_one_more_page), (_LAST,), (), (REVIEWABLE, BONUSES)),
    ("one-too-many", _whole(_one_too_many), (_LIMIT,), (), (HELD, ASSIGNMENTS)),
    ("long-tokens", _whole(_rightly, told=_padded), (_MORE,), (_ONCE, _CHANGES, _UNKNOWN), (BLOCKS,)),
    ("newest-first-by-position", _whole(_rightly, newest_first=True), (_CHANGES,), (), (HITS, TYPES)),
    ("one-less", _telling(_one_less), (_NUMBER,), (), (REQUIRING, BONUSES)),
    ("ten-on-the-last-page", _telling(_number_of_the_page_before), (_NUMBER,), (), (HELD,)),
    ("no-number-of-nothing", _telling(_no_number_of_nothing), (_MEMBERS,), (), (BONUSES,)),
    ("any-token-begins", _any_token_begins, (_UNKNOWN,), (), (HITS, REQUESTS)),
    ("token-of-whoever", _token_of_whoever, (_OTHER,), (), (HITS,)),
)
DEFECTS: tuple[Defect, ...] = tuple(
    defect(
        f"{operation}/next-token/{name}",
        plant(operation),
        *breaks,
        also=(*also, f"{operation}.*"),
        because=_READ_BY_PAGES,
        versions=(TODAY,),
    )
    for name, plant, breaks, also, operations in _FAULTS
    for operation in operations
)
