"""What only SOAP has: the message's name and namespace, its one soapAction, several Requests, errors without faults."""

from typing import Any

import pytest
from lxml import etree

from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured
from conformance.spec.shapes import MESSAGE_NAMESPACE, shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.strategies.sweep import unknown_identifier
from conformance.suites.forms import selection_form
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import CREATE, GET, NEEDED, word
from conformance.suites.refusals import is_refusal
from conformance.target.profile import Profile
from conformance.target.requester import Reply, Requester
from conformance.wire.soap import Fault, SoapRefused, unwrap
from conformance.wire.xml import XmlRefused

BALANCE, SEARCH = "GetAccountBalance", "SearchHITs"
_NO_SERVICE, _ACTION, _BATCH, _NAMESPACE, _ERROR, _ESCAPED = (
    f"Common.SOAP.{topic}"
    for topic in (
        "no-service-operation",
        "soap-action",
        "batch",
        "response-namespace",
        "error-in-response",
        "escaped-xml",
    )
)
_VERSION = "Common.Version.soap-namespace"


def body_of(reply: Reply) -> str:
    """Return the name of what a reply has in its Body, ``{namespace}name``; else what is there instead."""
    if reply.exchange.response is None:
        return reply.summary
    try:
        message = unwrap(reply.exchange.response.body)
    except (XmlRefused, SoapRefused) as refusal:
        return f"no SOAP message: {refusal}"
    return f"a fault: {message.code} {message.message}" if isinstance(message, Fault) else str(message.tag)


def response_of(operation: str, version: str) -> str:
    """Return the name that the message of a reply has to have."""
    return f"{{{MESSAGE_NAMESPACE}{version}}}{operation}Response"


@pytest.mark.verifies(_NO_SERVICE, _ACTION, _NAMESPACE)
def test_message_alone_says_what_is_called(requester: Requester, expect: Expect) -> None:
    balance = requester.call(BALANCE)
    where = f"{BALANCE} without Service and Operation in the Body"
    expect(_NO_SERVICE, balance.accepted, where=where, expected="success", actual=balance.summary)
    wanted, found = response_of(BALANCE, requester.version), body_of(balance)
    expect(_NAMESPACE, found == wanted, where="the child of the Body", expected=wanted, actual=found)
    replies = {BALANCE: balance}
    if SEARCH in shapes_for(requester.version).operations:
        replies[SEARCH] = requester.call(SEARCH)
    for operation, reply in replies.items():
        expect(_ACTION, reply.accepted, where=operation, expected="success", actual=reply.summary)


def other_version(version: str, declared: tuple[str, ...]) -> str:
    """Return another version to compare with: one that the endpoint is known to offer, if there is one."""
    likely = (*reversed(declared), LATEST, *reversed(VERSIONS))
    return next(one for one in likely if one != version)


@pytest.mark.verifies(_VERSION)
def test_namespace_says_the_version(requester: Requester, profile: Profile, expect: Expect) -> None:
    other = other_version(requester.version, profile.versions)
    replies = {version: requester.call(BALANCE, common={"Version": version}) for version in (requester.version, other)}
    if other not in profile.versions and not replies[other].accepted:
        raise NotMeasured(f"the endpoint does not offer {other}, and the profile names no second version")
    for version, reply in replies.items():
        wanted, found = response_of(BALANCE, version), body_of(reply)
        where = f"{BALANCE} in the namespace of {version}"
        expect(_VERSION, reply.accepted, where=where, expected="success", actual=reply.summary)
        expect(_VERSION, found == wanted, where=where, expected=wanted, actual=found)


@pytest.mark.verifies(_BATCH)
def test_several_requests_in_one_message(given: Given, requester: Requester, expect: Expect) -> None:
    """What is wrong with one of the results is told with the number of its Request."""
    ids = [given.qualification_type() for _ in range(2)]
    reply = requester.send(GET, requester.write_batch(GET, *({"QualificationTypeId": one} for one in ids)))
    found = [(result.findtext("QualificationTypeId") or "").strip() for result in reply.answer.results]
    order = "those asked for, in their order" if found == ids else f"{found}, asked for {ids}"
    actual = f"{reply.summary}; {len(found)} results: {order}"
    expect.see(_BATCH, where=f"{GET} with two Requests", actual=actual)


@pytest.mark.verifies(_ERROR)
def test_errors_stand_in_the_response(given: Given, requester: Requester, expect: Expect) -> None:
    reply = requester.call("GetHIT", {"HITId": unknown_identifier(given.name("unknown"))})
    places = {error.place for error in reply.answer.errors}
    expect(
        _ERROR,
        places == {"Request"} and body_of(reply) == response_of("GetHIT", requester.version),
        where="GetHIT of an unknown HIT",
        expected="GetHITResponse with HIT/Request/Errors",
        actual=f"{body_of(reply)}; {reply.summary}",
    )


def as_elements(document: str) -> dict[str, Any]:
    """Return a document as the value of a parameter that holds it as elements instead of text."""

    def held(element: etree._Element) -> Any:
        members: dict[str, Any] = {}
        for child in element.iterchildren(tag=etree.Element):
            members.setdefault(child.tag, []).append(held(child))
        return members or element.text or ""

    root = etree.fromstring(document.encode())
    return {str(root.tag): held(root)}


@pytest.mark.verifies(_ESCAPED)
def test_documents_are_sent_as_text(given: Given, requester: Requester, expect: Expect) -> None:
    form, mark = selection_form("q")[0], word(given)
    values = {**NEEDED, "TestDurationInSeconds": 600}
    text = requester.call(CREATE, {"Name": f"{mark} text", **values, "Test": form})
    expect(_ESCAPED, text.accepted, where="Test as text", expected="success", actual=text.summary)
    elements = requester.call(CREATE, {"Name": f"{mark} elements", **values, "Test": as_elements(form)})
    expect(_ESCAPED, is_refusal(elements), where="Test as elements", expected="an error", actual=elements.summary)
