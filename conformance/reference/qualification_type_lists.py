"""Lists that Qualification types have to do with: the types found by a search, and the HITs that require a type.

Source: the articles SearchQualificationTypes and GetHITsForQualificationType.  Every word of a Query has to occur in
the name or the keywords of a type, in whatever case.  HITs come with their details and counters, as SearchHITs lists
them.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from conformance.reference.context import Context, Handler
from conformance.reference.hits import hit_view
from conformance.reference.paging import page_of
from conformance.reference.qualification_type_use import hits_requiring
from conformance.reference.qualification_types import known_type, type_view
from conformance.reference.records import HIT, QualificationType
from conformance.reference.system_types import SYSTEM_TYPES, is_requestable
from conformance.spec.versions import TODAY
from conformance.wire.flattening import Values


def search_qualification_types(context: Context) -> Values:
    """Return one page of the types that have the words asked for, by name."""
    descending = context.values.optional("SortDirection", str) == "Descending"
    place = _by_age if context.version == TODAY else _by_name
    shown, counts = page_of(sorted(_found(context), key=place, reverse=descending), context, place=place)
    return {**counts, "QualificationType": [type_view(record, context) for record in shown]}


def _by_name(record: QualificationType) -> tuple[str, str]:
    return record.name, record.qualification_type_id


def _by_age(record: QualificationType) -> tuple[float, str]:
    """Tell the place in a list that nobody has asked to sort, in few characters."""
    return record.created_at, record.qualification_type_id


def get_hits_for_qualification_type(context: Context) -> Values:
    """Return one page of the Requester's HITs, whatever their status, that require a type, whoever owns it."""
    type_id = known_type(context).qualification_type_id
    every = hits_requiring(context.store, type_id, context.at)
    own = [hit for hit in every if hit.owner == context.requester.access_key_id]
    if context.version == TODAY:  # whose tokens take one order, be the HITs of one moment or not
        own.sort(key=_hit_place)
    shown, counts = page_of(own, context, place=_hit_place)
    in_detail = replace(context, groups=context.groups | {"HITDetail", "HITAssignmentSummary"})
    return {**counts, "HIT": [hit_view(hit, in_detail) for hit in shown]}


def _hit_place(hit: HIT) -> tuple[float, str]:
    return hit.created_at, hit.hit_id


def _found(context: Context) -> Iterator[QualificationType]:
    words = (context.values.optional("Query", str) or "").lower().split()
    requestable = context.values.required("MustBeRequestable", bool)
    owned = context.values.required("MustBeOwnedByCaller", bool)
    store, owner = context.store, context.requester.access_key_id
    types = store.types_of(owner) if owned else chain(store.qualification_types.values(), SYSTEM_TYPES.values())
    for record in types:
        text = f"{record.name} {record.keywords or ''}".lower()
        if (
            record.disposed_at is None
            and (is_requestable(record) or not requestable)
            and (record.owner == owner or not owned)
            and all(word in text for word in words)
        ):
            yield record


HANDLERS: dict[str, Handler] = {
    "SearchQualificationTypes": search_qualification_types,
    "GetHITsForQualificationType": get_hits_for_qualification_type,
}
