"""Errors: where they stand, what they say, and which codes they have."""

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.forms import FREE_TEXT_FORM
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import CREATE, DISPOSE, GET, NEEDED
from conformance.target.requester import Reply, Requester

STATE = "Common.Response.error-location"


def places(reply: Reply) -> str:
    """Return where the errors of a reply stand, and what else there is."""
    found = ", ".join(sorted({error.place for error in reply.answer.errors})) or "none"
    return f"HTTP {reply.answer.status}, errors: {found}, {len(reply.answer.results)} results"


def told_data(reply: Reply) -> str:
    """Return the codes and the data of the errors of a reply."""
    return "; ".join(f"{one.code} {dict(one.data)}" for one in reply.answer.errors) or reply.summary


@pytest.mark.verifies(
    STATE,
    "Common.Response.result-always",
    "Common.Response.http-200-on-error",
    "KeyValuePair.error-data",
    "Common.Error.data-pairs",
    "Common.Error.code-InvalidQualificationTypeState",
)
def test_errors_about_states(requester: Requester, given: Given, expect: Expect) -> None:
    """A name used twice, a Qualification that nobody holds, a type disposed of twice; Data is judged by a check."""
    name = given.name("type")
    type_id = given.qualification_type(Name=name)
    twin = requester.call(CREATE, {"Name": name, **NEEDED})
    subject = {"QualificationTypeId": type_id, "SubjectId": "A3NOBODYOFTHISNAME"}
    unheld = requester.call("GetQualificationScore", subject)
    expect(
        STATE,
        {error.place for error in twin.answer.errors} == {"Request"} and twin.answer.is_valid == "False",
        where=f"{CREATE}, the Name once more",
        expected="QualificationType/Request with Errors and IsValid False",
        actual=places(twin),
    )
    expect(
        "Common.Response.result-always",
        [result.tag for result in unheld.answer.results] == ["Qualification"]
        and unheld.answer.results[0].find("Request") is not None,
        where="GetQualificationScore of a Worker without the Qualification",
        expected="the element Qualification with Request",
        actual=places(unheld),
    )
    expect(
        "Common.Response.http-200-on-error",
        unheld.answer.status == 200,
        where="GetQualificationScore of a Worker without the Qualification",
        expected="HTTP 200",
        actual=places(unheld),
    )
    told = {"a Name used twice": twin}
    if requester.call(DISPOSE, {"QualificationTypeId": type_id}).accepted:
        told["disposed of twice"] = requester.call(DISPOSE, {"QualificationTypeId": type_id})
    for what, reply in told.items():
        expect.see("Common.Error.data-pairs", where=what, actual=told_data(reply))
    what, last = [*told.items()][-1]
    expect.see("Common.Error.code-InvalidQualificationTypeState", where=what, actual=told_data(last))


@pytest.mark.verifies("Common.Error.missing-parameters", "Common.Error.invalid-parameter-value")
def test_errors_about_parameters(requester: Requester, given: Given, expect: Expect) -> None:
    bare = requester.call("CreateHIT")
    requirement, expected = "Common.Error.missing-parameters", "an error"
    expect(requirement, bare.refused, where="CreateHIT without parameters", expected=expected, actual=bare.summary)
    if bare.refused:
        expect.code(requirement, bare.codes)
    type_id = given.qualification_type()
    for values in ({"IntegerValue": "green"}, {"QualificationTypeId": "asfd"}):
        good = {"QualificationTypeId": type_id, "WorkerId": "A3NOBODYOFTHISNAME", "IntegerValue": 1}
        reply = requester.call("AssignQualification", {**good, **values})
        expect.see("Common.Error.invalid-parameter-value", where=f"AssignQualification, {values}", actual=reply.summary)


@pytest.mark.verifies("Common.Error.xml-parse", "Common.Error.xhtml-parse")
def test_errors_about_documents(requester: Requester, given: Given, expect: Expect) -> None:
    script = "</Text><FormattedContent><![CDATA[<script>x</script>]]></FormattedContent><Text>"
    for requirement, form in (
        ("Common.Error.xml-parse", "<QuestionForm>"),
        ("Common.Error.xhtml-parse", FREE_TEXT_FORM.format(name="q", text=script)),
    ):
        values = {"Name": given.name("type"), **NEEDED, "Test": form, "TestDurationInSeconds": 600}
        reply = requester.call(CREATE, values)
        expect(requirement, reply.refused, where=f"Test={form}", expected="an error", actual=reply.summary)
        if reply.refused:
            expect.code(requirement, reply.codes)


@pytest.mark.verifies("Common.Response.request-id-unique")
def test_request_ids_are_new(requester: Requester, expect: Expect) -> None:
    """Fifty balances and fifty refusals."""
    replies = [requester.call("GetAccountBalance") for _ in range(50)]
    replies += [requester.call(GET, {"QualificationTypeId": "2UNKNOWN"}) for _ in range(50)]
    ids = [reply.answer.request_id or "" for reply in replies]
    expected, actual = f"{len(ids)} ids that differ", f"{len(set(ids))} different ones"
    good = len(set(ids)) == len(ids)
    expect("Common.Response.request-id-unique", good, where="RequestId", expected=expected, actual=actual)
