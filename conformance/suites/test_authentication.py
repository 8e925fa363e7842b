"""Who calls: keys, signatures and what they cover, the age of a call."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from conformance.bindings.exchanges import calls_of
from conformance.bindings.query import SERVICE
from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured
from conformance.suites.hits import Hits
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import CREATE, NEEDED, SEARCH, named, word
from conformance.suites.times import DAY, MINUTE
from conformance.target.requester import Reply, Requester
from conformance.wire.signatures import sign, string_to_sign
from conformance.wire.timestamps import format_timestamp, parse_timestamp

BALANCE = "GetAccountBalance"
LOCATION, ALONE = "Common.Response.error-location", "Common.Response.single-layer"
TRIES = 600


def now(requester: Requester) -> float:
    """Return the time that a call would carry, in seconds since the epoch."""
    return parse_timestamp(calls_of(requester.write(BALANCE))[0].common["Timestamp"]).timestamp()


def signed(requester: Requester, operation: str, at: float, secret: str | None = None) -> dict[str, str]:
    """Return the Timestamp of a moment with the signature of a call at that moment."""
    text = string_to_sign(SERVICE, operation, format_timestamp(at))
    key = requester.credentials.secret_key if secret is None else secret
    return {"Timestamp": format_timestamp(at), "Signature": sign(key, text)}


def wrong(requester: Requester, operation: str) -> dict[str, str]:
    """Return a Timestamp with a signature one character of which is changed."""
    right = signed(requester, operation, now(requester))
    first = "A" if right["Signature"][0] != "A" else "B"
    return {**right, "Signature": first + right["Signature"][1:]}


def below_operation_request(reply: Reply) -> bool:
    """Whether a reply tells its errors below OperationRequest and holds no result."""
    return {error.place for error in reply.answer.errors} == {"OperationRequest"} and not reply.answer.results


def seen_of(reply: Reply) -> str:
    """Return what a reply holds, in a line."""
    root = reply.answer.root
    held = ", ".join(str(child.tag) for child in root) if root is not None else "nothing"
    return f"{reply.summary}; {root.tag if root is not None else 'no root'} holds {held}"


@pytest.mark.verifies("Common.AWSAccessKeyId.unknown")
def test_key_that_nobody_has(requester: Requester, given: Given, expect: Expect) -> None:
    key = given.name("AKID").replace(" ", "").upper()[:20]
    reply = requester.call(BALANCE, common={"AWSAccessKeyId": key})
    root = reply.answer.root
    expect(
        "Common.AWSAccessKeyId.unknown",
        below_operation_request(reply) and root is not None and root.tag == f"{BALANCE}Response",
        where=BALANCE,
        expected=f"{BALANCE}Response with OperationRequest/Errors alone",
        actual=seen_of(reply),
    )
    if reply.refused:
        expect.code("Common.AWSAccessKeyId.unknown", reply.codes)


@pytest.mark.verifies("Common.Signature.wrong", "Common.Error.claims-data", LOCATION, ALONE)
def test_signature_with_one_character_changed(requester: Requester, given: Given, expect: Expect) -> None:
    requirement, name = "Common.Signature.wrong", word(given)
    for operation, values in (
        (CREATE, {"Name": name, **NEEDED}),
        (BALANCE, {}),
        ("GetHIT", {"HITId": "2UNKNOWN"}),
        ("SearchHITs", {}),
    ):
        reply = requester.call(operation, values, common=wrong(requester, operation))
        expected = f"{operation}Response with OperationRequest/Errors and no result"
        good, actual = below_operation_request(reply), seen_of(reply)
        if operation == CREATE:
            expect(requirement, good, where=operation, expected=expected, actual=actual)
            expect.code(requirement, reply.codes)
        if operation == BALANCE:
            expect(LOCATION, good, where=operation, expected=expected, actual=actual)
            told = "; ".join(f"{one.code} {[key for key, _ in one.data]}" for one in reply.answer.errors)
            expect.see("Common.Error.claims-data", where="Data", actual=told or reply.summary)
        else:
            root = reply.answer.root
            alone = root is not None and [child.tag for child in root] == ["OperationRequest"]
            named_so = root is not None and root.tag == f"{operation}Response"
            expect(ALONE, alone and named_so, where=operation, expected=expected, actual=actual)
    made = named(given, name)
    expect(requirement, not made, where=SEARCH, expected="no type of that Name", actual=f"{len(made)} types")


@pytest.mark.verifies("Common.Signature.wrong-secret")
def test_signed_with_another_secret(requester: Requester, given: Given, expect: Expect) -> None:
    requirement, hits, mark = "Common.Signature.wrong-secret", Hits(given), given.name("secret")
    values = {**hits.properties(), **hits.content(RequesterAnnotation=mark)}
    common = signed(requester, "CreateHIT", now(requester), secret="x" * 40)
    reply = requester.call("CreateHIT", values, common=common)
    expected = "an error below OperationRequest and no result"
    expect(requirement, below_operation_request(reply), where="CreateHIT", expected=expected, actual=seen_of(reply))
    if reply.refused:
        expect.code(requirement, reply.codes)
    made = hits.annotated(mark)
    expect(requirement, not made, where="SearchHITs", expected="no new HIT", actual=", ".join(made))


@pytest.mark.verifies("Common.Signature.bound-to-operation", "Common.Signature.bound-to-timestamp")
def test_signature_replayed(requester: Requester, expect: Expect) -> None:
    """For another operation at the same moment, and for the same one a second later."""
    at = now(requester)
    right = signed(requester, BALANCE, at)
    later = {**right, "Timestamp": format_timestamp(at + 1)}
    for requirement, operation, common in (
        ("Common.Signature.bound-to-operation", "SearchHITs", right),
        ("Common.Signature.bound-to-timestamp", BALANCE, later),
    ):
        reply = requester.call(operation, common=common)
        good = reply.refused and not reply.answer.results
        expected = "an error without result data"
        expect(requirement, good, where=operation, expected=expected, actual=seen_of(reply))


@pytest.mark.verifies("Common.Signature.url-encoding")
def test_plus_sign_of_a_signature(requester: Requester, expect: Expect) -> None:
    at = now(requester)
    moments = (at - back / 4 for back in range(TRIES) if not back % 4)
    common = next((one for one in (signed(requester, BALANCE, at) for at in moments) if "+" in one["Signature"]), None)
    if common is None:
        raise NotMeasured("no signature with a plus sign was found")
    encoded = requester.write(BALANCE, method="GET", common=common)
    plain = replace(encoded, url=encoded.url.replace("%2B", "+"))
    for what, request, accepted in (("percent-encoded", encoded, True), ("as it stands", plain, False)):
        reply = requester.send(BALANCE, request)
        expect(
            "Common.Signature.url-encoding",
            reply.accepted if accepted else reply.refused,
            where=f"the plus sign of the signature {what}",
            expected="success" if accepted else "an error",
            actual=reply.summary,
        )


@pytest.mark.verifies("Common.Timestamp.fraction", "Common.Timestamp.skew")
def test_moment_of_a_call(requester: Requester, expect: Expect) -> None:
    at = now(requester)
    exact = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.186Z")
    reply = requester.call(BALANCE, common={"Timestamp": exact})
    expect("Common.Timestamp.fraction", reply.accepted, where=exact, expected="success", actual=reply.summary)
    requirement = "Common.Timestamp.skew"
    for what, back in (("a minute ago", MINUTE), ("a day ago", DAY)):
        reply = requester.call(BALANCE, common={"Timestamp": format_timestamp(at - back)})
        good, expected = (reply.refused, "an error") if back == DAY else (reply.accepted, "success")
        expect(requirement, good, where=f"Timestamp of {what}", expected=expected, actual=reply.summary)
        if back == DAY and reply.refused:
            expect.code(requirement, reply.codes)
    for minutes in (14, 16, -14, -16, -1440):
        reply = requester.call(BALANCE, common={"Timestamp": format_timestamp(at - minutes * MINUTE)})
        expect.see(requirement, where=f"Timestamp of {minutes} minutes ago", actual=reply.summary)
