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
from conformance.reference.records import QualificationType
from conformance.reference.system_types import SYSTEM_TYPES, is_requestable
from conformance.wire.flattening import Values


def search_qualification_types(context: Context) -> Values:
    """Return one page of the types that have the words asked for, by name."""
    descending = context.values.required("SortDirection", str) == "Descending"
    ordered = sorted(_found(context), key=lambda record: (record.name, record.qualification_type_id))
    shown, counts = page_of(ordered[::-1] if descending else ordered, context.values)
    return {**counts, "QualificationType": [type_view(record, context) for record in shown]}


def get_hits_for_qualification_type(context: Context) -> Values:
    """Return one page of the Requester's HITs, whatever their status, that require a type, whoever owns it."""
    type_id = known_type(context).qualification_type_id
    every = hits_requiring(context.store, type_id, context.at)
    own = [hit for hit in every if hit.owner == context.requester.access_key_id]
    shown, counts = page_of(own, context.values)
    in_detail = replace(context, groups=context.groups | {"HITDetail", "HITAssignmentSummary"})
    return {**counts, "HIT": [hit_view(hit, in_detail) for hit in shown]}


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
