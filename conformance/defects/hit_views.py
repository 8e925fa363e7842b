"""Faults in what CreateHIT makes and answers, and in what GetHIT shows of it."""

from calendar import isleap
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime

from lxml import etree

from conformance.defects.both_ways import WITH_TYPE, handling, rereading
from conformance.defects.defect import Defect, defect
from conformance.defects.hit_planting import named_hit
from conformance.defects.planting import OfOperation, Plant, acting, reshaping, text
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import HIT
from conformance.reference.worker import ControlRefused, Visit, WorkerAction
from conformance.spec.versions import KNOWN, TODAY, VERSIONS
from conformance.wire.flattening import Values

CREATE, GET = "CreateHIT", "GetHIT"
PENDING, AVAILABLE, COMPLETED = (f"NumberOfAssignments{name}" for name in ("Pending", "Available", "Completed"))
SIMILAR = "NumberOfSimilarHITs"
_BEFORE_GROUPS = tuple(version for version in VERSIONS if version < "2011-10-01")
_AFTER_SIMILAR = tuple(version for version in KNOWN if version >= "2012-03-25")
View = Callable[[HIT, Values, Context], None]
Groups = Callable[[tuple[str, ...], frozenset[str]], frozenset[str]]


def viewing(change: View, operation: str = GET) -> Plant:
    """Let ``change`` alter, in place, what an operation says of a HIT; the store stays as it is."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        record = context.store.hits.get(text(values, "HITId")) or named_hit(context)
        if record is not None:
            change(record, values, context)
        return values

    return handling(operation, wrapper)


def showing(name: str, change: Callable[[str, HIT, Context], str]) -> Plant:
    """Let ``change`` alter the text that GetHIT shows under ``name``, where it does."""

    def view(record: HIT, values: Values, context: Context) -> None:
        if name in values:
            values[name] = [change(text(values, name), record, context)]

    return viewing(view)


def without(name: str, operation: str = GET) -> Plant:
    """Leave an element of a HIT out."""

    def leave_out(record: HIT, values: Values, context: Context) -> None:
        values.pop(name, None)

    return viewing(leave_out, operation)


def choosing(operation: str, change: Groups) -> Plant:
    """Let ``change`` choose other response groups; it gets those asked for and those chosen."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.choose_groups

        def choose(name: str, asked: tuple[str, ...]) -> frozenset[str]:
            groups = strict(name, asked)
            return change(asked, groups) if name == operation else groups

        endpoint.choose_groups = OfOperation(operation=operation, changed=choose, unchanged=strict)

    return plant


def tolerating(operation: str) -> Plant:
    """Pass over a response group that does not exist."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.choose_groups
        endpoint.choose_groups = lambda name, asked: strict(
            name, tuple(one for one in asked if one != "Foo" or name != operation)
        )

    return plant


def _saving(change: Callable[[HIT, Context], HIT]) -> Plant:
    """Save something else than the HIT that CreateHIT has made."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        context.store.save_hit(change(context.store.hits[text(values, "HITId")], context))
        return values

    return handling(CREATE, wrapper)


def _first_id(record: HIT, values: Values, context: Context) -> None:
    """Show the id of the first HIT of the type."""
    hits = context.store.hits.values()
    values["HITId"] = [next(one.hit_id for one in hits if one.hit_type_id == record.hit_type_id)]


def _as_unassignable(record: HIT, values: Values, context: Context) -> None:
    values["HITStatus"] = ["Unassignable"]


def _of_anybody(handler: Handler, context: Context) -> Values:
    record = named_hit(context)
    owner = context.store.requesters[record.owner] if record else context.requester
    return handler(replace(context, requester=owner))


def _nothing_for_unknown(handler: Handler, context: Context) -> Values:
    return handler(context) if named_hit(context) else {}


def _hide(action: WorkerAction, visit: Visit) -> dict[str, object]:
    raise ControlRefused(409, "the HIT has no assignment to give")


def _tell(action: WorkerAction, visit: Visit) -> dict[str, object]:
    """Put the annotation into the address of the frame."""
    told = action(visit)
    return {**told, "url": f"{told['url']}&note={visit.store.hits[visit.text('hit_id')].annotation}"}


def _requirement(change: Callable[[Values], Values]) -> View:
    def view(record: HIT, values: Values, context: Context) -> None:
        if required := values.get("QualificationRequirement"):
            values["QualificationRequirement"] = [change(one) for one in required if not isinstance(one, str)]

    return view


def _renaming(names: Callable[[str], str], where: str) -> Callable[[etree._Element], None]:
    def rename(reply: etree._Element) -> None:
        for element in list(reply.iterfind(where)):
            element.tag = names(str(element.tag))

    return rename


def _adding(name: str, content: str) -> Callable[[etree._Element], None]:
    """Put an element that the version does not know at the end of a HIT's details."""

    def add(reply: etree._Element) -> None:
        for hit in reply.iterfind("HIT"):
            if hit.find("Title") is not None:
                etree.SubElement(hit, name).text = content

    return add


def _title_first(reply: etree._Element) -> None:
    for title in list(reply.iterfind("HIT/Title")):
        hit = title.getparent()
        if hit is not None:
            hit.remove(title)
            hit.insert(0, deepcopy(title))


def _priced_as_formatted(values: Values, endpoint: Endpoint) -> Values:
    """Take the amount from FormattedPrice."""
    prices = [one for one in values.get("Reward", []) if not isinstance(one, str)]
    if not any("FormattedPrice" in one for one in prices):
        return values
    return {**values, "Reward": [{**one, "Amount": [text(one, "FormattedPrice").lstrip("$")]} for one in prices]}


def _rich(endpoint: Endpoint) -> None:
    """Let every account cover everything."""
    setattr(endpoint.store, "can_pay", lambda *_: True)  # noqa: B010 - a method is replaced


def _tenths(values: Values, endpoint: Endpoint) -> Values:
    """Forget the second digit after the point of a reward of many cents."""
    prices = [one for one in values.get("Reward", []) if not isinstance(one, str)]
    return {**values, "Reward": [{**one, "Amount": [text(one, "Amount")[:3]]} for one in prices]} if prices else values


_NAMES, _UNKNOWN = "Common.Response.schema-names", "the version does not know an element of that name"
_WHOLE = (f"{CREATE}.whole-HIT", f"{WITH_TYPE}.whole-HIT")
_DETAILS = frozenset({"HITDetail"})
_QUESTION = frozenset({"HITQuestion"})


def _without_leap_days(record: HIT, context: Context) -> HIT:
    """Reckon with a calendar that has no leap day: who lives beyond the beginning of one lives a day too long."""
    year = datetime.fromtimestamp(record.expires_at, UTC).year
    crossed = isleap(year) and record.created_at < datetime(year, 2, 29, tzinfo=UTC).timestamp() <= record.expires_at
    return replace(record, expires_at=record.expires_at + 86400 * crossed)


_MADE = (
    defect(
        "hit/details-unasked",
        choosing(CREATE, lambda asked, groups: groups if asked else groups | _DETAILS),
        f"{CREATE}.default-response",
    ),
    defect("hit/without-its-type", without("HITTypeId", CREATE), f"{CREATE}.default-response.HITTypeId"),
    *(
        defect(f"hit/{name}-not-told", without(name, CREATE), *_WHOLE, versions=(TODAY,))
        for name in ("Title", "Expiration", "Question")
    ),
    defect("hit/told-as-unassignable", viewing(_as_unassignable, CREATE), *_WHOLE, versions=(TODAY,)),
    defect("hit/first-id-again", viewing(_first_id, CREATE), f"{CREATE}.HITId.unique"),
    defect("hit/born-unassignable", showing("HITStatus", lambda *_: "Unassignable"), f"{CREATE}.initial-state"),
    defect("hit/hidden-from-workers", acting("accept-assignment", _hide), f"{CREATE}.visible"),
    defect(
        "hit/summary-not-offered",
        choosing(CREATE, lambda asked, groups: groups - {"HITAssignmentSummary"}),
        f"{CREATE}.responsegroup.detail",
    ),
    defect(
        "hit/a-minute-longer",
        _saving(lambda record, context: replace(record, expires_at=record.expires_at + 60)),
        f"{CREATE}.LifetimeInSeconds.expiration",
    ),
    defect("hit/without-leap-days", _saving(_without_leap_days), f"{CREATE}.LifetimeInSeconds.expiration"),
    defect(
        "hit/created-an-hour-ago",
        _saving(lambda record, context: replace(record, created_at=record.created_at - 3600)),
        "HIT.CreationTime.format",
        f"{CREATE}.LifetimeInSeconds.expiration",
    ),
    defect(
        "hit/annotation-in-ascii",
        _saving(
            lambda record, context: replace(
                record, annotation=(record.annotation or "").encode("ascii", "ignore").decode()
            )
        ),
        f"{CREATE}.RequesterAnnotation.roundtrip",
    ),
    *(
        defect(f"hit/annotation-told-by-{action}", acting(action, _tell), f"{CREATE}.RequesterAnnotation.private")
        for action in ("preview", "accept-assignment")
    ),
    defect("hit/made-without-funds", _rich, f"{CREATE}.insufficient-funds"),
    defect("hit/reward-in-tenths", rereading(CREATE, _tenths), f"{CREATE}.Reward.decimal"),
    defect("hit/reward-as-formatted", rereading(CREATE, _priced_as_formatted), "Price.FormattedPrice.request"),
)

_SHOWN = (
    defect("get-hit/of-another", showing("HITId", lambda *_: "ANOTHER"), f"{GET}.element", f"{GET}.id-stable"),
    defect(
        "get-hit/new-id-when-expired",
        showing("HITId", lambda shown, hit, context: shown[::-1] if context.at >= hit.expires_at else shown),
        f"{GET}.id-stable",
    ),
    defect(
        "get-hit/question-altered",
        showing("Question", lambda shown, *_: shown.replace("why?", "how?")),
        f"{GET}.question-roundtrip",
    ),
    defect(
        "get-hit/question-only-if-asked-for",
        choosing(GET, lambda asked, groups: groups if asked else groups - _QUESTION),
        f"{GET}.default-groups",
        f"{GET}.question-roundtrip",
        versions=VERSIONS,
    ),
    *(
        defect(f"get-hit/without-{name}", without(name), f"{GET}.everything", roundtrip, versions=(TODAY,))
        for name, roundtrip in (("Question", f"{GET}.question-roundtrip"), ("Keywords", "HIT.Keywords.roundtrip"))
    ),
    defect(
        "get-hit/details-unasked",
        choosing(GET, lambda asked, groups: groups | _DETAILS if asked == ("Minimal",) else groups),
        f"{GET}.groups.minimal",
    ),
    defect(
        "get-hit/question-with-details",
        choosing(GET, lambda asked, groups: groups | _QUESTION if "HITDetail" in groups else groups),
        f"{GET}.groups.detail",
    ),
    defect("get-hit/without-max-assignments", without("MaxAssignments"), f"{GET}.groups.detail", f"{GET}.everything"),
    defect(
        "get-hit/details-with-question",
        choosing(GET, lambda asked, groups: groups | _DETAILS if asked == ("HITQuestion",) else groups),
        f"{GET}.groups.question",
    ),
    defect("get-hit/any-group", tolerating(GET), f"{GET}.groups.unknown"),
    defect(
        "get-hit/without-counters",
        without(AVAILABLE),
        f"{GET}.groups.summary",
        f"{GET}.everything",
        "HIT.counter.names",
    ),
    defect(
        "get-hit/small-o",
        reshaping(GET, _renaming(lambda tag: tag.replace("NumberOfA", "NumberofA"), "HIT/*")),
        "HIT.counter.names",
        f"{GET}.groups.summary",
        f"{GET}.everything",
        also=(_NAMES,),
        because=_UNKNOWN,
    ),
    defect("get-hit/of-anybody", handling(GET, _of_anybody), f"{GET}.owner-only"),
    defect(
        "get-hit/nothing-of-unknown",
        handling(GET, _nothing_for_unknown),
        f"{GET}.HITId.unknown",
        also=("Common.Ids.told",),
        because="a HIT without anything has no id either",
    ),
    defect(
        "get-hit/keywords-without-blanks",
        showing("Keywords", lambda shown, *_: shown.replace(" ", "")),
        "HIT.Keywords.roundtrip",
    ),
    defect(
        "get-hit/requirement-without-value",
        viewing(_requirement(lambda one: {name: text for name, text in one.items() if name != "IntegerValue"})),
        f"{CREATE}.QualificationRequirement.roundtrip",
        "HIT.QualificationRequirement.value-name",
    ),
    defect(
        "get-hit/requirement-with-value",
        reshaping(GET, _renaming(lambda tag: "Value", "HIT/QualificationRequirement/IntegerValue")),
        f"{CREATE}.QualificationRequirement.roundtrip",
        "HIT.QualificationRequirement.value-name",
        also=(_NAMES,),
        because=_UNKNOWN,
    ),
    defect(
        "get-hit/review-follows-status",
        showing("HITReviewStatus", lambda shown, hit, _: "MarkedForReview" if hit.reviewing else shown),
        "HIT.HITReviewStatus.independent",
    ),
    defect("get-hit/without-group", without("HITGroupId"), "HIT.HITGroupId", "HIT.HITGroupId.grouping"),
    defect(
        "get-hit/each-a-group",
        showing("HITGroupId", lambda shown, hit, _: hit.hit_id),
        "HIT.HITGroupId.grouping",
        f"{CREATE}.RequesterAnnotation.grouping",
    ),
    defect(
        "get-hit/group-in-old-versions",
        reshaping(GET, _adding("HITGroupId", "GROUP")),
        "HIT.HITGroupId.old",
        also=(_NAMES,),
        because=_UNKNOWN,
        versions=_BEFORE_GROUPS,
    ),
    defect("get-hit/without-similar", without(SIMILAR), f"HIT.{SIMILAR}.old"),
    defect(
        "get-hit/similar-in-new-versions",
        reshaping(GET, _adding(SIMILAR, "0")),
        f"HIT.{SIMILAR}.new",
        also=(_NAMES,),
        because=_UNKNOWN,
        versions=_AFTER_SIMILAR,
    ),
    defect("get-hit/title-first", reshaping(GET, _title_first), "HIT.elements.order"),
)

DEFECTS: tuple[Defect, ...] = (*_MADE, *_SHOWN)
