"""The documents that the service publishes beside its calls: WSDL, message schema and data schemas."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked
from conformance.spec.documents import DOCUMENTS
from conformance.spec.shapes import MESSAGE_NAMESPACE
from conformance.spec.wsdl import SERVICE
from conformance.target.opening import Target
from conformance.target.profile import Profile
from conformance.transport.failures import failure_kind
from conformance.wire.messages import HttpRequest, HttpResponse
from conformance.wire.xml import XmlRefused, parse

WSDL, XSD = f"{SERVICE}.wsdl", f"{SERVICE}.xsd"
MESSAGES, DATA = "/AWSMechanicalTurk/", "/AWSMechanicalTurkDataSchemas/"
SUBSET = DATA + "2006-07-14/FormattedContentXHTMLSubset.xsd"
XHTML = "http://www.w3.org/1999/xhtml"
NAMED = ("QuestionForm", "QuestionFormAnswers", "AnswerKey", "ExternalQuestion")

Fetch = Callable[[str], HttpResponse]


@pytest.fixture
def fetch(target: Target) -> Fetch:
    """Get what is at a path of the endpoint's host."""

    def get(path: str) -> HttpResponse:
        url = urlsplit(target.url)._replace(path=path, query="").geturl()
        exchange = target.client.send(HttpRequest(method="GET", url=url), retry=True)
        if exchange.response is None:
            raise Blocked(f"GET of {path}: {failure_kind(exchange) or 'no answer'}", silent=True)
        return exchange.response

    return get


def told(response: HttpResponse, namespace: str) -> str:
    """Return whether a document was there, and whether it is the one of that namespace."""
    if response.status != 200:
        return f"HTTP {response.status}"
    try:
        found = parse(response.body).get("targetNamespace")
    except XmlRefused as refusal:
        return f"HTTP 200, no XML: {refusal}"
    return "there, with its targetNamespace" if found == namespace else f"there, with the targetNamespace {found}"


@pytest.mark.verifies("Common.Wsdl.versioned-url")
def test_documents_of_a_version(version: str, fetch: Fetch, expect: Expect) -> None:
    for name in (WSDL, XSD):
        path = f"{MESSAGES}{version}/{name}"
        expect.see("Common.Wsdl.versioned-url", where=path, actual=told(fetch(path), MESSAGE_NAMESPACE + version))


@pytest.mark.verifies("Common.Wsdl.unversioned-latest")
def test_documents_without_a_version(version: str, profile: Profile, fetch: Fetch, expect: Expect) -> None:
    newest, path = max(profile.versions), MESSAGES + WSDL
    bare, dated = fetch(path), fetch(f"{MESSAGES}{newest}/{WSDL}")
    same = "equal to" if bare.body == dated.body else "not equal to"
    actual = f"{told(bare, MESSAGE_NAMESPACE + newest)}; {same} that of {newest}"
    expect.see("Common.Wsdl.unversioned-latest", where=path, actual=actual)


@pytest.mark.verifies("Common.Xsd.data-schema-urls")
def test_data_schemas(version: str, fetch: Fetch, expect: Expect) -> None:
    addresses = {urlsplit(DOCUMENTS[name]).path: DOCUMENTS[name] for name in NAMED}
    for path, namespace in {**addresses, SUBSET: XHTML}.items():
        expect.see("Common.Xsd.data-schema-urls", where=path, actual=told(fetch(path), namespace))
