"""The WSDL of a version: every operation, bound as the published ones are, over a schema that tools can read."""

from itertools import permutations

import pytest
from lxml import etree

from conformance.spec.annotated_xsd import XS
from conformance.spec.shapes import MESSAGE_NAMESPACE, shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.spec.wsdl import service_address, wsdl_document

PREFIXES = {"w": "http://schemas.xmlsoap.org/wsdl/", "s": "http://schemas.xmlsoap.org/wsdl/soap/", "xs": XS[1:-1]}
DOCUMENTS = {version: etree.fromstring(etree.tostring(wsdl_document(shapes_for(version)))) for version in VERSIONS}
COUNTERS = ("NumResults", "TotalNumResults", "PageNumber")


def texts(version: str, path: str) -> list[str]:
    found = DOCUMENTS[version].xpath(path, namespaces=PREFIXES)
    assert isinstance(found, list)
    return [str(text) for text in found]


def schema_of(version: str) -> etree.XMLSchema:
    """Return the inline schema, compiled as it stands in the document."""
    (root,) = DOCUMENTS[version].iter(f"{XS}schema")
    return etree.XMLSchema(root)


def listing(version: str, *counters: str) -> etree._Element:
    namespace = MESSAGE_NAMESPACE + version
    items = "".join(f"<{name}>1</{name}>" for name in counters)
    return etree.fromstring(
        f'<SearchHITsResponse xmlns="{namespace}"><SearchHITsResult><Request><IsValid>True</IsValid></Request>{items}'
        "<HIT><HITId>H</HITId></HIT></SearchHITsResult></SearchHITsResponse>"
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_of_the_version_is_there(version: str) -> None:
    """In the port type and in the binding, each with the messages that it takes and gives."""
    operations = list(shapes_for(version).operations)
    assert texts(version, "w:portType/w:operation/@name") == operations
    assert texts(version, "w:binding/w:operation/@name") == operations
    parts = dict(zip(texts(version, "w:message/@name"), texts(version, "w:message/w:part/@element"), strict=True))
    for name in operations:
        operation = f"w:portType/w:operation[@name='{name}']"
        ends = (*texts(version, f"{operation}/w:input/@message"), *texts(version, f"{operation}/w:output/@message"))
        carried = [parts[end.removeprefix("tns:")] for end in ends]
        assert carried == [f"tns:{name}", f"tns:{shapes_for(version).operation(name).response}"]


@pytest.mark.parametrize("version", VERSIONS)
def test_all_is_bound_as_the_published_interface_is(version: str) -> None:
    """Document/literal over SOAP 1.1 and HTTP, one soapAction, under the names that generated code is known by."""
    assert DOCUMENTS[version].get("targetNamespace") == MESSAGE_NAMESPACE + version
    assert texts(version, "w:binding/s:binding/@style") == ["document"]
    assert texts(version, "w:binding/s:binding/@transport") == ["http://schemas.xmlsoap.org/soap/http"]
    assert set(texts(version, "w:binding/w:operation/s:operation/@soapAction")) == {"http://soap.amazon.com"}
    assert set(texts(version, "//s:body/@use")) == {"literal"}
    assert len(texts(version, "//s:body/@use")) == 2 * len(shapes_for(version).operations)
    assert texts(version, "w:portType/@name | w:binding/@name | w:service/@name | w:service/w:port/@name") == [
        "AWSMechanicalTurkRequesterPortType",
        "AWSMechanicalTurkRequesterBinding",
        "AWSMechanicalTurkRequester",
        "AWSMechanicalTurkRequesterPort",
    ]
    assert texts(version, "w:service/w:port/s:address/@location") == [service_address(version)]


def test_the_address_is_that_of_the_published_wsdls() -> None:
    """Plain http in 2007, https in all from 2012 on."""
    http = "http://mechanicalturk.amazonaws.com/?Service=AWSMechanicalTurkRequester"
    assert service_address("2007-06-21") == http
    https = http.replace("http:", "https:")
    assert {service_address(version) for version in ("2012-03-25", "2013-11-15", "2014-08-15")} == {https}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schema_in_it_has_all_components_and_no_choice(version: str) -> None:
    """Names in its attributes mean the same as in the schema alone; code generators read a choice of orders wrongly."""
    (inline,) = DOCUMENTS[version].iter(f"{XS}schema")
    alone = shapes_for(version).document(MESSAGE_NAMESPACE + version)
    assert [(node.tag, node.get("name")) for node in inline] == [(node.tag, node.get("name")) for node in alone]
    assert inline.find(f".//{XS}choice") is None
    assert inline.nsmap[None] == alone.nsmap[None] == MESSAGE_NAMESPACE + version
    for group in inline.iter(f"{XS}group", f"{XS}complexType"):
        names = [node.get("name") or node.get("ref") for node in group.iter(f"{XS}element")]
        assert len(set(names)) == len(names), group.get("name")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_counters_stand_in_the_order_of_genuine_replies(version: str) -> None:
    """Any of them may be missing; the schema for validation takes the orders of the published schemas as well."""
    schema = schema_of(version)
    assert [order for order in permutations(COUNTERS) if schema.validate(listing(version, *order))] == [COUNTERS]
    for counter in COUNTERS:
        assert schema.validate(listing(version, counter)), schema.error_log
    assert schema.validate(listing(version)), schema.error_log


@pytest.mark.parametrize("version", VERSIONS)
def test_a_choice_is_one_between_orders_and_its_first_branch_has_all_members(version: str) -> None:
    """So nothing is lost where the WSDL has the first order alone."""
    document = shapes_for(version).document()
    choices = [node for node in document.iter(f"{XS}choice") if not list(node.iterancestors(f"{XS}choice"))]
    assert choices
    for choice in choices:
        branches = [{node.get("name") for node in branch.iter(f"{XS}element")} for branch in choice]
        assert set().union(*branches) == branches[0]
        assert not list(choice.iter(f"{XS}group"))


def test_the_shapes_stay_as_they_were() -> None:
    """What is rearranged is a copy."""
    before = etree.tostring(shapes_for(LATEST).document())
    wsdl_document(shapes_for(LATEST))
    assert etree.tostring(shapes_for(LATEST).document()) == before
    assert b"choice" in before
