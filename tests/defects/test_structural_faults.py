"""The faults derived from the shapes: which there are, what they do to a reply, what they break."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.defects import structural
from conformance.defects.structural import Fault, faults
from conformance.reference.endpoint import HANDLERS, Endpoint
from conformance.reference.store import Store
from conformance.spec.requirements import requirements
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, VERSIONS

FAULTS = {fault.name: fault for fault in faults()}
DERIVED = {one.name: one for one in structural.derived()}
LISTED = "GetQualificationRequests/GetQualificationRequestsResult.QualificationRequest"
PAID = "GetBonusPayments/GetBonusPaymentsResult.BonusPayment"
ECHOED = "GrantBonus/GrantBonusResult.Request.GrantBonusRequest"
ASSIGNMENT = "GetAssignmentsForHIT/GetAssignmentsForHITResult.Assignment"
STRUCTURE = shapes_for(LATEST).type("QualificationRequest")
MEMBERS = [member.name for member in STRUCTURE.elements] if STRUCTURE else []


def shaped(fault: Fault | str, reply: str) -> str:
    """Return a reply as an endpoint with the fault shapes it."""
    fault = FAULTS[fault] if isinstance(fault, str) else fault
    endpoint = Endpoint(Store.new(requesters=()))
    fault.plant(endpoint)
    return etree.tostring(endpoint.shape_reply(fault.place.operation.name, etree.fromstring(reply))).decode()


def listing(items: str) -> str:
    """Return a reply of GetQualificationRequests that lists ``items``."""
    return (
        "<GetQualificationRequestsResponse><GetQualificationRequestsResult>"
        f"{items}</GetQualificationRequestsResult></GetQualificationRequestsResponse>"
    )


def item(content: str) -> str:
    """Return a listed request."""
    return f"<QualificationRequest>{content}</QualificationRequest>"


@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize("kind", ["dropped", "renamed", "doubled", "emptied", "retyped"])
def test_every_member_of_a_listed_request_is_spoilt(member: str, kind: str) -> None:
    """The requirements of QualificationRequest speak of every fault that its members can have."""
    assert DERIVED[f"{LISTED}.{member}/{kind}"].breaks


def test_members_are_moved_to_where_they_do_not_belong() -> None:
    """The first is moved to the end, the last to the front, those between both ways."""
    fronts = [member for member in MEMBERS if f"{LISTED}.{member}/moved-to-front" in DERIVED]
    ends = [member for member in MEMBERS if f"{LISTED}.{member}/moved-to-end" in DERIVED]
    assert fronts == MEMBERS[1:]
    assert ends == MEMBERS[:-1]


@pytest.mark.parametrize(
    ("kind", "content", "spoilt"),
    [
        ("dropped", "<SubjectId>A</SubjectId><SubmitTime/>", "<SubmitTime/>"),
        ("renamed", "<SubjectId>A</SubjectId>", "<SubjectIdX>A</SubjectIdX>"),
        ("doubled", "<SubjectId>A</SubjectId>", "<SubjectId>A</SubjectId><SubjectId>A</SubjectId>"),
        ("moved-to-front", "<Test/><SubjectId>A</SubjectId>", "<SubjectId>A</SubjectId><Test/>"),
        ("moved-to-end", "<SubjectId>A</SubjectId><Test/>", "<Test/><SubjectId>A</SubjectId>"),
        ("emptied", "<SubjectId>A</SubjectId>", "<SubjectId/>"),
        ("retyped", "<SubjectId>A</SubjectId>", "<SubjectId><Text>A</Text></SubjectId>"),
    ],
)
def test_what_a_kind_of_fault_does(kind: str, content: str, spoilt: str) -> None:
    """Each kind changes the element it names, in every occurrence, and nothing else."""
    twice = listing(item(content) * 2)
    assert shaped(f"{LISTED}.SubjectId/{kind}", twice) == listing(item(spoilt) * 2)


def test_a_time_is_retyped_as_a_word() -> None:
    """What is not plain text is given a text that its type does not have."""
    reply = shaped(f"{LISTED}.SubmitTime/retyped", listing(item("<SubmitTime>2014-08-15T10:00:00Z</SubmitTime>")))
    assert reply == listing(item("<SubmitTime>neither number nor time</SubmitTime>"))


def test_a_structure_is_given_an_unknown_member() -> None:
    """An element that the type does not know is added at its end."""
    reply = shaped(f"{LISTED}/with-unknown-element", listing(item("<Test/>")))
    assert reply == listing(item("<Test/><Unknown>unknown</Unknown>"))


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        (f"{LISTED}.SubjectId/dropped", {"QualificationRequest.elements"}),
        (f"{LISTED}.Answer/dropped", {"QualificationRequest.Answer.presence"}),
        (f"{LISTED}.Test/emptied", {"QualificationRequest.Test.parsable"}),
        (f"{LISTED}.Test/retyped", {"QualificationRequest.escaped"}),
        (
            f"{LISTED}.SubmitTime/retyped",
            {"QualificationRequest.SubmitTime.utc", "Common.Response.timestamps-utc"},
        ),
        (
            "GetQualificationRequests/GetQualificationRequestsResult.NumResults/dropped",
            {"GetQualificationRequests.Result.elements"},
        ),
        (
            "RejectQualificationRequest/RejectQualificationRequestResult/doubled",
            {"RejectQualificationRequest.Result.element"},
        ),
        (
            "RejectQualificationRequest/RejectQualificationRequestResult/with-unknown-element",
            {"RejectQualificationRequest.Result.nothing-else"},
        ),
        ("GetAccountBalance/GetAccountBalanceResult.Request.IsValid/dropped", {"Common.Response.isvalid-present"}),
        ("GetAccountBalance/GetAccountBalanceResult.Request.IsValid/emptied", {"Common.Response.is-valid"}),
        ("GetQualificationScore/Qualification.GrantTime/retyped", {"Common.Response.timestamps-utc"}),
        ("GrantBonus/GrantBonusResult/with-unknown-element", {"GrantBonus.Result.nothing-else"}),
        (f"{PAID}.Reason/dropped", {"BonusPayment.Reason"}),
        (f"{PAID}.BonusAmount/emptied", {"BonusPayment.BonusAmount"}),
        (f"{ECHOED}.BonusAmount.CurrencyCode/doubled", {"GrantBonus.Result.request-group"}),
    ],
)
def test_what_a_fault_breaks_is_what_is_stated(name: str, broken: set[str]) -> None:
    """Examples of each rule, by hand."""
    assert DERIVED[name].breaks == broken


@pytest.mark.parametrize("member", ["WorkerId", "BonusAmount", "AssignmentId", "Reason"])
@pytest.mark.parametrize("kind", ["dropped", "renamed", "emptied", "retyped"])
def test_what_is_read_back_of_a_bonus_is_spoilt(member: str, kind: str) -> None:
    """A member that is compared with what was sent breaks its own requirement, missing or wrong."""
    of_all = {"BonusPayment.elements"} if kind == "renamed" else set()  # since 2017-01-17
    assert DERIVED[f"{PAID}.{member}/{kind}"].breaks == {f"BonusPayment.{member}", *of_all}


@pytest.mark.parametrize("kind", ["dropped", "renamed", "doubled", "emptied", "retyped"])
def test_a_fault_holds_in_the_versions_that_have_its_place(kind: str) -> None:
    """A token is echoed since there are tokens, a Reason always."""
    assert DERIVED[f"{ECHOED}.UniqueRequestToken/{kind}"].versions == set(VERSIONS[VERSIONS.index("2011-10-01") :])
    assert DERIVED[f"{ECHOED}.Reason/{kind}"].versions == set(VERSIONS)


@pytest.mark.parametrize("place", [f"{PAID}.Request", f"{ECHOED}.BonusAmount.FormattedPrice", f"{ASSIGNMENT}.Deadline"])
def test_what_is_never_sent_has_no_fault(place: str) -> None:
    """A fault of what the endpoint leaves out could not show."""
    assert [name for name in FAULTS if name.startswith(f"{place}/")] == []


def test_what_nobody_speaks_of_is_counted_and_no_defect() -> None:
    """A fault is either a defect or unstated; a member that may be missing is an example of the latter."""
    roots = sum(name.endswith("/reply/renamed") for name in DERIVED)
    assert len(DERIVED) - roots + structural.unstated() == len(FAULTS)
    assert not FAULTS["GetAccountBalance/GetAccountBalanceResult.OnHoldBalance/dropped"].breaks


@given(st.sampled_from(sorted(FAULTS)))
def test_a_refusal_is_never_touched(name: str) -> None:
    """Faults of shape are planted in successful replies only, whatever the reply."""
    operation = FAULTS[name].place.operation
    result = f"<{operation.result.name}><Request><Errors/></Request></{operation.result.name}>"
    refusal = f"<{operation.response}><OperationRequest/>{result}</{operation.response}>"
    assert shaped(name, refusal) == refusal


@given(st.sampled_from(sorted(FAULTS)), st.sampled_from(sorted(shapes_for(LATEST).operations)))
def test_other_operations_are_left_alone(name: str, operation: str) -> None:
    """A fault is that of one operation's replies."""
    fault, reply = FAULTS[name], etree.Element("Response")
    if operation != fault.place.operation.name:
        endpoint = Endpoint(Store.new(requesters=()))
        fault.plant(endpoint)
        assert etree.tostring(endpoint.shape_reply(operation, reply)) == b"<Response/>"


def test_a_renamed_root_is_a_defect_where_roots_are_stated() -> None:
    """Only an operation whose requirements name the root has this defect."""
    renamed = [name for name in DERIVED if name.endswith("/reply/renamed")]
    stated = (name for name in HANDLERS if f"{name}.Result.element" in requirements())
    assert renamed == sorted(f"{name}/reply/renamed" for name in stated)
