"""Faults of the lists that have to do with Qualification types: what is listed, in which order, in which pages."""

from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.pages import of_today
from conformance.defects.planting import Plant, handling, rereading, reshaping, text, with_values
from conformance.defects.type_views import seeing
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.hit_states import status_of
from conformance.reference.hits import hit_view
from conformance.reference.parameters import unacceptable
from conformance.reference.records import HIT
from conformance.reference.refusals import OUT_OF_RANGE, Refusal
from conformance.reference.system_types import SYSTEM_TYPES
from conformance.spec.versions import VERSIONS
from conformance.wire.flattening import Values

CREATE, SEARCH, HITS = "CreateQualificationType", "SearchQualificationTypes", "GetHITsForQualificationType"
ITEMS = {SEARCH: "QualificationType", HITS: "HIT"}
_COUNTED = "the counters are those of another list"


def _always(**values: object) -> Callable[[Handler, Context], Values]:
    """Return the wrapper that carries out a call as if it had sent these values."""
    return lambda handler, context: handler(with_values(context, **values))  # type: ignore[arg-type]


def _by_default(name: str, value: str) -> Callable[[Values, Endpoint], Values]:
    """Return what gives a parameter another value by default."""
    return lambda values, endpoint: values if name in values else {**values, name: [value]}


def _wrapping(change: Callable[[Values, Context], Values]) -> Callable[[Handler, Context], Values]:
    return lambda handler, context: change(handler(context), context)


def _of_the_service(values: Values, context: Context) -> Values:
    """Leave out the types that the service keeps."""
    found = [view for view in values["QualificationType"] if isinstance(view, dict)]
    own = [view for view in found if text(view, "QualificationTypeId") not in SYSTEM_TYPES]
    gone = len(found) - len(own)
    total = text(values, "TotalNumResults")
    counts: Values = {"TotalNumResults": [str(int(total) - gone)]} if total else {}
    return {**values, "QualificationType": [*own], "NumResults": [str(len(own))], **counts}


def _all_types(handler: Handler, context: Context) -> Values:
    """Find the types of the service though they cannot be requested."""
    return handler(with_values(context, MustBeRequestable=False))


def _unsorted(handler: Handler, context: Context) -> Values:
    """List the types as they were made, on one page."""
    values = handler(context)
    views = {text(view, "QualificationTypeId"): view for view in values["QualificationType"] if isinstance(view, dict)}
    return {**values, "QualificationType": [views[one] for one in context.store.qualification_types if one in views]}


def _nothing_without_query(handler: Handler, context: Context) -> Values:
    return handler(context if "Query" in context.values.sent else with_values(context, Query="\x00"))


def _one_more(values: Values, context: Context) -> Values:
    return {**values, "NumResults": [str(int(text(values, "NumResults")) + 1)]}


def _total_of_page(values: Values, context: Context) -> Values:
    return {**values, "TotalNumResults": values["NumResults"]}


def _page_zero(values: Values, context: Context) -> Values:
    return values if "PageNumber" in context.values.sent else {**values, "PageNumber": ["0"]}


def _overlapping(operation: str) -> Callable[[Handler, Context], Values]:
    """Return the wrapper that begins every page but the first with the last item of the one before it."""
    item = ITEMS[operation]

    def wrapper(handler: Handler, context: Context) -> Values:
        number, values = context.values.required("PageNumber", int), handler(context)
        if number == 1 or not values[item]:
            return values
        last = handler(with_values(context, PageNumber=number - 1))[item][-1]
        return {**values, item: [last, *values[item][:-1]]}

    return wrapper


def _refusing_beyond(operation: str) -> Callable[[Handler, Context], Values]:
    """Return the wrapper that refuses a page after the last."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        if values[ITEMS[operation]] or context.values.required("PageNumber", int) == 1:
            return values
        raise Refusal(unacceptable("PageNumber", "", "there is no such page", OUT_OF_RANGE))

    return wrapper


def _first_for_less(values: Values, endpoint: Endpoint) -> Values:
    return {**values, "PageNumber": ["1"]} if text(values, "PageNumber") in ("0", "-1") else values


def _paging(operation: str) -> tuple[Defect, ...]:
    """Return the faults that lists in pages can have."""
    article = "found" if operation == SEARCH else "hits"
    elements, beyond = f"{operation}.Result.elements", f"{operation}.Pages.beyond-end"
    counted, total = f"{operation}.NumResults.count", f"{operation}.TotalNumResults.count"
    return (
        defect(
            f"{article}/hundred-by-default",
            rereading(operation, _by_default("PageSize", "100")),
            f"{operation}.PageSize.default",
        ),
        defect(f"{article}/page-zero", handling(operation, _wrapping(_page_zero)), f"{operation}.PageNumber.default"),
        defect(
            f"{article}/one-more",
            handling(operation, _wrapping(_one_more)),
            counted,
            elements,
            also=(f"{operation}.*", "Common.Paging.*"),
            because=_COUNTED,
        ),
        defect(f"{article}/total-of-the-page", handling(operation, _wrapping(_total_of_page)), total),
        defect(
            f"{article}/pages-overlap",
            handling(operation, _overlapping(operation)),
            f"{operation}.Pages.partition",
            versions=VERSIONS,
        ),
        *of_today(operation, ITEMS[operation], (f"{operation}.*", "Common.Paging.*")),
        defect(
            f"{article}/no-page-beyond",
            handling(operation, _refusing_beyond(operation)),
            beyond,
            also=(total, counted),
            because="they are read on such a page too",
        ),
        defect(f"{article}/pages-below-one", rereading(operation, _first_for_less), f"{operation}.PageNumber.positive"),
    )


# HITs


def _listing(which: Callable[[HIT, str, Context], bool]) -> Plant:
    """Let ``which`` say what GetHITsForQualificationType lists, on one page."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values, type_id = handler(context), context.values.required("QualificationTypeId", str)
        detailed = replace(context, groups=context.groups | {"HITDetail", "HITAssignmentSummary"})
        found = [hit for hit in context.store.hits.values() if which(hit, type_id, context)][-100:]
        counts: Values = {name: [str(len(found))] for name in ("NumResults", "TotalNumResults")}
        return {**values, **counts, "HIT": [hit_view(hit, detailed) for hit in found]}

    return handling(HITS, wrapper)


def _requires(hit: HIT, type_id: str, context: Context) -> bool:
    requirements = context.store.hit_types[hit.hit_type_id].properties.requirements
    return any(one.qualification_type_id == type_id for one in requirements)


def _is(hit: HIT, context: Context, *statuses: str) -> bool:
    return status_of(context.store, hit, context.at) in statuses


def _own(hit: HIT, context: Context) -> bool:
    return hit.owner == context.requester.access_key_id


def _value_renamed(reply: etree._Element) -> None:
    for value in reply.iterfind(".//QualificationRequirement/IntegerValue"):
        value.tag = "Value"


def _as_markup(reply: etree._Element) -> None:
    for test in reply.iter("Test"):
        test.append(etree.fromstring((test.text or "").encode()))
        test.text = None


_EXISTING = ("Assignable", "Unassignable", "Reviewable", "Reviewing")

DEFECTS: tuple[Defect, ...] = (
    *_paging(SEARCH),
    *_paging(HITS),
    defect("found/whatever-is-asked", handling(SEARCH, _always(Query="")), f"{SEARCH}.Query.name"),
    defect(
        "found/not-by-keywords",
        seeing(SEARCH, lambda record: replace(record, keywords=None)),
        f"{SEARCH}.Query.name",
        f"{CREATE}.Keywords.search",
    ),
    defect("found/nothing-without-query", handling(SEARCH, _nothing_without_query), f"{SEARCH}.Query.optional"),
    defect("found/not-requestable", handling(SEARCH, _all_types), f"{SEARCH}.MustBeRequestable.true"),
    defect(
        "found/nothing-of-the-service",
        handling(SEARCH, _wrapping(_of_the_service)),
        f"{SEARCH}.MustBeRequestable.false",
    ),
    defect(
        "found/of-others", handling(SEARCH, _always(MustBeOwnedByCaller=False)), f"{SEARCH}.MustBeOwnedByCaller.true"
    ),
    defect(
        "found/own-only", handling(SEARCH, _always(MustBeOwnedByCaller=True)), f"{SEARCH}.MustBeOwnedByCaller.default"
    ),
    defect(
        "found/ascending-by-default",
        rereading(SEARCH, _by_default("SortDirection", "Ascending")),
        f"{SEARCH}.SortDirection.default",
    ),
    defect("found/in-one-direction", handling(SEARCH, _always(SortDirection="Descending")), f"{SEARCH}.sorted"),
    defect("found/unsorted", handling(SEARCH, _unsorted), f"{SEARCH}.sorted"),
    defect(
        "found/test-as-markup",
        reshaping(SEARCH, _as_markup),
        f"{SEARCH}.Test.escaped",
        also=("Common.Response.xml-values-escaped", "Common.Response.schema-names"),
        because="no document in a reply is markup",
    ),
    defect(
        "hits/requiring-anything",
        _listing(lambda hit, type_id, context: _own(hit, context) and _is(hit, context, *_EXISTING)),
        f"{HITS}.content",
    ),
    defect(
        "hits/of-others",
        _listing(lambda hit, type_id, context: _requires(hit, type_id, context) and _is(hit, context, *_EXISTING)),
        f"{HITS}.own-only",
    ),
    *(
        defect(
            f"hits/not-{left_out}",
            _listing(
                lambda hit, type_id, context, kept=tuple(one for one in _EXISTING if one != left_out): (  # type: ignore[misc]
                    _own(hit, context) and _requires(hit, type_id, context) and _is(hit, context, *kept)
                )
            ),
            f"{HITS}.any-status",
        )
        for left_out in _EXISTING[1:]
    ),
    defect(
        "hits/disposed-of",
        _listing(lambda hit, type_id, context: _own(hit, context) and _requires(hit, type_id, context)),
        f"{HITS}.not-disposed",
    ),
    defect(
        "hits/requirement-with-value",
        reshaping(HITS, _value_renamed),
        f"{HITS}.requirement-element",
        also=("QualificationRequirement.*", "Common.Response.schema-names"),
        because="the requirement has a member that it does not know",
    ),
)
