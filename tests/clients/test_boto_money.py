"""boto 2.49 has work done and pays for it at the embedded endpoint."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from conformance.bindings.query import read_call
from conformance.wire.timestamps import is_utc_timestamp

if sys.version_info >= (3, 12):
    pytest.skip("boto 2.49 cannot be imported by Python 3.12", allow_module_level=True)

from boto.mturk.connection import BaseAutoResultElement, MTurkRequestError
from boto.mturk.price import Price
from boto.mturk.qualification import (
    LocaleRequirement,
    PercentAssignmentsApprovedRequirement,
    Qualifications,
    Requirement,
)
from boto.mturk.question import ExternalQuestion, HTMLQuestion

if TYPE_CHECKING:
    from tests.clients.conftest import Driven
    from tests.conftest import Kit

MONEY = {
    "RegisterHITType",
    "CreateHIT",
    "GetHIT",
    "GetAssignmentsForHIT",
    "ApproveAssignment",
    "RejectAssignment",
    "GrantBonus",
    "GetBonusPayments",
    "GetAccountBalance",
}


def bonuses(driven: Driven, hit_id: str) -> list[Any]:
    """Return the bonuses paid for a HIT, as boto would read them: it has no method for them."""
    markers = [("BonusPayment", BaseAutoResultElement)]
    return list(driven.boto._process_request("GetBonusPayments", {"HITId": hit_id}, markers))


def test_boto_pays_for_work(driven: Driven) -> None:
    """It creates a HIT, reads what Workers handed in, approves, rejects and adds a bonus; the balance follows."""
    before = driven.balance()
    (hit,) = driven.boto.create_hit(
        driven.registered("Ünique & <title>"), driven.form, max_assignments=3, annotation="batch 1"
    )
    (approved, paid), (rejected, unpaid), (_, silent) = (driven.handed_in(hit.HITId) for _ in range(3))
    listed = driven.boto.get_assignments(hit.HITId, status="Submitted")
    assert (listed.NumResults, listed.PageNumber, listed.TotalNumResults) == ("3", "1", "3")
    assert {one.AssignmentId for one in listed} == {paid, unpaid, silent}
    for one in listed:
        assert is_utc_timestamp(one.AcceptTime)
        assert is_utc_timestamp(one.SubmitTime)
        assert is_utc_timestamp(one.AutoApprovalTime)
        ((answer,),) = one.answers
        assert (answer.qid, answer.fields) == ("q1", ["a < b & ü"])
    driven.boto.approve_assignment(paid, "danke schön & <more>")
    driven.boto.reject_assignment(unpaid, "leider nicht")
    driven.boto.reject_assignment(silent)
    assert round(before - driven.balance(), 2) == 0.6
    groups = ["Minimal", "AssignmentFeedback"]
    decided = driven.boto.get_assignments(hit.HITId, status="Approved,Rejected", page_size=100, response_groups=groups)
    read = {one.AssignmentId: (one.AssignmentStatus, getattr(one, "RequesterFeedback", None)) for one in decided}
    assert read == {
        paid: ("Approved", "danke schön & <more>"),
        unpaid: ("Rejected", "leider nicht"),
        silent: ("Rejected", None),
    }

    driven.boto.grant_bonus(approved, paid, Price(1.25), "für 6 < 7 & mehr")
    driven.boto.grant_bonus(rejected, unpaid, Price(2), "a comfort")
    assert round(before - driven.balance(), 2) == 4.5  # each with a fee of 20 percent
    read_bonuses = [(one.AssignmentId, one.WorkerId, one.Amount, one.Reason) for one in bonuses(driven, hit.HITId)]
    assert [(*ids, float(amount), reason) for *ids, amount, reason in read_bonuses] == [
        (paid, approved, 1.25, "für 6 < 7 & mehr"),
        (unpaid, rejected, 2.0, "a comfort"),
    ]
    assert all(is_utc_timestamp(one.GrantTime) for one in bonuses(driven, hit.HITId))
    (reviewed,) = driven.boto.get_hit(hit.HITId)
    assert (reviewed.HITStatus, reviewed.RequesterAnnotation) == ("Reviewable", "batch 1")
    assert reviewed.Question == driven.form.get_as_xml()
    assert {read_call(exchange.request).operation for exchange in driven.exchanges} >= MONEY


def test_boto_describes_a_hit_in_the_call(driven: Driven) -> None:
    """Properties, requirements and groups are taken as it writes them: a Country without an index, empty Keywords."""
    (kind,) = driven.boto.create_qualification_type("required", "d", "Active")
    requirements = Qualifications(
        [
            Requirement(kind.QualificationTypeId, "In", [1, 2]),
            PercentAssignmentsApprovedRequirement("GreaterThan", 95, required_to_preview=True),
            LocaleRequirement("EqualTo", ("US", "CA")),
            LocaleRequirement("NotIn", ["DE", ("US", "NY")]),
        ]
    )
    properties = {"title": "Ünique & <title>", "description": "what it is", "reward": 0.05}
    (made,) = driven.boto.create_hit(
        question=ExternalQuestion("https://example.com/?a=1&b=ü", 400),
        lifetime=timedelta(days=1),
        duration=600,
        approval_delay=timedelta(days=2),
        keywords=["a", "b ü"],
        qualifications=requirements,
        response_groups=["Minimal", "HITDetail", "HITQuestion", "HITAssignmentSummary"],
        **properties,
    )
    sent = dict(read_call(driven.exchanges[-1].request).pairs)
    assert sent["QualificationRequirement.3.LocaleValue.Country"] == "US"
    assert (made.Title, made.Description, made.Keywords) == ("Ünique & <title>", "what it is", "a, b ü")
    assert (float(made.Amount), made.CurrencyCode, made.NumberOfAssignmentsAvailable) == (0.05, "USD", "1")
    assert (made.AssignmentDurationInSeconds, made.AutoApprovalDelayInSeconds) == ("600", "172800")
    assert "<ExternalURL>https://example.com/?a=1&amp;b=ü</ExternalURL>" in made.Question
    assert not made.expired
    assert len(driven.reply().results[0].findall("QualificationRequirement")) == 4
    arguments = (properties["title"], properties["description"], 0.05, 600)
    (same,) = driven.boto.register_hit_type(*arguments, ["a", "b ü"], timedelta(days=2), requirements)
    assert same.HITTypeId == made.HITTypeId
    (plain,) = driven.boto.create_hit(question=driven.form, keywords="", **properties)
    assert dict(read_call(driven.exchanges[-1].request).pairs)["Keywords"] == ""
    page = HTMLQuestion("<html><body>6 &lt; 7 ü</body></html>", 400)
    (shown,) = driven.boto.create_hit(plain.HITTypeId, page, response_groups=["Minimal", "HITQuestion"])
    assert shown.Question == page.get_as_xml()
    (read,) = driven.boto.get_hit(plain.HITId)
    assert (read.HITTypeId, read.HITStatus, read.MaxAssignments) == (plain.HITTypeId, "Assignable", "1")


def test_boto_is_told_that_a_token_was_used(driven: Driven) -> None:
    """A call that is sent again with its UniqueRequestToken is refused with a code, and nothing is done twice."""
    hit_type = driven.registered("Ünique & <title>")
    once = driven.connect_with_token("tökens & <more>")
    (hit,) = once.create_hit(hit_type, driven.form, max_assignments=2)
    with pytest.raises(MTurkRequestError) as refused:
        once.create_hit(hit_type, driven.form, max_assignments=2)
    assert refused.value.error_code == "AWS.MechanicalTurk.HitAlreadyExists"
    assert hit.HITId in refused.value.error_message
    worker, assignment = driven.handed_in(hit.HITId)
    driven.boto.approve_assignment(assignment)
    once.grant_bonus(worker, assignment, Price(1.5), "once")
    paid = driven.balance()
    with pytest.raises(MTurkRequestError) as refused:
        once.grant_bonus(worker, assignment, Price(1.5), "once")
    assert refused.value.error_code.startswith("AWS.MechanicalTurk.")
    assert driven.balance() == paid
    assert len(bonuses(driven, hit.HITId)) == 1
    driven.connect_with_token("another").grant_bonus(worker, assignment, Price(1.5), "twice")
    assert len(bonuses(driven, hit.HITId)) == 2


def test_boto_sees_errors_about_money_in_both_places(driven: Driven, kit: Kit) -> None:
    """What would cost money is refused to a stranger in OperationRequest, and else in the result's Request."""
    hit_type = driven.registered("Ünique & <title>")
    (hit,) = driven.boto.create_hit(hit_type, driven.form)
    worker, assignment = driven.handed_in(hit.HITId)
    before = driven.balance()
    calls: dict[str, Callable[[Any], Any]] = {
        "RegisterHITType": lambda boto: boto.register_hit_type("t", "d", Price(1, "EUR"), 60),
        "CreateHIT, no type": lambda boto: boto.create_hit("NOSUCHTYPE", driven.form),
        "CreateHIT, no funds": lambda boto: boto.create_hit(hit_type, driven.form, max_assignments=10**8),
        "CreateHIT, no XML": lambda boto: boto.create_hit(hit_type, ExternalQuestion("https://example.com/", "<")),
        "GetHIT": lambda boto: boto.get_hit("NOSUCHHIT"),
        "GetAssignmentsForHIT": lambda boto: boto.get_assignments("NOSUCHHIT"),
        "ApproveAssignment": lambda boto: boto.approve_assignment("NOSUCHASSIGNMENT"),
        "RejectAssignment": lambda boto: boto.reject_assignment("NOSUCHASSIGNMENT"),
        "GrantBonus, no assignment": lambda boto: boto.grant_bonus(worker, "NOSUCHASSIGNMENT", Price(1), "r"),
        "GrantBonus, no worker": lambda boto: boto.grant_bonus("ANOBODY", assignment, Price(1), "r"),
        "GrantBonus, nothing": lambda boto: boto.grant_bonus(worker, assignment, Price(), "r"),
        "GetBonusPayments": lambda boto: boto._process_request("GetBonusPayments", {"HITId": "NOSUCHHIT"}),
    }
    stranger = driven.connect(kit.first.access_key_id, "another secret")
    places = {}
    for what, call in calls.items():
        for caller in (stranger, driven.boto):
            with pytest.raises(MTurkRequestError) as refused:
                call(caller)
            (error,) = driven.reply().errors
            assert refused.value.error_code == error.code
            assert error.code.startswith("AWS.")
            places[what, caller is stranger] = error.place
    assert places == {key: "OperationRequest" if key[1] else "Request" for key in places}
    assert driven.balance() == before
