"""Faults in what is shown of submissions: by GetAssignmentsForHIT, by GetAssignment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from conformance.defects.defect import Defect, defect
from conformance.defects.pages import losing
from conformance.defects.planting import Plant, acting, handling, rereading, text
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.formats import members
from conformance.reference.records import HIT, Assignment
from conformance.reference.refusals import Refusal, refused
from conformance.reference.store import Store
from conformance.reference.worker import Visit, WorkerAction
from conformance.spec.versions import TODAY, VERSIONS
from conformance.wire.flattening import Values

LIST, SINGLE = "GetAssignmentsForHIT", "GetAssignment"
_STATUS = f"{LIST}.AssignmentStatus"
_STATUSES = ("Submitted", "Approved", "Rejected")
_SHOWN = "shown by reading the list"

Changing = Callable[[Values, Assignment, Context], None]


def named_assignment(context: Context) -> Assignment | None:
    """Return the assignment that the call names, whoever it belongs to."""
    return context.store.assignments.get(text(context.values.sent, "AssignmentId"))


def named_hit(context: Context) -> HIT | None:
    """Return the HIT that the call is about, by itself or by its assignment."""
    record = named_assignment(context)
    return context.store.hits.get(record.hit_id if record else text(context.values.sent, "HITId"))


@contextmanager
def seen_otherwise(store: Store, *records: Assignment, **changes: Any) -> Iterator[None]:
    """Change assignments in the store and bring them back afterwards."""
    for record in records:
        store.save_assignment(replace(record, **changes))
    try:
        yield
    finally:
        for record in records:
            store.save_assignment(record)


def by_its_owner(operation: str) -> Plant:
    """Let anybody do with a HIT or an assignment what only its owner may."""

    def wrapper(handler: Handler, context: Context) -> Values:
        hit = named_hit(context)
        return handler(replace(context, requester=context.store.requesters[hit.owner]) if hit else context)

    return handling(operation, wrapper)


def forgiving(operation: str, *codes: str, values: Callable[[], Values] = dict) -> Plant:
    """Answer with a success in which nothing is done where a call would be refused with one of these codes."""

    def wrapper(handler: Handler, context: Context) -> Values:
        try:
            return handler(context)
        except Refusal as refusal:
            if any(error.code.endswith(codes) for error in refusal.errors):
                return values()
            raise

    return handling(operation, wrapper)


def unknown_taken(operation: str, values: Callable[[], Values] = dict) -> Plant:
    """Take a call that names nothing that exists as a success."""

    def wrapper(handler: Handler, context: Context) -> Values:
        return handler(context) if named_hit(context) else values()

    return handling(operation, wrapper)


def after_disposal(operation: str) -> Plant:
    """Treat a HIT that was disposed of like any other."""

    def wrapper(handler: Handler, context: Context) -> Values:
        hit = named_hit(context)
        if hit is None or hit.disposed_at is None:
            return handler(context)
        context.store.save_hit(replace(hit, disposed_at=None))
        try:
            return handler(context)
        finally:
            context.store.save_hit(hit)

    return handling(operation, wrapper)


def viewing(operation: str, change: Changing) -> Plant:
    """Let ``change`` alter, in place, what an operation says of each assignment; the store stays as it is."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        for view in values["Assignment"]:
            if isinstance(view, dict):
                change(view, context.store.assignments[text(view, "AssignmentId")], context)
        return values

    return handling(operation, wrapper)


def in_groups(operation: str, change: Callable[[frozenset[str]], frozenset[str]]) -> Plant:
    """Let an operation answer with other response groups than were asked for."""
    return handling(operation, lambda handler, context: handler(replace(context, groups=change(context.groups))))


def _with(**values: str) -> Plant:
    """Let a call of the list that leaves out these parameters have them all the same."""
    return rereading(LIST, lambda sent, _: {**members(**values), **sent})


def _asking(name: str, change: Callable[[list[Any]], list[Any]]) -> Plant:
    """Let ``change`` put other occurrences in the place of those of a parameter of the list."""

    def reread(sent: Values, _: Endpoint) -> Values:
        occurrences = change(sent.get(name, []))
        others = {one: value for one, value in sent.items() if one != name}
        return {**others, name: occurrences} if occurrences else others

    return rereading(LIST, reread)


def _set(name: str, write: Callable[[Assignment], float | None]) -> Changing:
    """Show another time under a name."""

    def change(view: Values, record: Assignment, context: Context) -> None:
        at = write(record)
        if at is not None:
            view[name] = [context.formats.timestamp(at)]

    return change


def _without_answer(view: Values, record: Assignment, context: Context) -> None:
    if "AssignmentFeedback" not in context.groups:
        view.pop("Answer", None)


def _only_reviewable(handler: Handler, context: Context) -> Values:
    values, hit = handler(context), named_hit(context)
    taken = len(list(context.store.assignments_of(hit.hit_id))) if hit else 0
    if hit is None or taken >= hit.max_assignments:
        return values
    return {**values, "Assignment": [], "NumResults": ["0"], "TotalNumResults": ["0"]}


def _unfinished_too(handler: Handler, context: Context) -> Values:
    hit = named_hit(context)
    records = context.store.assignments_of(hit.hit_id) if hit else ()
    unfinished = [record for record in records if record.state not in _STATUSES]
    with seen_otherwise(context.store, *unfinished, state="Submitted", submitted_at=context.at):
        return handler(context)


def _empty_refused(handler: Handler, context: Context) -> Values:
    values = handler(context)
    if not values["Assignment"]:
        raise refused("AWS.MechanicalTurk.InvalidHITState", "There are no assignments.")
    return values


def _page_as_total(handler: Handler, context: Context) -> Values:
    values = handler(context)
    return {**values, "TotalNumResults": values["NumResults"]}


def _gap_between_pages(handler: Handler, context: Context) -> Values:
    values = handler(context)
    if text(values, "PageNumber") == "1":
        return values
    shown = values["Assignment"][1:]
    return {**values, "Assignment": shown, "NumResults": [str(len(shown))]}


def _once_more(action: WorkerAction, visit: Visit) -> dict[str, object]:
    """Let a Worker accept a HIT as if it were the first time."""
    own = [one for one in visit.store.assignments_of(visit.text("hit_id")) if one.worker_id == visit.worker_id]
    with seen_otherwise(visit.store, *own, worker_id="A0SOMEBODYELSE"):
        return action(visit)


def _due_later(action: WorkerAction, visit: Visit) -> dict[str, object]:
    answer, record = action(visit), visit.store.assignments[visit.text("assignment_id")]
    visit.store.save_assignment(replace(record, auto_approval_at=(record.auto_approval_at or visit.at) + 60))
    return answer


def _another_hit(handler: Handler, context: Context) -> Values:
    """Show another HIT of the Requester beside the assignment."""
    values, hit = handler(context), named_hit(context)
    others = [one for one in context.store.hits.values() if hit and one.owner == hit.owner and one != hit]
    for view in values["HIT"] if others else ():
        if isinstance(view, dict):
            view["HITId"] = [others[-1].hit_id]
    return values


def _assignment_alone(handler: Handler, context: Context) -> Values:
    return {"Assignment": handler(context)["Assignment"]}


def _not_yet_submitted(handler: Handler, context: Context) -> Values:
    record = named_assignment(context)
    if record is None or record.state != "Accepted":
        return handler(context)
    with seen_otherwise(context.store, record, state="Submitted", submitted_at=context.at):
        return handler(context)


def _always_submitted(handler: Handler, context: Context) -> Values:
    record = named_assignment(context)
    if record is None or record.state not in _STATUSES:
        return handler(context)
    with seen_otherwise(context.store, record, state="Submitted"):
        return handler(context)


def _no_list() -> Values:
    return members(NumResults="0", TotalNumResults="0", PageNumber="1")


_LISTED = (
    defect("submissions/of-an-unknown-hit", unknown_taken(LIST, _no_list), f"{LIST}.HITId.unknown"),
    defect("submissions/of-another-requester", by_its_owner(LIST), f"{LIST}.owner-only"),
    defect("submissions/after-disposal", after_disposal(LIST), f"{LIST}.disposed"),
    defect(
        "submissions/unknown-status-passed-over",
        _asking("AssignmentStatus", lambda sent: [one for one in sent if one in _STATUSES or "," in one]),
        f"{_STATUS}.invalid",
    ),
    defect("submissions/only-undecided-unasked", _with(AssignmentStatus="Submitted"), f"{_STATUS}.default"),
    defect(
        "submissions/status-passed-over",
        _asking("AssignmentStatus", lambda sent: []),
        *(f"{_STATUS}.{topic}" for topic in ("filter", "comma", "repeated", "several", "invalid")),
    ),
    defect(
        "submissions/first-status-before-the-comma",
        _asking("AssignmentStatus", lambda sent: [one.partition(",")[0] for one in sent]),
        f"{_STATUS}.comma",
    ),
    defect(
        "submissions/first-status-of-several",
        _asking("AssignmentStatus", lambda sent: sent[:1]),
        f"{_STATUS}.repeated",
        f"{_STATUS}.several",
    ),
    defect(
        "submissions/without-answer-unasked",
        viewing(LIST, _without_answer),
        f"{LIST}.minimal-includes-answer",
        also=("Assignment.*", "QuestionFormAnswers.*"),
        because=_SHOWN,
        versions=VERSIONS,
    ),
    defect("submissions/only-when-reviewable", handling(LIST, _only_reviewable), f"{LIST}.partial"),
    defect("submissions/unfinished-too", handling(LIST, _unfinished_too), f"{LIST}.only-completed"),
    defect("submissions/none-is-an-error", handling(LIST, _empty_refused), f"{LIST}.empty", f"{LIST}.Pages.beyond-end"),
    defect("submissions/one-worker-twice", acting("accept-assignment", _once_more), f"{LIST}.worker-once"),
    defect(
        "submissions/feedback-unasked",
        in_groups(LIST, lambda groups: groups | {"AssignmentFeedback"}),
        f"{LIST}.default-groups",
    ),
    defect(
        "submissions/feedback-never",
        in_groups(LIST, lambda groups: groups - {"AssignmentFeedback"}),
        f"{LIST}.groups.feedback",
        "ApproveAssignment.RequesterFeedback.stored",
        "RejectAssignment.RequesterFeedback.stored",
    ),
)

_ORDERED = (
    defect("submissions/newest-first", _with(SortDirection="Descending"), f"{LIST}.SortProperty.default"),
    defect(
        "submissions/direction-passed-over",
        _asking("SortDirection", lambda sent: []),
        f"{LIST}.SortDirection.descending",
        also=(f"{LIST}.SortDirection.values",),
        because="a direction that is passed over is not refused",
    ),
    defect("submissions/nine-on-a-page", _with(PageSize="9"), f"{LIST}.PageSize.default"),
    defect("submissions/hundred-on-a-page", _with(PageSize="100"), f"{LIST}.PageSize.default"),
    defect(
        "submissions/second-page-first",
        _with(PageNumber="2"),
        f"{LIST}.PageNumber.default",
        also=(f"{LIST}.*", "Assignment.*"),
        because="what is on the first page is not seen",
    ),
    defect(
        "submissions/any-page-number",
        _asking("PageNumber", lambda sent: [one if one.isdigit() and int(one) else "1" for one in sent]),
        f"{LIST}.PageNumber.positive",
    ),
    defect(
        "submissions/page-as-total",
        handling(LIST, _page_as_total),
        f"{LIST}.NumResults.count",
        f"{LIST}.Pages.beyond-end",
    ),
    defect(
        "submissions/gap-between-pages",
        handling(LIST, _gap_between_pages),
        f"{LIST}.NumResults.count",
        f"{LIST}.Pages.partition",
        versions=VERSIONS,
    ),
    defect(
        "submissions/last-one-of-a-page-lost",
        losing(LIST, "Assignment"),
        f"{LIST}.Pages.partition",
        also=("Common.Paging.*",),
        because="the list is read by its pages",
        versions=(TODAY,),
    ),
)

_TIMES = (
    defect(
        "submissions/accepted-when-submitted",
        viewing(LIST, _set("AcceptTime", lambda record: record.submitted_at)),
        "Assignment.AcceptTime",
    ),
    defect("submissions/due-a-minute-late", acting("submit-assignment", _due_later), "Assignment.AutoApprovalTime"),
    defect(
        "submissions/deadline-at-once",
        viewing(LIST, _set("Deadline", lambda record: record.accepted_at)),
        "Assignment.Deadline",
    ),
    defect(
        "submissions/rejected-before-decision",
        viewing(LIST, _set("RejectionTime", lambda record: record.decided_at or record.submitted_at)),
        "Assignment.omitted-times",
        also=("ApproveAssignment.time",),
        because="an approved one has a RejectionTime too",
    ),
)

_SINGLE = (
    defect("submission/unknown", unknown_taken(SINGLE), f"{SINGLE}.AssignmentId.unknown"),
    defect("submission/of-another-requester", by_its_owner(SINGLE), f"{SINGLE}.owner-only"),
    defect("submission/after-disposal", after_disposal(SINGLE), f"{SINGLE}.disposed"),
    defect("submission/with-another-hit", handling(SINGLE, _another_hit), f"{SINGLE}.hit-matches"),
    defect(
        "submission/without-hit",
        handling(SINGLE, _assignment_alone),
        *(f"{SINGLE}.{topic}" for topic in ("returns", "groups.hit", "tells-all")),
    ),
    defect("submission/before-it-is-one", handling(SINGLE, _not_yet_submitted), f"{SINGLE}.not-submitted"),
    defect("submission/always-undecided", handling(SINGLE, _always_submitted), f"{SINGLE}.statuses"),
    defect(
        "submission/feedback-unasked",
        in_groups(SINGLE, lambda groups: groups | {"AssignmentFeedback"}),
        f"{SINGLE}.default-groups",
    ),
    defect(
        "submission/minimal-always",
        in_groups(SINGLE, lambda groups: groups & {"Minimal", "Request"}),
        f"{SINGLE}.groups.feedback",
        f"{SINGLE}.groups.hit",
    ),
)

DEFECTS: tuple[Defect, ...] = (*_LISTED, *_ORDERED, *_TIMES, *_SINGLE)
