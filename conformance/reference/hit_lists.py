"""Lists of the Requester's HITs: all that are not disposed of, and those that wait for a review.

Source: the articles SearchHITs and GetReviewableHITs.  Descending is Ascending turned round (`hit_orders`).
"""

from collections.abc import Sequence

from conformance.reference.context import Context, Handler
from conformance.reference.hit_orders import Place
from conformance.reference.hit_states import KEPT_FOR, status_of
from conformance.reference.hits import hit_view
from conformance.reference.paging import page_of
from conformance.wire.flattening import Values

_DISPOSED = "Disposed"


def search_hits(context: Context) -> Values:
    """Return one page of the Requester's HITs, whatever their status, but for those disposed of."""
    return _page(_kept(context), context)


def get_reviewable_hits(context: Context) -> Values:
    """Return one page of the Requester's HITs with a status asked for, of one HIT type if it is named."""
    wanted = context.values.all("Status", str)
    kind = context.values.optional("HITTypeId", str)
    hits, places = context.store.hits, _in_order(context)
    of_type = [place for place in places if kind in (None, hits[place[-1]].hit_type_id)]
    return _page([place for place in of_type if _status(context, place) in wanted], context)


def _in_order(context: Context) -> Sequence[Place]:
    name = context.values.optional("SortProperty", str) or "CreationTime"
    return context.store.hits_in_order(context.requester.access_key_id, name)


def _kept(context: Context) -> Sequence[Place]:
    """Leave out the HITs that are gone because nobody has touched them for long; while all are young none is."""
    oldest = next(iter(context.store.hits_in_order(context.requester.access_key_id, "CreationTime")), None)
    places = _in_order(context)
    if oldest is None or context.at < context.store.hits[oldest[-1]].created_at + KEPT_FOR:
        return places
    return [place for place in places if _status(context, place) != _DISPOSED]


def _status(context: Context, place: Place) -> str:
    return status_of(context.store, context.store.hits[place[-1]], context.at)


def _page(places: Sequence[Place], context: Context) -> Values:
    descending = context.values.optional("SortDirection", str) == "Descending"
    shown, counts = page_of(places, context, place=lambda place: place, descending=descending)
    return {**counts, "HIT": [hit_view(context.store.hits[hit_id], context) for _, _, hit_id in shown]}


HANDLERS: dict[str, Handler] = {"SearchHITs": search_hits, "GetReviewableHITs": get_reviewable_hits}
