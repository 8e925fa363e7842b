"""What genuine replies have in common, seen on whole replies of the embedded endpoint."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from conformance.bindings.query import Credentials
from conformance.wire.messages import HttpResponse

EVERYTHING = ["Minimal", "HITDetail", "HITQuestion", "HITAssignmentSummary"]
COUNTERS = ["NumResults", "TotalNumResults", "PageNumber"]
REQUIREMENT = {
    "QualificationTypeId": ["00000000000000000040"],
    "Comparator": ["GreaterThan"],
    "IntegerValue": ["1"],
    "RequiredToPreview": ["true"],
}


def replies(scene: Any, documents: Any) -> Iterator[HttpResponse]:
    """Yield replies to good calls: of each list, of what is shown singly, and of what is created."""
    type_id = scene.type(Test=documents.form("q"), TestDurationInSeconds="60")
    worker = scene.worker()
    scene.ask(worker, type_id)
    scene.hand_in(worker, type_id, documents.answers(q="a"))
    hit_id = scene.hit(MaxAssignments="3", QualificationRequirement=[], Keywords="k")
    strict = scene.hit(QualificationRequirement=REQUIREMENT)
    assignment, rewarded = scene.submission(hit_id)
    price = {"Amount": ["1234.5"], "CurrencyCode": ["USD"]}
    for operation, values in (
        ("ApproveAssignment", {"AssignmentId": assignment}),
        ("GrantBonus", {"AssignmentId": assignment, "WorkerId": rewarded, "BonusAmount": price, "Reason": "r"}),
        ("AssignQualification", {"QualificationTypeId": type_id, "WorkerId": rewarded}),
        ("BlockWorker", {"WorkerId": rewarded, "Reason": "r"}),
        ("CreateHIT", documents.hit_parameters()),
        ("RegisterHITType", {**documents.hit_parameters()}),
        ("GetHIT", {"HITId": strict, "ResponseGroup": EVERYTHING}),
        ("GetAssignment", {"AssignmentId": assignment}),
        ("GetAccountBalance", {}),
        ("GetQualificationType", {"QualificationTypeId": type_id}),
        ("GetQualificationScore", {"QualificationTypeId": type_id, "SubjectId": rewarded}),
        ("GetQualificationRequests", {}),
        ("GetQualificationsForQualificationType", {"QualificationTypeId": type_id}),
        ("GetHITsForQualificationType", {"QualificationTypeId": type_id}),
        ("SearchQualificationTypes", {"MustBeRequestable": "false", "MustBeOwnedByCaller": "true"}),
        ("SearchHITs", {"ResponseGroup": EVERYTHING}),
        ("GetReviewableHITs", {}),
        ("GetAssignmentsForHIT", {"HITId": hit_id}),
        ("GetBonusPayments", {"HITId": hit_id}),
        ("GetBlockedWorkers", {}),
    ):
        yield scene.send(scene.request(operation, **values))


def test_every_reply_has_the_outside_of_genuine_ones(scene: Any, documents: Any) -> None:
    """The prologue, one line, no namespace, <Operation>Response, a RequestId of lower-case letters, IsValid True."""
    for response in replies(scene, documents):
        root = etree.fromstring(response.body)
        assert re.match(rb'<\?xml version="1\.0"\?>\n<[A-Za-z]+Response><OperationRequest><RequestId>', response.body)
        assert {node.nsmap == {} for node in root.iter()} == {True}
        identifier = root.findtext("OperationRequest/RequestId")
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", identifier or ""), root.tag
        assert [node.text for node in root.iterfind("*/Request/IsValid")] == ["True"] * (len(root) - 1), root.tag
        assert len(root) > 1


def test_times_truth_values_and_prices_are_written_like_genuine_ones(scene: Any, documents: Any) -> None:
    """Seconds without a fraction and Z; 0 or 1; two decimals, and FormattedPrice last."""
    seen: dict[str, set[str]] = {"xs:dateTime": set(), "xs:boolean": set(), "Amount": set()}
    truths = {"RequiredToPreview", "AutoGranted", "IsRequestable"}
    for response in replies(scene, documents):
        for node in etree.fromstring(response.body).iter():
            text = node.text or ""
            if node.tag.endswith("Time") or node.tag == "Expiration":
                seen["xs:dateTime"].add(re.sub(r"[0-9]", "9", text))
            elif node.tag in truths:
                seen["xs:boolean"].add(text)
            elif node.find("CurrencyCode") is not None:
                assert [child.tag for child in node] == ["Amount", "CurrencyCode", "FormattedPrice"]
                seen["Amount"].add(re.sub(r"^[0-9]+", "9", node.findtext("Amount") or ""))
                assert node.findtext("FormattedPrice", "").startswith("$")
    assert seen["xs:dateTime"] == {"9999-99-99T99:99:99Z"}
    assert seen["xs:boolean"] == {"0", "1"}
    assert all(re.fullmatch(r"9\.[0-9]{2}", one) for one in seen["Amount"])
    assert seen["Amount"]


def test_counters_of_every_list_come_first_and_the_page_last_of_them(scene: Any, documents: Any) -> None:
    """NumResults, TotalNumResults, PageNumber: the message schemas have another order."""
    lists = [
        [child.tag for child in result if child.tag != "Request"]
        for response in replies(scene, documents)
        for result in etree.fromstring(response.body)
        if result.find("NumResults") is not None
    ]
    assert len(lists) == 9
    assert [names[:3] for names in lists] == [COUNTERS] * len(lists)


def test_errors_stand_in_the_two_places_of_genuine_ones(scene: Any) -> None:
    """Below the operation's root: of the caller in OperationRequest alone, of the call in the Request of its result."""
    nobody = Credentials(access_key_id="NOBODY", secret_key="nobody's secret")
    root = etree.fromstring(scene.send(scene.request("GetHIT", by=nobody, HITId="X")).body)
    assert (root.tag, [child.tag for child in root]) == ("GetHITResponse", ["OperationRequest"])
    assert root.findtext("OperationRequest/Errors/Error/Code") == "AWS.NotAuthorized"
    root = etree.fromstring(scene.send(scene.request("GetHIT", HITId="X")).body)
    assert [child.tag for child in root] == ["OperationRequest", "HIT"]
    assert root.findtext("HIT/Request/IsValid") == "False"
    error = root.find("HIT/Request/Errors/Error")
    assert error is not None
    assert error.findtext("Code", "").startswith("AWS.MechanicalTurk.")
    assert re.search(r" \([0-9]{13} s\)$", error.findtext("Message", ""))
    assert [child.tag for child in error.iterfind("Data/*")][:2] == ["Key", "Value"]


def test_the_echo_carries_the_index_of_the_request(scene: Any, documents: Any) -> None:
    """With ResponseGroup=Request alone there is the echo and no HITId; the structure has the tag 1."""
    request = scene.request("CreateHIT", **documents.hit_parameters(), ResponseGroup="Request")
    root = etree.fromstring(scene.send(request).body)
    echo = root.find("HIT/Request/CreateHITRequest")
    assert echo is not None
    assert [dict(node.attrib) for node in echo.iterfind("Reward")] == [{"tag": "1"}]
    assert echo.findtext("Question") == documents.hit_parameters()["Question"]
    assert root.find("HIT/HITId") is None


@pytest.mark.parametrize("between", [b"&&", b"&&&"])
def test_a_doubled_separator_means_nothing(scene: Any, between: bytes) -> None:
    """Clients sent it, and got answers."""
    request = scene.request("GetAccountBalance")
    response = scene.send(replace(request, body=request.body.replace(b"&", between)))
    assert b"<IsValid>True</IsValid>" in response.body
