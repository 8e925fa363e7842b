"""Faults of calls: laid at the requirement that names parameter and fault, and never what a recorder did."""

from typing import Any

import pytest

from conformance.bindings.exchanges import calls_of
from conformance.bindings.query import read_call
from conformance.checks.differences import difference_of
from conformance.checks.finding import Finding, Outcome
from conformance.checks.request_conditions import CONDITIONS
from conformance.checks.request_faults import FAULTS_KEPT, NOTE, UNSTATED, faults_of_call, faults_of_unreadable
from conformance.spec.documents import DOCUMENTS
from conformance.spec.requirements import requirements
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.strategies.bulk import bulk_exchanges
from conformance.strategies.sweep import sweep, sweep_structures
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest

SHAPES = shapes_for(LATEST)
BONUS: Values = {
    "AssignmentId": ["A"],
    "WorkerId": ["W"],
    "BonusAmount": [{"Amount": ["1.00"], "CurrencyCode": ["USD"]}],
    "Reason": ["why"],
}


def faults(replies: Any, operation: str, values: Values, **wire: Any) -> list[Finding]:
    """Return what is wrong with a call."""
    call = read_call(replies.call(operation, values, **wire))
    return list(faults_of_call(call, SHAPES, "query"))


@pytest.mark.parametrize(
    ("changed", "requirement", "where", "difference"),
    [
        ({"Reason": []}, "GrantBonus.Reason.required", "Reason", "missing"),
        ({"UniqueRequestToken": ["x" * 65]}, "GrantBonus.UniqueRequestToken.max", "UniqueRequestToken", "value"),
        ({"Reasons": ["x"]}, "Common.Parameters.unknown", "Reasons", "extra"),
        ({"BonusAmount": [{"Amount": ["much"], "CurrencyCode": ["USD"]}]}, UNSTATED, "BonusAmount.1.Amount", "type"),
        ({"BonusAmount": ["1.00"]}, UNSTATED, "BonusAmount.1", "type"),
        ({"AssignmentId": ["A", "B"]}, UNSTATED, "AssignmentId", "extra"),
    ],
)
def test_a_fault_of_a_parameter(changed: Values, requirement: str, where: str, difference: str, replies: Any) -> None:
    """Missing, unknown, too long, of another type, too often."""
    (found,) = faults(replies, "GrantBonus", {**BONUS, **changed})
    assert (found.requirement, found.where, difference_of(found)) == (requirement, where, difference)
    assert found.note == NOTE
    stated = requirements().get(requirement)
    assert (found.outcome is Outcome.MISSED) == (stated is not None and stated.level != "MAY")


@pytest.mark.parametrize(
    ("operation", "values", "requirement"),
    [
        ("GetReviewableHITs", {"PageSize": ["0"]}, "GetReviewableHITs.PageSize.range"),
        ("GetReviewableHITs", {"PageSize": ["9" * 40]}, "GetReviewableHITs.PageSize.range"),
        ("GetReviewableHITs", {"Status": ["Assignable"]}, "GetReviewableHITs.Status.invalid"),
        ("GetAssignmentsForHIT", {"HITId": ["H"], "PageNumber": ["0"]}, "GetAssignmentsForHIT.PageNumber.positive"),
        (
            "GetAssignmentsForHIT",
            {"HITId": ["H"], "AssignmentStatus": ["Submitted,Pending"]},
            "GetAssignmentsForHIT.AssignmentStatus.invalid",
        ),
    ],
)
def test_a_fault_of_a_value(operation: str, values: Values, requirement: str, replies: Any) -> None:
    """Beyond a limit, or none of a list."""
    assert [one.requirement for one in faults(replies, operation, values)] == [requirement]


@pytest.mark.parametrize(
    ("wire", "requirement", "outcome"),
    [
        ({"timestamp": "yesterday"}, "Common.Timestamp.format", Outcome.MISSED),
        ({"timestamp": "2014-08-15T10:00:00+02:00"}, "Common.Timestamp.format", Outcome.MISSED),
        ({"common": {"Service": "AWSMechanicalTurk"}}, "Common.Service.value", Outcome.MISSED),
        ({"common": {"Version": "2006-03-20"}}, "Common.Version.unknown", Outcome.SEEN),
        ({"omit": ("Signature",)}, "Common.Signature.required", Outcome.SEEN),
        ({"omit": ("AWSAccessKeyId",)}, "Common.AWSAccessKeyId.required", Outcome.SEEN),
        ({"omit": ("Timestamp",)}, "Common.Timestamp.required", Outcome.SEEN),
        ({"omit": ("Service",)}, None, Outcome.SEEN),
        ({"common": {"Signature": "REDACTED", "AWSAccessKeyId": "<KEY>", "Timestamp": "[FILTERED]"}}, None, None),
        ({"common": {"Timestamp": "2014-08-15T10:00:00.123Z"}}, None, None),
    ],
)
def test_a_fault_of_a_common_parameter(
    wire: dict[str, Any], requirement: str | None, outcome: Outcome, replies: Any
) -> None:
    """What a recorder may have taken out is told and never held against the call."""
    found = faults(replies, "GrantBonus", BONUS, **wire)
    assert [(one.requirement, one.outcome) for one in found] == ([(requirement, outcome)] if requirement else [])


def test_an_operation_that_the_version_has_not(replies: Any) -> None:
    """Of its parameters nothing is known."""
    assert [one.requirement for one in faults(replies, "GrantBonuses", BONUS)] == ["Common.Operation.unknown"]


def test_what_working_clients_send_is_no_fault(replies: Any) -> None:
    """Booleans in any case, names joined by commas, numbers left out, no Service."""
    values: Values = {"QualificationTypeId": ["T"], "WorkerId": ["W"], "SendNotification": ["True"]}
    assert faults(replies, "AssignQualification", values, omit=("Service",)) == []
    joined: Values = {"HITId": ["H"], "AssignmentStatus": ["Submitted, Approved"]}
    assert faults(replies, "GetAssignmentsForHIT", joined) == []
    text = "&Operation=GrantBonus&BonusAmount.Amount=1&BonusAmount.CurrencyCode=USD&AssignmentId=A&&WorkerId=W&Reason=r"
    request = HttpRequest(method="GET", url=f"/?AWSAccessKeyId=K&Signature=S&Timestamp=2014-08-15T10:00:00Z{text}")
    assert list(faults_of_call(read_call(request), SHAPES, "query")) == []


def test_marks_of_recorders_are_no_values(replies: Any) -> None:
    """A number that was taken out is no wrong number."""
    assert faults(replies, "GetReviewableHITs", {"PageSize": ["REDACTED"]}) == []


def test_numbers_with_gaps_are_told(replies: Any) -> None:
    """They are read all the same."""
    request = replies.call("NotifyWorkers", {"Subject": ["s"], "MessageText": ["m"]})
    request = HttpRequest(method="POST", url=request.url, body=request.body + b"&WorkerId.1=A&WorkerId.3=B")
    (found,) = faults_of_call(read_call(request), SHAPES, "query")
    assert (found.requirement, found.outcome) == ("Common.REST.repeated-parameter", Outcome.SEEN)


def test_a_document_in_a_parameter(replies: Any) -> None:
    """Is judged as any document, its place told as that in the parameter."""
    found = faults(replies, "CreateHIT", {"HITTypeId": ["T"], "LifetimeInSeconds": ["60"], "Question": ["<a/>"]})
    assert {one.requirement for one in found} == {"CreateHIT.Question.schema-invalid"}
    assert found[0].where == "Question → /a"
    unread = faults(replies, "CreateHIT", {"HITTypeId": ["T"], "LifetimeInSeconds": ["60"], "Question": ["<a"]})
    assert [(one.requirement, difference_of(one)) for one in unread] == [("CreateHIT.Question.not-xml", "encoding")]


@pytest.mark.parametrize(
    ("url", "requirement"),
    [
        ("/?Operation=GetHIT&Service=AWSMechanicalTurkRequester&HITId.0=H", "Common.REST.repeated-parameter"),
        ("/?Operation=GetHIT&Service=AWSMechanicalTurkRequester&HITId=%zz", "Common.Parameters.percent-decoding"),
        ("/?Operation=GetHIT&Service=AWSMechanicalTurkRequester&A.1.B=1&A=2", "Common.REST.repeated-parameter"),
    ],
)
def test_a_request_that_cannot_be_read(url: str, requirement: str) -> None:
    """Malformed numbering, or an escape that is none."""
    with pytest.raises(ValueError, match=r".") as refused:
        read_call(HttpRequest(method="GET", url=url))
    assert [one.requirement for one in faults_of_unreadable(refused.value, "query")] == [requirement]


def test_a_soap_message_that_cannot_be_read() -> None:
    """No requirement speaks of it."""
    request = HttpRequest(method="POST", url="/", headers=(("Content-Type", "text/xml"),), body=b"<a")
    with pytest.raises(ValueError, match=r".") as refused:
        calls_of(request)
    assert [one.requirement for one in faults_of_unreadable(refused.value, "soap")] == [UNSTATED]


@pytest.mark.parametrize("operation", SHAPES.operations)
def test_what_a_sweep_sends_as_faulty_is_found_faulty(operation: str, replies: Any) -> None:
    """At the same requirement, where the sweep decides one: both go by the tables of the specification."""
    for message in (*sweep(SHAPES, operation), *sweep_structures(SHAPES, operation)):
        if message.requirement is None or message.fault in ("empty", "blank"):
            continue
        found = faults(replies, operation, {message.parameter: list(message.faulty)})
        assert message.requirement in {one.requirement for one in found}, message.id


@pytest.mark.parametrize("version", [VERSIONS[0], VERSIONS[4], LATEST])
def test_valid_calls_have_no_fault(version: str) -> None:
    """Whatever the grammar makes up, in any version; it knows nothing of parameters that depend on each other."""
    depending = {one.requirement for conditions in CONDITIONS.values() for one in conditions}
    shapes, exchanges = shapes_for(version), bulk_exchanges(7, version)
    for _, exchange in zip(range(300), exchanges, strict=False):
        (call,) = calls_of(exchange.request)
        missed = [one for one in faults_of_call(call, shapes, "query") if one.outcome is Outcome.MISSED]
        assert [one for one in missed if one.requirement not in depending] == [], call


def test_only_so_many_faults_are_told(replies: Any) -> None:
    """A hostile call has no end of them."""
    values: Values = {f"Unknown{number}": ["x"] for number in range(FAULTS_KEPT * 2)}
    assert len(faults(replies, "GetHIT", values)) == FAULTS_KEPT


QUESTION = (
    f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Question><QuestionIdentifier>q</QuestionIdentifier>'
    "<QuestionContent><Text>t</Text></QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification>"
    "</Question></QuestionForm>"
)
HIT: Values = {"LifetimeInSeconds": ["60"], "Question": [QUESTION]}
PROPERTIES: Values = {
    "Title": ["t"],
    "Description": ["d"],
    "Reward": [{"Amount": ["0.10"], "CurrencyCode": ["USD"]}],
    "AssignmentDurationInSeconds": ["60"],
}
WITHOUT = ["Title", "Description", "Reward", "AssignmentDurationInSeconds"]


def told(replies: Any, operation: str, values: Values, version: str = LATEST) -> dict[str, list[str]]:
    """Return by outcome which requirements are told of a call."""
    call = read_call(replies.call(operation, values, version=version))
    found = list(faults_of_call(call, shapes_for(version), "query"))
    return {
        outcome: sorted(one.requirement for one in found if one.outcome is kind)
        for outcome, kind in (("missed", Outcome.MISSED), ("seen", Outcome.SEEN))
    }


@pytest.mark.parametrize(
    ("values", "missed"),
    [
        ({**HIT, **PROPERTIES}, []),
        ({**HIT, "HITTypeId": ["T"]}, []),
        (HIT, sorted(f"CreateHIT.{name}.required" for name in WITHOUT)),
        *(({**HIT, **PROPERTIES, name: []}, [f"CreateHIT.{name}.required"]) for name in WITHOUT),
        ({"LifetimeInSeconds": ["60"], "HITTypeId": ["T"]}, ["CreateHIT.Question.required-or-layout"]),
        ({"LifetimeInSeconds": ["60"], "HITTypeId": ["T"], "HITLayoutId": ["L"]}, []),
        ({**HIT, "HITTypeId": ["T"], "HITLayoutId": ["L"]}, ["CreateHIT.Question.both-with-layout"]),
        ({**HIT, "HITTypeId": ["T"], "HITLayoutId": [""]}, []),
        ({**HIT, "HITTypeId": [""]}, []),
    ],
)
def test_parameters_of_create_hit_depend_on_each_other(values: Values, missed: list[str], replies: Any) -> None:
    """A HIT type or its properties, a Question or a layout; one without a value is neither given nor left out."""
    assert told(replies, "CreateHIT", values) == {"missed": missed, "seen": []}


def test_properties_beside_a_hit_type_are_told_and_no_fault(replies: Any) -> None:
    """They are taken, and have no effect."""
    found = told(replies, "CreateHIT", {**HIT, **PROPERTIES, "HITTypeId": ["T"], "Keywords": ["k"]})
    assert found == {"missed": [], "seen": ["CreateHIT.HITTypeId.overrides-properties"] * 5}


def test_before_there_were_layouts_a_question_had_to_be_given(replies: Any) -> None:
    """By the requirement of that time alone."""
    found = told(replies, "CreateHIT", {"LifetimeInSeconds": ["60"], "HITTypeId": ["T"]}, "2008-08-02")
    assert found == {"missed": ["CreateHIT.Question.required-old"], "seen": []}


@pytest.mark.parametrize(
    ("operation", "values", "requirement"),
    [
        ("CreateQualificationType", {"Test": [QUESTION]}, "CreateQualificationType.Test.needs-duration"),
        (
            "CreateQualificationType",
            {"Test": [QUESTION], "TestDurationInSeconds": ["60"], "AutoGranted": ["true"]},
            "CreateQualificationType.Test.excludes-autogranted",
        ),
        (
            "UpdateQualificationType",
            {"TestDurationInSeconds": ["9"]},
            "UpdateQualificationType.TestDuration.needs-test",
        ),
        ("GetBonusPayments", {}, "GetBonusPayments.one-of"),
        ("SetHITTypeNotification", {"HITTypeId": ["T"]}, "SetHITTypeNotification.either-required"),
    ],
)
def test_other_parameters_that_depend_on_each_other(
    operation: str, values: Values, requirement: str, replies: Any
) -> None:
    """As the requirements of their operations say."""
    base: Values = {"QualificationTypeId": ["Q"]} if operation.startswith("Update") else {}
    if operation.startswith("Create"):
        base = {"Name": ["n"], "Description": ["d"], "QualificationTypeStatus": ["Active"]}
    assert requirement in told(replies, operation, {**base, **values})["missed"]


def test_every_condition_is_one_of_a_requirement_and_of_parameters_that_exist() -> None:
    """So that a renamed requirement is found here."""
    for operation, conditions in CONDITIONS.items():
        names = SHAPES.members(SHAPES.operation(operation).request)
        for one in conditions:
            assert requirements()[one.requirement].holds_in(LATEST)
            assert {name.partition("=")[0] for name in (*one.given, *one.lacking, one.where)} <= set(names)
