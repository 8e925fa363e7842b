"""The documents at the addresses that the articles name."""

from collections.abc import Callable

import pytest
from lxml import etree

from conformance.spec.shapes import MESSAGE_NAMESPACE
from conformance.spec.versions import LATEST, VERSIONS
from conformance.spec.wsdl import SERVICE
from conformance.wire.messages import HttpRequest, HttpResponse
from tests.reference.conftest import Scene

WSDL = f"{SERVICE}.wsdl"
SOAP_ADDRESS = "{http://schemas.xmlsoap.org/wsdl/soap/}address"


def fetched(scene: Scene, path: str, method: str = "GET") -> HttpResponse:
    return scene.send(HttpRequest(method=method, url=f"http://endpoint.test{path}"))


def namespace_at(scene: Scene, path: str) -> str | None:
    response = fetched(scene, path)
    assert response.status == 200, response
    return etree.fromstring(response.body).get("targetNamespace")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", ["/?WSDL&Version={}", f"/AWSMechanicalTurk/{{}}/{WSDL}"])
def test_the_wsdl_of_a_version(scene: Scene, path: str, version: str) -> None:
    assert namespace_at(scene, path.format(version)) == MESSAGE_NAMESPACE + version


@pytest.mark.parametrize("path", ["/?WSDL", "/?Service=AWSMechanicalTurkRequester&wsdl", f"/AWSMechanicalTurk/{WSDL}"])
def test_without_a_version_it_is_the_newest(scene: Scene, path: str) -> None:
    assert namespace_at(scene, path) == MESSAGE_NAMESPACE + LATEST


def test_the_wsdl_names_the_endpoint_as_the_service(scene: Scene) -> None:
    """A tool that is given the address alone calls this endpoint, and never Amazon's."""
    address = etree.fromstring(fetched(scene, "/?WSDL").body).find(f".//{SOAP_ADDRESS}")
    assert address is not None
    assert address.get("location") == f"http://endpoint.test/?Service={SERVICE}"


def test_schemas_of_messages_and_documents(scene: Scene) -> None:
    assert namespace_at(scene, f"/AWSMechanicalTurk/2012-03-25/{SERVICE}.xsd") == MESSAGE_NAMESPACE + "2012-03-25"
    path = "/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionForm.xsd"
    assert namespace_at(scene, path) == f"http://mechanicalturk.amazonaws.com{path}"
    subset = "/AWSMechanicalTurkDataSchemas/2006-07-14/FormattedContentXHTMLSubset.xsd"
    assert namespace_at(scene, subset) == "http://www.w3.org/1999/xhtml"


@pytest.mark.parametrize(
    "path",
    [
        "/?WSDL&Version=1999-01-01",
        f"/AWSMechanicalTurk/1999-01-01/{WSDL}",
        "/AWSMechanicalTurk/2014-08-15/QuestionForm.xsd",
        "/AWSMechanicalTurkDataSchemas/1999-01-01/QuestionForm.xsd",
        "/AWSMechanicalTurk/",
        "/?Operation=GetAccountBalance&WSDL",
    ],
)
def test_nothing_else_is_published(scene: Scene, path: str) -> None:
    assert fetched(scene, path).status != 200 or b"definitions" not in fetched(scene, path).body


def test_a_version_that_is_not_offered_is_not_published(scenes: Callable[..., Scene]) -> None:
    scene = scenes(versions=frozenset({"2008-08-02"}))
    assert namespace_at(scene, "/?WSDL") == MESSAGE_NAMESPACE + "2008-08-02"
    assert fetched(scene, "/?WSDL&Version=2014-08-15").status == 400
