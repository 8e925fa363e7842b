"""The cases of ``cases/``: one request with named preconditions, and what must come of it."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured
from conformance.spec.requirements import PAID_FOR, PLACEHOLDER, Case, cases
from conformance.spec.shapes import shapes_for
from conformance.strategies.sweep import unknown_identifier
from conformance.suites.assignments import Employer, Work
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal, is_unknown_operation
from conformance.suites.rows import Row
from conformance.target.requester import Reply, Requester
from conformance.wire.flattening import unflatten

REQUIRED_COMMON_PARAMETERS = ("AWSAccessKeyId", "Operation", "Signature", "Timestamp")


def case_rows(version: str) -> Iterator[Row]:
    """Yield the cases that hold in a version; one that says ``each`` becomes several rows."""
    for case in cases():
        if not case.holds_in(version):
            continue
        if case.each == "operations":
            for operation in shapes_for(version).operations:
                yield _row(case, operation, operation=operation)
        elif case.each == "required-common-parameters":
            for parameter in REQUIRED_COMMON_PARAMETERS:
                yield _row(case, f"without-{parameter}", omit=(*case.omit, parameter))
        else:
            yield _row(case)


def _row(case: Case, detail: str = "", **changes: object) -> Row:
    identifier = f"{case.id}/{detail}" if detail else case.id
    return Row(id=identifier, verifies=(case.verifies,), value=(case, changes))


def _qualification_type(given: Given) -> dict[str, str]:
    name = given.name("type")
    return {"Name": name, "QualificationTypeId": given.qualification_type(Name=name)}


def _pending_request(given: Given) -> dict[str, str]:
    request = given.pending_request()
    return {
        "QualificationRequestId": request.qualification_request_id,
        "QualificationTypeId": request.qualification_type_id,
        "SubjectId": request.subject_id,
    }


def _work(work: Work) -> dict[str, str]:
    return {"AssignmentId": work.assignment_id, "WorkerId": work.worker_id, "HITId": work.hit_id}


# How each precondition that a case can name is established: its fields.
ESTABLISHED: dict[str, Callable[[Given], dict[str, str]]] = {
    "qualification-type": _qualification_type,
    "pending-request": _pending_request,
    "hit-type": lambda given: {"HITTypeId": Employer(given).hit_type()},
    "hit": lambda given: {"HITId": Employer(given).hit()},
    "submitted-assignment": lambda given: _work(Employer(given).submitted()),
    "approved-assignment": lambda given: _work(Employer(given).approved()),
}
WIDE = "é"  # a character of two bytes in UTF-8


def fields_of(case: Case, given: Given) -> dict[str, str]:
    """Establish the preconditions of a case and return the fields that its placeholders can name."""
    fields = {"unknown-id": unknown_identifier(given.name("unknown"))}
    for precondition in case.given:
        established = ESTABLISHED[precondition](given)
        fields |= {f"{precondition}.{name}": text for name, text in established.items()}
    return fields


def filled(text: str, fields: dict[str, str], given: Given) -> str:
    """Fill the placeholders of one parameter: fields, ``{text:N}``, ``{token:N}`` and ``{wide-token:N}``.

    A token of N characters is one that no other case or run uses.
    """

    def value(match: re.Match[str]) -> str:
        kind, colon, length = match.group(1).partition(":")
        if not colon:
            return fields[kind]
        start = {"text": "", "token": given.name("token"), "wide-token": given.name("token")}[kind]
        return start.ljust(int(length), WIDE if kind == "wide-token" else "x")

    return PLACEHOLDER.sub(value, text)


@pytest.mark.each(rows=case_rows)
def test_case(row: Row, requester: Requester, given: Given, expect: Expect) -> None:
    case, changes = row.value
    if case.path == "/" and urlsplit(requester.url).path not in ("", "/"):
        raise NotMeasured("the endpoint is mounted below another path than /")
    operation = changes.get("operation", case.operation)
    fields = fields_of(case, given)
    values = unflatten([(name, filled(text, fields, given)) for name, text in case.parameters.items()])
    reply = requester.call(
        operation,
        values,
        path=case.path,
        method=case.method,
        signing=case.signing,
        common=case.common,
        omit=changes.get("omit", case.omit),
    )
    judge_case(case, operation, reply, requester, expect)
    if case.unpaid:
        judge_unpaid(case, fields, given, expect)


def judge_unpaid(case: Case, fields: dict[str, str], given: Given, expect: Expect) -> None:
    """See that nothing was paid for the assignment that a refused call was about."""
    work = Work(
        assignment_id=fields[f"{PAID_FOR}.AssignmentId"],
        worker_id=fields[f"{PAID_FOR}.WorkerId"],
        hit_id=fields[f"{PAID_FOR}.HITId"],
    )
    paid = Employer(given).bonuses(work)
    amounts = ", ".join(str(bonus.amount) for bonus in paid)
    expect(case.verifies, not paid, where="GetBonusPayments", expected="no payment", actual=f"paid: {amounts}")


def judge_case(case: Case, operation: str, reply: Reply, requester: Requester, expect: Expect) -> None:
    """Decide the requirement of a case by what came back."""
    where = f"{case.method} {operation}"
    if case.expect == "recorded":
        expect.see(case.verifies, where=where, actual=reply.summary)
    elif case.expect == "known":
        unknown = is_unknown_operation(reply, operation, requester)
        expect(case.verifies, not unknown, where=where, expected="an operation that is known", actual=reply.summary)
    elif case.expect == "accepted":
        expect(case.verifies, reply.accepted, where=where, expected="success", actual=reply.summary)
    else:
        refused = is_refusal(reply)
        expect(case.verifies, refused, where=where, expected="an error with a code and no data", actual=reply.summary)
        if refused:
            expect.code(case.verifies, reply.codes)
