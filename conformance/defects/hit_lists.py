"""Faults of the lists of HITs, SearchHITs and GetReviewableHITs: which HITs, in which order, in which pages."""

from collections.abc import Callable
from dataclasses import replace

from conformance.bindings.query import Call
from conformance.defects.defect import Defect, defect
from conformance.defects.hit_parameters import recoding
from conformance.defects.hit_views import choosing
from conformance.defects.planting import Plant, handling, planting, rereading, text, with_values
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.parameters import unacceptable
from conformance.reference.refusals import Refusal
from conformance.spec.versions import TODAY
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest

SEARCH, REVIEWABLE = "SearchHITs", "GetReviewableHITs"
REQUIRING = "GetHITsForQualificationType"
LISTS = (SEARCH, REVIEWABLE)
_FAR = 100


def _asking(operation: str, change: Callable[[Context], Context]) -> Plant:
    """Let ``change`` alter what a call asks for."""
    return handling(operation, lambda handler, context: handler(change(context)))


def _unless_sent(name: str, value: str | int) -> Callable[[Context], Context]:
    """Put another default in the place of the right one."""
    return lambda context: context if name in context.values.sent else with_values(context, **{name: value})


def _instead(name: str, asked: str, value: str) -> Callable[[Context], Context]:
    """Do something else than what is asked for."""

    def change(context: Context) -> Context:
        return with_values(context, **{name: value}) if text(context.values.sent, name) == asked else context

    return change


def _with_statuses(*statuses: str) -> Callable[[Context], Context]:
    def change(context: Context) -> Context:
        return replace(context, values=replace(context.values, read={**context.values.read, "Status": statuses}))

    return change


def _first_status(context: Context) -> Context:
    return with_values(context, Status=context.values.all("Status", str)[0])


def _without(name: str) -> Callable[[Values, Endpoint], Values]:
    return lambda values, _: {key: one for key, one in values.items() if key != name}


def _viewing(operation: str, change: Callable[[Values, Context], None]) -> Plant:
    """Let ``change`` alter, in place, what a list says."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        change(values, context)
        return values

    return handling(operation, wrapper)


def _dropping(operation: str, drops: Callable[[Values, Context], bool]) -> Plant:
    """Leave out of a page the HITs that ``drops`` picks; the counters are those of the HITs that are left."""

    def change(values: Values, context: Context) -> None:
        kept = [one for one in values["HIT"] if isinstance(one, str) or not drops(one, context)]
        gone = len(values["HIT"]) - len(kept)
        for name in values.keys() & {"NumResults", "TotalNumResults"}:
            values[name] = [str(int(text(values, name)) - gone)]
        values["HIT"] = kept

    return _viewing(operation, change)


def _page_before(context: Context) -> Context:
    """Begin each page but the first a page too early."""
    return with_values(context, PageNumber=max(1, context.values.required("PageNumber", int) - 1))


def _shifted(operation: str) -> Plant:
    def number(values: Values, context: Context) -> None:
        values["PageNumber"] = [str(context.values.required("PageNumber", int))]

    return planting(_asking(operation, _page_before), _viewing(operation, number))


def _far_refused(handler: Handler, context: Context) -> Values:
    number = context.values.required("PageNumber", int)
    if number >= _FAR:
        raise Refusal(unacceptable("PageNumber", str(number), "there is no such page"))
    return handler(context)


def _no_enumeration(handler: Handler, context: Context) -> Values:
    if text(context.values.sent, "SortProperty") == "Enumeration":
        raise Refusal(unacceptable("SortProperty", "Enumeration", "it is not supported"))
    return handler(context)


def _total_of_the_page(values: Values, context: Context) -> None:
    values["TotalNumResults"] = values["NumResults"]


def _count_of_the_list(values: Values, context: Context) -> None:
    values["NumResults"] = values["TotalNumResults"]


def _positive(values: Values, endpoint: Endpoint) -> Values:
    """Read as page 1 what is no number of a page."""
    number = text(values, "PageNumber")
    return values if number.isdecimal() and number != "0" else {**values, "PageNumber": ["1"]}


def _known_status(values: Values, endpoint: Endpoint) -> Values:
    sent = text(values, "Status")
    return {**values, "Status": ["Reviewable"]} if sent == "Assignable" else values


def _of_all(handler: Handler, context: Context) -> Values:
    """List the HITs of all Requesters."""
    own = {**context.store.hits}
    for record in own.values():
        context.store.save_hit(replace(record, owner=context.requester.access_key_id))
    try:
        return handler(context)
    finally:
        for record in own.values():
            context.store.save_hit(record)


def _disposed_too(handler: Handler, context: Context) -> Values:
    """List HITs that were disposed of as if they were not."""
    gone = [record for record in context.store.hits.values() if record.disposed_at is not None]
    for record in gone:
        context.store.save_hit(replace(record, disposed_at=None))
    try:
        return handler(context)
    finally:
        for record in gone:
            context.store.save_hit(record)


def _filter_by_type(endpoint: Endpoint) -> None:
    """Let SearchHITs list the HITs of the HITTypeId that was sent, though it has no such parameter."""
    reading, listing = endpoint.read_call, endpoint.handlers[SEARCH]
    sent = ""

    def list_of_type(context: Context) -> Values:
        values = listing(context)
        if sent:
            found = [one for one in values["HIT"] if not isinstance(one, str) and text(one, "HITTypeId") == sent]
            count = str(len(found))
            values |= {"HIT": [*found], "NumResults": [count], "TotalNumResults": [count]}
        return values

    def read(request: HttpRequest) -> Call:
        nonlocal sent
        call = reading(request)
        sent = text(call.values, "HITTypeId") if call.operation == SEARCH else ""
        return call

    endpoint.read_call = read
    endpoint.handlers[SEARCH] = list_of_type


def _without_ids(values: Values, context: Context) -> None:
    for one in values["HIT"]:
        if not isinstance(one, str):
            del one["HITId"]


def _leaving(name: str) -> Callable[[Values, Context], None]:
    """Return what leaves a member out of each HIT."""

    def change(values: Values, context: Context) -> None:
        for one in values["HIT"]:
            if not isinstance(one, str):
                one.pop(name, None)

    return change


def _status_is(*statuses: str) -> Callable[[Values, Context], bool]:
    return lambda hit, context: text(hit, "HITStatus") in statuses


def _newest(hit: Values, context: Context) -> bool:
    return text(hit, "HITId") == list(context.store.hits)[-1]


def _decided(hit: Values, context: Context) -> bool:
    states = {one.state for one in context.store.assignments_of(text(hit, "HITId"))}
    return bool(states) and states <= {"Approved", "Rejected"}


def _of_first_type(hit: Values, context: Context) -> bool:
    return text(hit, "HITTypeId") == next(iter(context.store.hits.values())).hit_type_id


def _of_list(name: str) -> tuple[Defect, ...]:
    """Return the faults that both lists can have."""
    reviewable = name == REVIEWABLE
    enumerated = f"{name}.SortProperty.Enumeration" if reviewable else f"{name}.enumeration-complete"
    broken_order = f"{name}.SortProperty.values"
    counted = f"{name}.NumResults.count"
    beyond = f"{name}.Pages.beyond-end"
    return (
        *(
            defect(
                f"{name}/sort/no-{asked}",
                _asking(name, _instead("SortProperty", asked, "Title" if asked == "CreationTime" else "CreationTime")),
                broken_order if reviewable else f"{name}.sort.{asked}",
            )
            for asked in ("Title", "Reward", "Expiration", *(["CreationTime"] if reviewable else []))
        ),
        defect(
            f"{name}/sort/by-title-unasked",
            _asking(name, _unless_sent("SortProperty", "Title")),
            f"{name}.SortProperty.default",
        ),
        defect(f"{name}/sort/no-enumeration", handling(name, _no_enumeration), f"{name}.SortProperty.Enumeration"),
        defect(f"{name}/page/overlapping", _shifted(name), f"{name}.Pages.partition", counted, enumerated),
        defect(
            f"{name}/page/far-refused",
            handling(name, _far_refused),
            beyond,
        ),
        defect(
            f"{name}/page/second-first",
            _asking(name, _unless_sent("PageNumber", 2)),
            f"{name}.PageNumber.default",
            also=(f"{name}.PageSize.default",),
            because="the second page is shorter",
        ),
        defect(f"{name}/page/of-twenty", _asking(name, _unless_sent("PageSize", 20)), f"{name}.PageSize.default"),
        defect(f"{name}/page/of-any-number", rereading(name, _positive), f"{name}.PageNumber.positive"),
        defect(
            f"{name}/count/of-the-page",
            _viewing(name, _total_of_the_page),
            counted,
            also=(beyond, f"{name}.no-filter") if not reviewable else (beyond,),
            because="TotalNumResults is compared between pages",
        ),
        defect(
            f"{name}/count/of-the-list",
            _viewing(name, _count_of_the_list),
            counted,
            also=(beyond,),
            because="NumResults of a page behind the end is not 0",
        ),
    )


_CODES = (
    defect("SearchHITs/PageSize/other-code", recoding(SEARCH, "PageSize"), f"{SEARCH}.PageSize.code"),
    defect("GetReviewableHITs/Status/other-code", recoding(REVIEWABLE, "Status"), f"{REVIEWABLE}.Status.invalid"),
)

_GROUPS = (
    defect(
        "SearchHITs/groups/question-unasked",
        choosing(SEARCH, lambda asked, groups: groups if asked else groups | {"HITQuestion"}),
        f"{SEARCH}.default-groups",
    ),
    defect(
        "SearchHITs/groups/no-question",
        choosing(SEARCH, lambda asked, groups: groups - {"HITQuestion"}),
        f"{SEARCH}.groups.question",
    ),
    defect(
        "SearchHITs/groups/details-always",
        choosing(SEARCH, lambda asked, groups: groups | {"HITDetail"}),
        f"{SEARCH}.groups.minimal",
    ),
    defect(
        "GetReviewableHITs/groups/details",
        choosing(REVIEWABLE, lambda asked, groups: groups | {"HITDetail"}),
        f"{REVIEWABLE}.minimal-only",
    ),
)

_MEMBERS = (
    *(
        defect(
            f"{operation}/without-{name}",
            _viewing(operation, _leaving(name)),
            f"{operation}.details",
            versions=(TODAY,),
        )
        for operation in (SEARCH, REQUIRING)
        for name in ("Title", "NumberOfAssignmentsPending")
    ),
    defect(
        "SearchHITs/without-the-newest",
        _dropping(SEARCH, _newest),
        "CreateHIT.listed",
    ),
    defect("SearchHITs/of-all-requesters", handling(SEARCH, _of_all), f"{SEARCH}.own-only"),
    defect("SearchHITs/filtered", _filter_by_type, f"{SEARCH}.no-filter"),
    *(
        defect(f"SearchHITs/without-{status}", _dropping(SEARCH, _status_is(status)), f"{SEARCH}.all")
        for status in ("Unassignable", "Reviewable", "Reviewing")
    ),
    defect("SearchHITs/with-disposed", handling(SEARCH, _disposed_too), f"{SEARCH}.all"),
    defect(
        "GetReviewableHITs/assignable-too",
        _asking(REVIEWABLE, _with_statuses("Reviewable", "Assignable")),
        f"{REVIEWABLE}.excludes",
    ),
    defect("GetReviewableHITs/disposed-too", handling(REVIEWABLE, _disposed_too), f"{REVIEWABLE}.excludes"),
    defect("GetReviewableHITs/without-decided", _dropping(REVIEWABLE, _decided), f"{REVIEWABLE}.keeps-decided"),
    defect(
        "GetReviewableHITs/both-unasked",
        handling(
            REVIEWABLE,
            lambda handler, context: handler(
                context if "Status" in context.values.sent else _with_statuses("Reviewable", "Reviewing")(context)
            ),
        ),
        f"{REVIEWABLE}.Status.default",
    ),
    defect(
        "GetReviewableHITs/Status-not-read",
        rereading(REVIEWABLE, _without("Status")),
        f"{REVIEWABLE}.Status.Reviewing",
        f"{REVIEWABLE}.Status.both",
        f"{REVIEWABLE}.Status.invalid",
    ),
    defect("GetReviewableHITs/one-status", _asking(REVIEWABLE, _first_status), f"{REVIEWABLE}.Status.both"),
    defect("GetReviewableHITs/any-status", rereading(REVIEWABLE, _known_status), f"{REVIEWABLE}.Status.invalid"),
    defect(
        "GetReviewableHITs/of-any-type", rereading(REVIEWABLE, _without("HITTypeId")), f"{REVIEWABLE}.HITTypeId.filter"
    ),
    defect(
        "GetReviewableHITs/without-the-first-type",
        _dropping(
            REVIEWABLE, lambda hit, context: "HITTypeId" not in context.values.sent and _of_first_type(hit, context)
        ),
        f"{REVIEWABLE}.HITTypeId.absent",
        also=(f"{REVIEWABLE}.SortProperty.*",),
        because="a HIT is missing from every list without HITTypeId",
    ),
    defect(
        "GetReviewableHITs/without-ids",
        _viewing(
            REVIEWABLE,
            _without_ids,
        ),
        f"{REVIEWABLE}.Result.hitid",
        also=(f"{REVIEWABLE}.*", "Common.Ids.told"),
        because="HITs are told apart by their HITId, which is an id",
    ),
)

DEFECTS: tuple[Defect, ...] = (*_of_list(SEARCH), *_of_list(REVIEWABLE), *_CODES, *_GROUPS, *_MEMBERS)
