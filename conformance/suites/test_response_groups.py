"""Response groups: what is echoed, what is left out, and what of a refused call is not done."""

from collections.abc import Iterator

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.shapes import shapes_for
from conformance.suites.good_calls import GoodCalls
from conformance.suites.hits import Hits, changed, text_of
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import GET, UPDATE, read
from conformance.suites.qualifications import someone, values_for_assignment
from conformance.suites.rows import Row
from conformance.target.requester import Requester

ECHO = "Common.ResponseGroup.request-echo"
MINIMAL = "Common.ResponseGroup.minimal"
WITHOUT_GROUPS = ("SetHITTypeNotification", "SendTestEventNotification", "GetFileUploadURL", "DisposeQualificationType")
FIGURE = {"Statistic": "NumberHITsCreated", "TimePeriod": "LifeToDate"}


@pytest.mark.verifies(ECHO, "Common.ResponseGroup.request-only")
def test_calls_are_echoed(given: Given, requester: Requester, expect: Expect) -> None:
    hits = Hits(given)
    values = {**hits.properties(), **hits.content()}
    groups = {"ResponseGroup": ["Minimal", "Request"]}
    made = requester.must("CreateHIT", {**values, **groups})
    found = requester.must("GetHIT", {"HITId": text_of(made, "HITId"), **groups})
    for reply, operation, sent in (
        (made, "CreateHIT", {"Title": values["Title"], "LifetimeInSeconds": "3600"}),
        (found, "GetHIT", {"HITId": text_of(made, "HITId")}),
    ):
        echoed = {name: text_of(reply, f"Request/{operation}Request/{name}") for name in sent}
        where = f"Request/{operation}Request"
        expect(ECHO, echoed == sent, where=where, expected=str(sent), actual=f"{echoed}; {reply.summary}")
    # A title of its own: where the reply tells no HITId, the HIT is found by it and cleaned up.
    alone = requester.call("CreateHIT", {**hits.properties(), **hits.content(), "ResponseGroup": ["Request"]})
    told = f"{alone.summary}, {'a' if text_of(alone, 'HITId') else 'no'} HITId"
    if alone.accepted and not text_of(alone, "HITId"):
        hits.newest()  # before the clock moves on, and the HIT is on no list any more
    expect.see("Common.ResponseGroup.request-only", where="CreateHIT", actual=told)


@pytest.mark.verifies("Common.ResponseGroup.not-allowed")
def test_group_of_other_operations(given: Given, requester: Requester, expect: Expect) -> None:
    requirement, asked = "Common.ResponseGroup.not-allowed", {"QualificationTypeId": given.qualification_type()}
    usual = requester.must(GET, asked)
    reply = requester.call(GET, {**asked, "ResponseGroup": ["Minimal", "HITDetail"]})
    names = [[str(child.tag) for result in one.answer.results for child in result] for one in (usual, reply)]
    good = reply.refused or (reply.accepted and names[0] == names[1])
    expected = "an error, or the usual answer"
    expect(requirement, good, where=f"{GET} with HITDetail", expected=expected, actual=f"{reply.summary}, {names[1]}")
    expect.see(requirement, where=f"{GET} with HITDetail", actual=reply.summary)


def minimal_rows(version: str) -> Iterator[Row]:
    """Yield the operations of a version."""
    for operation in shapes_for(version).operations:
        yield Row(id=f"{MINIMAL}/{operation}", verifies=(MINIMAL,), value=operation)


@pytest.mark.each(rows=minimal_rows)
def test_every_operation_has_a_smallest_answer(row: Row, given: Given, requester: Requester, expect: Expect) -> None:
    operation: str = row.value
    values = GoodCalls(given=given, version=requester.version).values(operation)
    if operation == "GetQualificationScore" and given.workers.capabilities:
        requester.must("AssignQualification", {**values_for_assignment(values), "IntegerValue": 7})
    reply = requester.call(operation, {**values, "ResponseGroup": "Minimal"})
    where = f"{operation} with ResponseGroup Minimal"
    if operation in WITHOUT_GROUPS:
        expect.see(MINIMAL, where=where, actual=reply.summary)
        return
    if not reply.accepted:
        requester.must(operation, {name: value for name, value in values.items() if name != "ResponseGroup"})
    expect(MINIMAL, reply.accepted, where=where, expected="success, as without it", actual=reply.summary)


@pytest.mark.verifies("Common.ResponseGroup.parameters-default")
def test_figures_come_with_their_parameters(requester: Requester, expect: Expect) -> None:
    reply = requester.call("GetRequesterStatistic", FIGURE)
    told = {name: text_of(reply, name) for name in FIGURE}
    where = "GetRequesterStatistic without ResponseGroup"
    good, actual = told == FIGURE, f"{told}; {reply.summary}"
    expect("Common.ResponseGroup.parameters-default", good, where=where, expected=str(FIGURE), actual=actual)


@pytest.mark.verifies("Common.Error.enumerated")
def test_values_of_no_enumeration(given: Given, requester: Requester, expect: Expect) -> None:
    hits, requirement = Hits(given), "Common.Error.enumerated"
    odd = {"QualificationTypeId": "00000000000000000071", "Comparator": "Foo", "LocaleValue": {"Country": "US"}}
    for operation, values in (
        ("SearchHITs", {"SortDirection": "up"}),
        ("GetRequesterStatistic", changed(FIGURE, {"TimePeriod": "Year"})),
        ("CreateHIT", {**hits.properties(), **hits.content(), "QualificationRequirement": odd}),
    ):
        reply = requester.call(operation, values)
        expect(requirement, reply.refused, where=operation, expected="an error", actual=reply.summary)
        if reply.refused:
            expect.code(requirement, reply.codes)


@pytest.mark.verifies("Common.Error.no-partial-effect")
def test_refused_calls_change_nothing(given: Given, requester: Requester, expect: Expect) -> None:
    """An update and an assignment, each with one value that cannot be."""
    requirement, description = "Common.Error.no-partial-effect", "as it was"
    type_id = given.qualification_type(Description=description)
    values = {"QualificationTypeId": type_id, "Description": "changed", "RetryDelayInSeconds": "never"}
    refused = requester.call(UPDATE, values)
    if refused.refused:
        told = text_of(read(requester, type_id), "Description")
        expect(requirement, told == description, where=f"Description after {UPDATE}", expected=description, actual=told)
    worker = someone(given)
    score = {"QualificationTypeId": type_id, "WorkerId": worker, "IntegerValue": "green"}
    refused = requester.call("AssignQualification", score)
    holds, value, _ = given.score(type_id, worker)
    good = not (refused.refused and holds)
    expect(requirement, good, where="GetQualificationScore", expected="no Qualification", actual=value)
