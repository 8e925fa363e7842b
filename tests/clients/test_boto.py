"""boto 2.49, the old official library for Python, drives the embedded endpoint: a client that knows nothing of us.

A fault in our own codec is invisible to our own client, since both sides share it; a foreign client shows it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from conformance.bindings.query import read_call
from conformance.wire.timestamps import is_utc_timestamp

if sys.version_info >= (3, 12):
    pytest.skip("boto 2.49 cannot be imported by Python 3.12", allow_module_level=True)

from boto.mturk.connection import MTurkRequestError

if TYPE_CHECKING:
    from tests.clients.conftest import Driven
    from tests.conftest import Kit


def pending(driven: Driven, type_id: str) -> list[Any]:
    """Return the pending requests for a type, as boto reads them."""
    return list(driven.boto.get_qualification_requests(type_id, sort_by="SubmitTime"))


def test_boto_signs_in_its_own_way(driven: Driven) -> None:
    """It names no service and signs by the first version of signatures; it is let in and reads its balance."""
    assert driven.balance() > 0
    call = read_call(driven.exchanges[-1].request)
    assert call.common["SignatureVersion"] == "1"
    assert "Service" not in call.common
    assert call.version == "2014-08-15"


def test_boto_goes_through_the_life_of_a_request(driven: Driven) -> None:
    """It creates, updates, reads, lists, grants and rejects; what it reads is what was said."""
    (made,) = driven.boto.create_qualification_type(
        "Ünique & <name>", "what it is; 100 % + more", "Active", keywords=["a", "b ü"], retry_delay=0
    )
    type_id = made.QualificationTypeId
    assert (made.Name, made.Description, made.Keywords) == ("Ünique & <name>", "what it is; 100 % + more", "a, b ü")
    assert is_utc_timestamp(made.CreationTime)
    (found,) = driven.boto.get_qualification_type(type_id)
    assert (found.Name, found.QualificationTypeStatus) == (made.Name, "Active")
    (changed,) = driven.boto.update_qualification_type(type_id, description="new", status="Active")
    assert (changed.Description, changed.Name) == ("new", made.Name)

    granted, rejected = (driven.workers.new_worker() for _ in range(2))
    for worker in (granted, rejected):
        driven.workers.request_qualification(worker, type_id)
    first, second = pending(driven, type_id)
    assert (first.SubjectId, second.SubjectId) == (granted, rejected)
    assert is_utc_timestamp(first.SubmitTime)
    driven.boto.grant_qualification(first.QualificationRequestId, 42)
    (qualification,) = driven.boto.get_qualification_score(type_id, granted)
    assert (qualification.IntegerValue, qualification.Status) == ("42", "Granted")
    reason = "Nicht diesmal: 1 < 2 & 'ü'"
    parameters = {"QualificationRequestId": second.QualificationRequestId, "Reason": reason}
    driven.boto._process_request("RejectQualificationRequest", parameters)
    assert driven.reply().accepted
    assert pending(driven, type_id) == []
    assert reason in driven.workers.read_messages(rejected)[-1].text


def test_boto_assigns_without_a_request(driven: Driven) -> None:
    """A truth value that it writes as Python does is taken."""
    (made,) = driven.boto.create_qualification_type("assigned", "d", "Active")
    worker = driven.workers.new_worker()
    driven.boto.assign_qualification(made.QualificationTypeId, worker, value=7, send_notification=True)
    assert dict(read_call(driven.exchanges[-1].request).pairs)["SendNotification"] == "True"
    (qualification,) = driven.boto.get_qualification_score(made.QualificationTypeId, worker)
    assert qualification.IntegerValue == "7"
    driven.boto.update_qualification_type(made.QualificationTypeId, auto_granted=True, auto_granted_value=3)
    other = driven.workers.new_worker()
    assert driven.workers.request_qualification(other, made.QualificationTypeId).state == "granted"


def test_boto_reads_the_answers_to_a_test(driven: Driven) -> None:
    """Test and Answer are documents within text; boto parses the answers it gets with a parser of its own."""
    (made,) = driven.boto.create_qualification_type("tested", "d", "Active", test=driven.form, test_duration=60)
    assert made.Test == driven.form.get_as_xml()
    worker = driven.workers.new_worker()
    assert driven.workers.request_qualification(worker, made.QualificationTypeId).state == "test"
    driven.workers.submit_test(worker, made.QualificationTypeId, driven.answers)
    (request,) = pending(driven, made.QualificationTypeId)
    assert request.Test == driven.form.get_as_xml()
    ((answer,),) = request.answers
    assert (answer.qid, answer.fields) == ("q1", ["a < b & ü"])


def test_boto_sees_errors_in_both_places(driven: Driven, kit: Kit) -> None:
    """A call that is not let in has them in OperationRequest, one that is refused in the result's Request."""
    stranger = driven.connect(kit.first.access_key_id, "another secret")
    with pytest.raises(MTurkRequestError) as refused:
        stranger.get_account_balance()
    assert refused.value.error_code.startswith("AWS.")
    assert driven.reply().errors[0].place == "OperationRequest"
    for call in (
        lambda: driven.boto.get_qualification_type("NOSUCHTYPE"),
        lambda: driven.boto.grant_qualification("NOSUCHREQUEST"),
        lambda: driven.boto._process_request("RejectQualificationRequest", {"QualificationRequestId": "NOSUCH"}),
    ):
        with pytest.raises(MTurkRequestError) as refused:
            call()
        assert refused.value.error_code.startswith("AWS.MechanicalTurk.")
        assert driven.reply().errors[0].place not in ("OperationRequest", "front end")


def test_boto_pages_through_a_list(driven: Driven) -> None:
    """Counts and pages come as it asks for them, newest first."""
    (made,) = driven.boto.create_qualification_type("paged", "d", "Active")
    workers = [driven.workers.new_worker() for _ in range(3)]
    for worker in workers:
        driven.workers.request_qualification(worker, made.QualificationTypeId)
    seen = []
    for page in (1, 2):
        listed = driven.boto.get_qualification_requests(
            made.QualificationTypeId, sort_by="SubmitTime", page_size=2, page_number=page
        )
        assert (listed.TotalNumResults, listed.PageNumber) == ("3", str(page))
        seen += [request.SubjectId for request in listed]
    assert sorted(seen) == sorted(workers)
