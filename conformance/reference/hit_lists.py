"""Lists of the Requester's HITs: all that are not disposed of, and those that wait for a review.

Source: the articles SearchHITs and GetReviewableHITs.  Enumeration sorts by HITId; equal keys keep the order of
creation.
"""

from collections.abc import Callable, Iterable, Iterator

from conformance.reference.context import Context, Handler
from conformance.reference.hit_states import status_of
from conformance.reference.hits import hit_view
from conformance.reference.paging import page_of
from conformance.reference.records import HIT
from conformance.wire.flattening import Values

_DISPOSED = "Disposed"
_SORT_KEYS: dict[str, Callable[[HIT, Context], float | str]] = {
    "Title": lambda record, context: context.store.hit_types[record.hit_type_id].properties.title,
    "Reward": lambda record, context: context.store.hit_types[record.hit_type_id].properties.reward,
    "Expiration": lambda record, context: record.expires_at,
    "CreationTime": lambda record, context: record.created_at,
    "Enumeration": lambda record, context: record.hit_id,
}


def search_hits(context: Context) -> Values:
    """Return one page of the Requester's HITs, whatever their status, but for those disposed of."""
    return _page(
        (record for record in _own(context) if status_of(context.store, record, context.at) != _DISPOSED), context
    )


def get_reviewable_hits(context: Context) -> Values:
    """Return one page of the Requester's HITs with a status asked for, of one HIT type if it is named."""
    wanted = context.values.all("Status", str)
    kind = context.values.optional("HITTypeId", str)
    records = (record for record in _own(context) if kind in (None, record.hit_type_id))
    return _page((record for record in records if status_of(context.store, record, context.at) in wanted), context)


def _own(context: Context) -> Iterator[HIT]:
    owner = context.requester.access_key_id
    return (record for record in context.store.hits.values() if record.owner == owner)


def _page(records: Iterable[HIT], context: Context) -> Values:
    key = _SORT_KEYS[context.values.required("SortProperty", str)]
    descending = context.values.required("SortDirection", str) == "Descending"
    ordered = sorted(records, key=lambda record: key(record, context), reverse=descending)
    shown, counts = page_of(ordered, context.values)
    return {**counts, "HIT": [hit_view(record, context) for record in shown]}


HANDLERS: dict[str, Handler] = {"SearchHITs": search_hits, "GetReviewableHITs": get_reviewable_hits}
