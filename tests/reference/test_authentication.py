from typing import Any

import pytest
from lxml import etree

from conformance.bindings.query import SERVICE, Credentials, read_answer
from conformance.wire.signatures import sign
from conformance.wire.timestamps import format_timestamp

STRANGER = Credentials(access_key_id="NOBODY", secret_key="s")
FORGER = Credentials(access_key_id="OWNER", secret_key="not the owner's")


def refused_at_access(scene: Any, code: str, **arguments: Any) -> Any:
    """Make a call that has to be refused below OperationRequest, with HTTP 200 and no result; return its error."""
    response = scene.send(scene.request("GetAccountBalance", **arguments))
    answer = read_answer(response)
    assert response.status == 200
    assert answer.root is not None
    assert answer.root.tag == "GetAccountBalanceResponse"
    assert [child.tag for child in answer.root] == ["OperationRequest"]
    assert [error.code for error in answer.errors] == [code]
    assert answer.errors[0].place == "OperationRequest"
    return answer.errors[0]


@pytest.mark.parametrize("signing", ["documented", "version-1"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_both_rules_of_signing_are_taken(scene: Any, signing: str, method: str) -> None:
    """The documented signature and boto's are accepted, by both methods."""
    assert scene.call("GetAccountBalance", wire={"signing": signing, "method": method}).accepted


@pytest.mark.parametrize("name", ["AWSAccessKeyId", "Signature", "Timestamp"])
@pytest.mark.parametrize("how", ["absent", "empty"])
def test_what_every_call_needs_is_missed(scene: Any, name: str, how: str) -> None:
    """A call without key, signature or time, or with an empty one, is refused."""
    wire = {"omit": [name]} if how == "absent" else {"common": {name: ""}}
    error = refused_at_access(scene, "AWS.MissingParameters", wire=wire)
    assert ("ParameterName", name) in error.data


def test_unknown_key_is_not_authorized(scene: Any) -> None:
    """A key that belongs to no Requester is refused."""
    refused_at_access(scene, "AWS.NotAuthorized", by=STRANGER)


@pytest.mark.parametrize("signing", ["documented", "version-1"])
def test_wrong_secret_is_told_what_was_to_be_signed(scene: Any, signing: str) -> None:
    """A signature with another secret is refused, and the service quotes the text that it signed and its clock."""
    error = refused_at_access(scene, "AWS.BadClaimsSupplied", by=FORGER, wire={"signing": signing})
    data = dict(error.data)
    assert set(data) == {"CustomerSignature", "StringToSign", "SystemTime"}
    assert data["SystemTime"] == format_timestamp(scene.now)
    time = format_timestamp(scene.now)
    expected = {
        "documented": f"AWSMechanicalTurkRequesterGetAccountBalance{time}",
        "version-1": "AWSAccessKeyIdOWNEROperationGetAccountBalanceServiceAWSMechanicalTurkRequester"
        f"SignatureVersion1Timestamp{time}Version2014-08-15",
    }
    assert data["StringToSign"] == expected[signing]


@pytest.mark.parametrize("changed", [{"Operation": "GetQualificationRequests"}, {"Timestamp": "2014-05-13T16:53:21Z"}])
def test_signature_is_bound_to_operation_and_time(scene: Any, changed: dict[str, str]) -> None:
    """A signature is good neither for another operation nor for another time."""
    signature = sign("owner's secret", f"{SERVICE}GetAccountBalance{format_timestamp(scene.now)}")
    assert scene.call("GetAccountBalance", wire={"common": {"Signature": signature}}).accepted
    answer = scene.call("GetAccountBalance", wire={"common": {"Signature": signature, **changed}})
    assert [error.code for error in answer.errors] == ["AWS.BadClaimsSupplied"]


@pytest.mark.parametrize("seconds", [-901, 901, -86400])
def test_expired_calls_are_stopped_by_the_front_end(scene: Any, seconds: int) -> None:
    """A Timestamp beyond the tolerance, old or early, gets the front end's own document."""
    answer = scene.call("GetAccountBalance", wire={"timestamp": format_timestamp(scene.now + seconds)})
    assert [(error.code, error.place) for error in answer.errors] == [("RequestExpired", "front end")]
    assert answer.status == 400


@pytest.mark.parametrize("seconds", [-890, 0, 890])
def test_clocks_may_differ_by_a_quarter_of_an_hour(scene: Any, seconds: int) -> None:
    """Within the tolerance a Timestamp is good."""
    assert scene.call("GetAccountBalance", wire={"timestamp": format_timestamp(scene.now + seconds)}).accepted


@pytest.mark.parametrize("text", ["now", "2014-05-13 16:53", "2014-05-13T16:53:20", "2014-05-13T16:53:20+00:00"])
def test_timestamps_of_other_forms_are_refused(scene: Any, text: str) -> None:
    """A time that is no dateTime in UTC is refused although it is signed as it is sent."""
    answer = scene.call("GetAccountBalance", wire={"timestamp": text})
    assert [error.code for error in answer.errors] == ["InvalidParameterValue"]


def test_timestamp_may_have_a_fraction(scene: Any) -> None:
    """Milliseconds, which the Java client sends, are accepted."""
    text = format_timestamp(scene.now).replace("Z", ".186Z")
    assert scene.call("GetAccountBalance", wire={"timestamp": text}).accepted


def test_refused_call_changes_nothing(scene: Any) -> None:
    """A call that is not authenticated leaves all but the count of calls as it was."""
    before = {**scene.endpoint.store.dump(), "calls": None}
    scene.call("CreateQualificationType", by=FORGER, Name="n", Description="d", QualificationTypeStatus="Active")
    assert {**scene.endpoint.store.dump(), "calls": None} == before


def test_message_ends_with_the_time_of_the_service(scene: Any) -> None:
    """The message has the service's clock in milliseconds at its end."""
    error = refused_at_access(scene, "AWS.NotAuthorized", by=STRANGER)
    assert error.message.endswith(f" ({int(scene.now * 1000)} s)")


def test_a_signature_with_markup_is_quoted_as_text(scene: Any) -> None:
    """What is quoted back is escaped, so the reply stays well-formed."""
    response = scene.send(scene.request("GetAccountBalance", wire={"common": {"Signature": "<&>é"}}))
    assert ("CustomerSignature", "<&>é") in read_answer(response).errors[0].data
    etree.fromstring(response.body)
