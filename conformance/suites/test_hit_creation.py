"""CreateHIT: what it answers, whose properties count, and who finds the HIT."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import WorkerRefused
from conformance.spec.requirements import requirements
from conformance.suites.assignments import Employer, number
from conformance.suites.hits import (
    COUNTERS,
    GROUPS,
    Fund,
    Hits,
    ids_of,
    judge_members,
    judge_text,
    named,
    text_of,
)
from conformance.suites.pages import external_question
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.suites.rows import Row


@pytest.mark.verifies(
    "CreateHIT.default-response",
    "CreateHIT.default-response.HITTypeId",
    "CreateHIT.HITId.unique",
    "CreateHIT.initial-state",
    "CreateHIT.listed",
    "CreateHIT.RequesterAnnotation.not-in-type",
)
def test_makes_a_hit_each_time(given: Given, expect: Expect) -> None:
    """Two calls that are equal but for the annotation, which is none of the type's."""
    hits = Hits(given)
    values = {**hits.properties(), **hits.content()}
    first, second = (
        hits.requester.must("CreateHIT", {**values, "RequesterAnnotation": given.name("note")}) for _ in range(2)
    )
    judge_members("CreateHIT.default-response", first, expect, present=("HITId",), absent=("Title", "Question"))
    type_ids = [text_of(reply, "HITTypeId") for reply in (first, second)]
    hit_ids = [text_of(reply, "HITId") for reply in (first, second)]
    judge_members("CreateHIT.default-response.HITTypeId", first, expect, present=("HITTypeId",))
    expect(
        "CreateHIT.HITId.unique",
        len(set(hit_ids)) == 2,
        where="CreateHIT/HIT/HITId of two calls",
        expected="an id of its own for each",
        actual=", ".join(hit_ids),
    )
    expect(
        "CreateHIT.RequesterAnnotation.not-in-type",
        len(set(type_ids)) == 1,
        where="CreateHIT/HIT/HITTypeId of two calls that differ in RequesterAnnotation",
        expected="the same HITTypeId",
        actual=", ".join(type_ids),
    )
    listed = given.settled(lambda: ids_of(hits.newest()), lambda found: set(hit_ids) <= set(found))
    expect(
        "CreateHIT.listed",
        set(hit_ids) <= set(listed),
        where="SearchHITs",
        expected=f"{' and '.join(hit_ids)} among the newest",
        actual=", ".join(listed),
    )
    made = hits.read(hit_ids[0], "Minimal", "HITDetail", "HITAssignmentSummary")
    judge_text("CreateHIT.initial-state", made, "HITStatus", "Assignable", expect)
    state = {name: text_of(made, name) for name in ("HITReviewStatus", "MaxAssignments", *COUNTERS)}
    expect.see("CreateHIT.initial-state", where="GetHIT/HIT", actual=str(state))


WHOLE = (
    *("HITId", "HITTypeId", "CreationTime", "Title", "Description", "HITStatus", "MaxAssignments", "Reward/Amount"),
    *("AutoApprovalDelayInSeconds", "Expiration", "AssignmentDurationInSeconds"),
)


def whole_rows(version: str) -> Iterator[Row]:
    """Yield the operations that answer with the whole HIT in a version."""
    for operation in ("CreateHIT", "CreateHITWithHITType"):
        requirement = f"{operation}.whole-HIT"
        if requirements()[requirement].holds_in(version):
            yield Row(id=operation, verifies=(requirement,), value=operation)


@pytest.mark.each(rows=whole_rows)
def test_answers_with_the_whole_hit(row: Row, given: Given, expect: Expect) -> None:
    hits = Hits(given)
    kind = hits.properties() if row.value == "CreateHIT" else {"HITTypeId": hits.register()}
    reply = hits.requester.must(row.value, {**kind, **hits.content()})
    made = hits.read(named(reply, "HITId"))
    told, shown = ({name: text_of(one, name) for name in WHOLE} for one in (reply, made))
    missing = [name for name in (*WHOLE, "Question") if not text_of(reply, name)]
    other = [f"{name} {told[name]!r}" for name in WHOLE if told[name] and told[name] != shown[name]]
    expect(
        row.verifies[0],
        not missing and not other,
        where=f"{row.value}/HIT",
        expected="all that GetHIT shows",
        actual=f"missing: {', '.join(missing) or 'nothing'}; another than GetHIT has: {', '.join(other) or 'nothing'}",
    )


@pytest.mark.verifies("CreateHIT.initial-counters")
def test_begins_with_all_assignments_available(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    made = hits.read(hits.new(MaxAssignments=2).hit_id, *GROUPS)
    for name, wanted in zip(COUNTERS, ("0", "2", "0"), strict=True):
        judge_text("CreateHIT.initial-counters", made, name, wanted, expect)


@pytest.mark.verifies("CreateHIT.HITTypeId.overrides-properties", "CreateHIT.responsegroup.detail")
def test_takes_the_properties_of_the_type_named(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    properties = hits.properties()
    type_id = hits.register(**properties)
    others = {**hits.properties(Description="another"), "Reward": {"Amount": "0.07", "CurrencyCode": "USD"}}
    values = {**others, **hits.content(), "HITTypeId": type_id, "ResponseGroup": list(GROUPS)}
    reply = hits.requester.call("CreateHIT", values)
    requirement = "CreateHIT.HITTypeId.overrides-properties"
    expect(requirement, reply.accepted, where="CreateHIT", expected="success", actual=reply.summary)
    if not reply.accepted:
        return
    wanted = ("MaxAssignments", "Expiration", "Question", *COUNTERS)
    judge_members("CreateHIT.responsegroup.detail", reply, expect, present=wanted)
    made = hits.read(text_of(reply, "HITId"))
    judge_text(requirement, made, "HITTypeId", type_id, expect)
    for name in ("Title", "Description"):
        judge_text(requirement, made, name, properties[name], expect)
    amount = number(made.text("Reward/Amount"))
    expect(requirement, amount == Decimal("0.05"), where="Reward/Amount", expected="0.05", actual=str(amount))


@pytest.mark.verifies("CreateHIT.visible")
def test_a_worker_accepts_the_new_hit(given: Given, expect: Expect) -> None:
    hit_id, worker_id = Hits(given).new().hit_id, given.workers.new_worker()

    def wish() -> str:
        try:
            return given.workers.accept_assignment(worker_id, hit_id).assignment_id
        except WorkerRefused as refused:
            return f"refused: {refused.cause}"

    came = given.settled(wish, lambda told: not told.startswith("refused"))
    expect(
        "CreateHIT.visible",
        not came.startswith("refused"),
        where="a Worker's wish for an assignment of the HIT",
        expected="an assignment",
        actual=came,
    )


@pytest.mark.verifies("CreateHIT.insufficient-funds")
def test_refuses_what_cannot_be_paid(given: Given, expect: Expect, fund: Fund) -> None:
    hits = Hits(given, fund("1.00"))
    mark = given.name("unpaid")
    balance = Employer(given, hits.requester).balance()
    reward = {"Amount": f"{balance + 10:.2f}", "CurrencyCode": "USD"}
    values = {**hits.properties(Reward=reward), **hits.content(MaxAssignments=10, RequesterAnnotation=mark)}
    reply = hits.requester.call("CreateHIT", values)
    left = hits.annotated(mark)
    requirement = "CreateHIT.insufficient-funds"
    expect(
        requirement,
        is_refusal(reply) and not left,
        where="CreateHIT",
        expected=f"an error with {balance} in the account, and no HIT made",
        actual=f"{reply.summary}; {len(left)} HITs made",
    )
    if reply.refused:
        expect.code(requirement, reply.codes)


@pytest.mark.verifies("CreateHIT.fee-10")
def test_tells_what_many_assignments_cost(given: Given, expect: Expect, fund: Fund) -> None:
    told = []
    for count in (9, 10):
        employer = Employer(given, fund("20.00"))
        hits = Hits(given, employer.requester)
        before = employer.balance()
        hits.new(MaxAssignments=count)
        told.append(f"{count} assignments: the balance changes by {employer.balance() - before}")
    expect.see("CreateHIT.fee-10", where="GetAccountBalance", actual="; ".join(told))


@pytest.mark.verifies("CreateHIT.RequesterAnnotation.private")
def test_keeps_the_annotation_from_workers(given: Given, expect: Expect) -> None:
    """What can be seen of a Worker's pages is the address that the frame of an ExternalQuestion is read from."""
    mark = given.name("note").replace(" ", "-")
    hit_id = Hits(given).new(Question=external_question(), RequesterAnnotation=mark).hit_id
    worker_id = given.workers.new_worker()
    preview = given.workers.preview(worker_id, hit_id)
    accepted = given.workers.accept_assignment(worker_id, hit_id)
    for step, address in (("previewing", preview), ("accepting", accepted.url)):
        expect(
            "CreateHIT.RequesterAnnotation.private",
            mark not in (address or ""),
            where=f"the address of the frame that a Worker sees when {step} the HIT",
            expected="nothing of the RequesterAnnotation",
            actual=str(address),
        )
