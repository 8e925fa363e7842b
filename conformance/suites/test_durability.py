"""What was created outlives a restart of the endpoint."""

from collections.abc import Callable

import pytest
from lxml import etree

from conformance.checks.expectation import Expect
from conformance.spec.shapes import shapes_for
from conformance.suites.assignments import Employer
from conformance.suites.blocks import can_list, must_block, reasons
from conformance.suites.eligibility import accepts
from conformance.suites.forms import form_and_answer
from conformance.suites.preconditions import Given
from conformance.target.requester import Reply

DURABLE = "Common.Durability.restart"


def contents(reply: Reply) -> list[str]:
    """Return what is in the result of a reply, but for what is said about the call; its cause where it is none."""
    if not reply.accepted:
        return [reply.summary]
    return [
        etree.tostring(child, encoding="unicode")
        for child in reply.answer.results[0].iterchildren(tag=etree.Element)
        if child.tag != "Request"
    ]


@pytest.mark.verifies(DURABLE)
def test_what_was_created_outlives_a_restart(given: Given, expect: Expect, restart: Callable[[], None]) -> None:
    employer, worker = Employer(given), given.workers.new_worker()
    requester = employer.requester
    hit_type, qualification_type = employer.hit_type(), given.qualification_type()
    hit = employer.hit(HITTypeId=hit_type)
    score = {"QualificationTypeId": qualification_type, "IntegerValue": 7}
    requester.must("AssignQualification", {**score, "WorkerId": worker})
    reason, blocks = given.name("reason"), "BlockWorker" in shapes_for(requester.version).operations
    if blocks:
        must_block(requester, worker, reason)
    kept: dict[str, Callable[[], list[str]]] = {
        "GetHIT": lambda: contents(requester.call("GetHIT", {"HITId": hit})),
        "GetQualificationType": lambda: contents(
            requester.call("GetQualificationType", {"QualificationTypeId": qualification_type})
        ),
        "GetQualificationScore": lambda: contents(
            requester.call("GetQualificationScore", {"QualificationTypeId": qualification_type, "SubjectId": worker})
        ),
    }
    if can_list(requester):
        given.settled(lambda: reasons(requester, worker), [reason].__eq__)
        kept["GetBlockedWorkers"] = lambda: reasons(requester, worker)
    elif blocks:
        kept["a HIT that a blocked Worker wants to accept"] = lambda: [str(accepts(given, worker, hit))]
    before = {name: read() for name, read in kept.items()}
    restart()
    for name, read in kept.items():
        after = read()
        expect(
            DURABLE,
            after == before[name],
            where=f"{name} after a restart",
            expected=f"as before: {before[name]}",
            actual=str(after),
        )
    content = {"Question": form_and_answer("q1")[0], "LifetimeInSeconds": 3600}
    again = requester.call("CreateHIT", {"HITTypeId": hit_type, **content})
    expect(DURABLE, again.accepted, where="CreateHIT of the HIT type", expected="success", actual=again.summary)
