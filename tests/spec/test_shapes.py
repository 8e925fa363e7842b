"""The shapes of a version: cut out of the history, put together, compiled and read."""

import time
from pathlib import Path
from textwrap import dedent

import pytest
import xmlschema
from lxml import etree

from conformance.errors import KitError, UsageError
from conformance.spec.annotated_xsd import ANNOTATIONS, XS
from conformance.spec.data import schemas_dir
from conformance.spec.shapes import MESSAGE_NAMESPACE, Shapes, SimpleShape, all_operations, shapes_for
from conformance.spec.versions import LATEST, VERSIONS, in_force

COUNTERS = ("NumResults", "TotalNumResults", "PageNumber")
HEAD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:mt="urn:mturk-conformance:annotations">'


def planted(folder: Path, version: str, **files: str) -> Shapes:
    """Return the shapes of schema files made up for a test."""
    for name, content in files.items():
        (folder / f"{name}.xsd").write_text(f"{HEAD}{dedent(content)}</xs:schema>", "utf-8")
    return Shapes(version, folder)


def members(shapes: Shapes, name: str) -> list[str]:
    shape = shapes.type(name)
    assert shape is not None
    return [member.name for member in shape.elements]


def listing(*children: str) -> etree._Element:
    """Return a reply of GetQualificationRequests with these children of its result, all of them counters."""
    root = etree.Element("GetQualificationRequestsResponse")
    result = etree.SubElement(root, "GetQualificationRequestsResult")
    for child in children:
        etree.SubElement(result, child).text = "1"
    return root


@pytest.mark.parametrize("version", VERSIONS)
def test_a_member_is_there_from_the_version_that_brought_it(version: str) -> None:
    """Subdivision came to Locale with the last version."""
    assert ("Subdivision" in members(shapes_for(version), "Locale")) == (version == "2014-08-15")


@pytest.mark.parametrize("version", VERSIONS)
def test_since_is_inclusive_and_until_exclusive(version: str, tmp_path: Path) -> None:
    """A member with both dates is there between them, and so is a whole type."""
    dates = 'mt:since="2007-06-21" mt:until="2012-03-25"'
    shapes = planted(
        tmp_path,
        version,
        dated=f"""
        <xs:complexType name="T"><xs:sequence>
          <xs:element name="always" type="xs:int"/><xs:element name="once" type="xs:int" {dates}/>
        </xs:sequence></xs:complexType>
        <xs:complexType name="Whole" {dates}><xs:sequence/></xs:complexType>
        """,
    )
    there = in_force(version, "2007-06-21", "2012-03-25")
    assert members(shapes, "T") == (["always", "once"] if there else ["always"])
    assert (shapes.type("Whole") is not None) == there


@pytest.mark.parametrize("version", VERSIONS)
def test_what_changes_stands_twice_with_meeting_dates(version: str, tmp_path: Path) -> None:
    """The source is no schema, as it has two members of one name; what is cut out of it is one."""
    shapes = planted(
        tmp_path,
        version,
        twice="""
        <xs:complexType name="T"><xs:sequence>
          <xs:element name="a" type="xs:int" minOccurs="0" mt:until="2008-08-02"/>
          <xs:element name="a" type="xs:string" mt:since="2008-08-02"/>
        </xs:sequence></xs:complexType>
        """,
    )
    shape = shapes.type("T")
    assert shape is not None
    expected = ("xs:int", 0) if version < "2008-08-02" else ("xs:string", 1)
    assert [(member.type, member.min) for member in shape.elements] == [expected]
    shapes.schema()


def test_values_of_an_enumeration_come_and_go(tmp_path: Path) -> None:
    """Only values are cut out: the facets beside them stay."""
    kind = """
        <xs:simpleType name="Kind"><xs:restriction base="xs:string">
          <xs:enumeration value="old" mt:until="2012-03-25"/><xs:enumeration value="new" mt:since="2012-03-25"/>
        </xs:restriction></xs:simpleType>
        """
    found = {version: planted(tmp_path, version, kind=kind).simple("Kind") for version in ("2006-10-31", "2012-03-25")}
    assert found == {
        "2006-10-31": SimpleShape(base="xs:string", enumeration=("old",)),
        "2012-03-25": SimpleShape(base="xs:string", enumeration=("new",)),
    }


@pytest.mark.parametrize("beside", ["", '<xs:maxLength value="9"/>'])
def test_an_enumeration_without_values_left_is_an_error(beside: str, tmp_path: Path) -> None:
    """It would allow every text, also where another facet stands beside the values."""
    restriction = (
        f'<xs:restriction base="xs:string"><xs:enumeration value="x" mt:since="2014-08-15"/>{beside}</xs:restriction>'
    )
    kind = f'<xs:simpleType name="Kind">{restriction}</xs:simpleType>'
    with pytest.raises(KitError, match="all values of an enumeration are gone in 2013-11-15"):
        planted(tmp_path, "2013-11-15", kind=kind)
    assert planted(tmp_path, "2014-08-15", kind=kind).simple("Kind") is not None


def test_an_enumeration_that_is_gone_with_its_type_is_none(tmp_path: Path) -> None:
    """A type with dates may have values with the same dates."""
    kind = """
        <xs:simpleType name="Kind" mt:since="2014-08-15"><xs:restriction base="xs:string">
          <xs:enumeration value="x" mt:since="2014-08-15"/>
        </xs:restriction></xs:simpleType>
        """
    assert planted(tmp_path, "2013-11-15", kind=kind).simple("Kind") is None


def test_an_operation_without_parameters_of_its_name_is_an_error(tmp_path: Path) -> None:
    """The names are how call, parameters and reply are found."""
    operation = '<xs:element name="Op" type="xs:int"/><xs:element name="OpResponse"><xs:complexType/></xs:element>'
    shapes = planted(tmp_path, LATEST, operation=operation)
    assert shapes.operations == ("Op",)
    with pytest.raises(KitError, match="the schema of Op lacks OpRequest or OpResponse"):
        shapes.operation("Op")


def test_a_folder_without_schemas_is_an_incomplete_installation(tmp_path: Path) -> None:
    """An installation that lost its files says so instead of knowing no operation."""
    with pytest.raises(KitError, match="install the package again"):
        Shapes(LATEST, tmp_path)


@pytest.mark.parametrize("namespaced", [False, True], ids=["bare", "namespace"])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_compiles_in_both_validators(version: str, namespaced: bool) -> None:
    """Without a namespace for Query, with that of the version for SOAP; both validators take a good reply."""
    namespace = MESSAGE_NAMESPACE + version if namespaced else None
    shapes = shapes_for(version)
    reply = listing(*COUNTERS)
    if namespace:
        for node in reply.iter():
            node.tag = f"{{{namespace}}}{node.tag}"
    assert shapes.schema(namespace).validate(reply), shapes.schema(namespace).error_log
    other = xmlschema.XMLSchema(etree.tostring(shapes.document(namespace), encoding="unicode"))
    assert other.is_valid(reply)
    reply.append(etree.Element("Unknown"))
    assert not shapes.schema(namespace).validate(reply)
    assert not other.is_valid(reply)


def test_a_version_is_ready_within_milliseconds() -> None:
    """Reading, pruning, merging and compiling all files: nobody waits for it (about 10 ms; ten times that is a bug)."""
    started = time.perf_counter()
    Shapes(LATEST, schemas_dir() / "requester").schema()
    assert time.perf_counter() - started < 0.1


def test_the_plain_document_holds_no_annotation() -> None:
    """What other tools get is XSD and nothing else."""
    for version in VERSIONS:
        for namespace in (None, MESSAGE_NAMESPACE + version):
            document = shapes_for(version).document(namespace)
            keys = [key for node in document.iter() for key in node.attrib]
            assert not [key for key in keys if key.startswith("{")], version
            assert document.get("targetNamespace") == namespace
            assert document.get("elementFormDefault") == "qualified"
    assert any(key.startswith(ANNOTATIONS) for node in shapes_for(LATEST)._root.iter() for key in node.attrib)


def test_the_operations_are_those_with_a_call_and_a_reply() -> None:
    """Each is known by its own name and knows the elements around its data."""
    shapes = shapes_for(LATEST)
    assert "RejectQualificationRequest" in shapes.operations
    assert list(shapes.operations) == sorted(shapes.operations)
    operation = shapes.operation("RejectQualificationRequest")
    assert [(one.name, one.type, one.min, one.max, one.refers) for one in operation.request.elements] == [
        ("QualificationRequestId", "xs:string", 1, 1, "QualificationRequest"),
        ("Reason", "xs:string", 0, 1, None),
        ("ResponseGroup", "xs:string", 0, None, None),
    ]
    assert operation.response == "RejectQualificationRequestResponse"
    assert (operation.result.name, operation.result.type) == ("RejectQualificationRequestResult",) * 2
    assert operation.echo == "RejectQualificationRequestRequest"


def test_a_result_can_be_named_otherwise_and_have_no_echo() -> None:
    """GetQualificationScore answers with a Qualification and has no place for an echo in any version."""
    operation = shapes_for(LATEST).operation("GetQualificationScore")
    assert (operation.result.name, operation.echo) == ("Qualification", None)


def test_members_carry_type_occurrence_and_annotations() -> None:
    """The groups that a type refers to are unfolded where they stand, and what is a choice is optional."""
    shape = shapes_for(LATEST).type("GetQualificationRequestsResult")
    assert shape is not None
    assert shape.requirement == "GetQualificationRequests.Result.elements"
    assert [(one.name, one.type, one.min, one.max) for one in shape.elements] == [
        ("Request", "Request", 0, 1),
        ("NumResults", "xs:int", 0, 1),
        ("TotalNumResults", "xs:int", 0, 1),
        ("PageNumber", "xs:int", 0, 1),
        ("QualificationRequest", "QualificationRequest", 0, None),
    ]
    request = shapes_for(LATEST).type("QualificationRequest")
    test = request.element("Test") if request else None
    assert test is not None
    assert (test.document, test.requirement, test.min) == ("QuestionForm", "QualificationRequest.escaped", 0)
    page = shapes_for(LATEST).operation("GetQualificationRequests").request.element("PageSize")
    assert page is not None
    assert page.default == "10"
    assert shape.element("Unknown") is None


def test_a_global_element_with_content_is_a_type_of_its_name() -> None:
    """The roots of replies, and the elements of the envelope, have no named type."""
    shapes = shapes_for(LATEST)
    assert members(shapes, "OperationRequest") == ["HTTPHeaders", "RequestId", "Arguments", "Errors"]
    assert members(shapes, "RejectQualificationRequestResponse") == [
        "OperationRequest",
        "RejectQualificationRequestResult",
    ]
    assert {shape.name for shape in shapes.complex_types()} >= {"Request", "Error", "QualificationRequest"}


def test_simple_types_carry_their_facets() -> None:
    """Lengths in characters, whole numbers as numbers, a built-in as itself, a complex type not at all."""
    shapes = shapes_for(LATEST)
    assert shapes.simple("Description") == SimpleShape(base="xs:string", max_length=2000)
    assert shapes.simple("PageSize100") == SimpleShape(base="xs:int", min_inclusive=1, max_inclusive=100)
    assert shapes.simple("SortDirection") == SimpleShape(base="xs:string", enumeration=("Ascending", "Descending"))
    assert shapes.simple("xs:dateTime") == SimpleShape(base="xs:dateTime")
    assert shapes.simple("QualificationRequest") is None
    assert shapes.type("SortDirection") is None


def test_a_facet_that_is_no_whole_number_is_an_error(tmp_path: Path) -> None:
    """No type of the API has one; what reads the facets counts on it."""
    cent = '<xs:restriction base="xs:decimal"><xs:minInclusive value="0.01"/></xs:restriction>'
    shapes = planted(tmp_path, LATEST, cent=f'<xs:simpleType name="Cent">{cent}</xs:simpleType>')
    with pytest.raises(KitError, match=r"the simple type Cent has the minInclusive 0\.01: the kit reads whole"):
        shapes.simple("Cent")


def test_unknown_names_leave_no_trace() -> None:
    """The names of a hostile reply are asked for by the thousand, and the shapes live as long as the process."""
    shapes = shapes_for(LATEST)
    shapes.type("Request")
    before = len(shapes._types), len(shapes._simple)
    assert [(shapes.type(f"x{number}"), shapes.simple(f"x{number}")) for number in range(3)] == [(None, None)] * 3
    assert (len(shapes._types), len(shapes._simple)) == before


def test_an_unknown_operation_is_told_with_the_nearest() -> None:
    """A slip of the pen is answered by the name that was meant."""
    message = "2014-08-15 has no operation 'RejectQualificationReqest'; did you mean RejectQualificationRequest?"
    with pytest.raises(UsageError) as refusal:
        shapes_for(LATEST).operation("RejectQualificationReqest")
    assert str(refusal.value) == message


def test_an_unknown_version_is_told_with_the_nearest() -> None:
    """And with all that are known."""
    with pytest.raises(UsageError, match=r"did you mean 2014-08-15\? Known: 2006-10-31, .*2014-08-15"):
        shapes_for("2014-08-16")


@pytest.mark.parametrize(
    "order",
    [
        ("NumResults", "TotalNumResults", "PageNumber"),
        ("PageNumber", "NumResults", "TotalNumResults"),
        ("NumResults", "PageNumber", "TotalNumResults"),
        (),
        ("NumResults",),
        ("PageNumber",),
        ("NumResults", "PageNumber"),
        ("PageNumber", "NumResults"),
    ],
    ids=" ".join,
)
def test_the_counters_may_stand_in_three_orders(order: tuple[str, ...]) -> None:
    """That of genuine replies and those of the published schemas; each counter may be missing but the first."""
    for version in VERSIONS:
        assert shapes_for(version).schema().validate(listing(*order)), version


@pytest.mark.parametrize(
    "order",
    [
        ("TotalNumResults", "NumResults", "PageNumber"),
        ("TotalNumResults", "PageNumber", "NumResults"),
        ("PageNumber", "TotalNumResults", "NumResults"),
        ("NumResults", "NumResults"),
        ("NumResults", "TotalNumResults", "PageNumber", "NumResults"),
        ("PageNumber", "NumResults", "TotalNumResults", "PageNumber"),
    ],
    ids=" ".join,
)
def test_the_counters_stand_in_no_other_order(order: tuple[str, ...]) -> None:
    """Nor twice."""
    assert not shapes_for(LATEST).schema().validate(listing(*order))


def test_the_slot_under_request_takes_the_echo_of_every_operation() -> None:
    """One optional element for each operation that has an echo, between IsValid and Errors."""
    for version in VERSIONS:
        shapes = shapes_for(version)
        echoes = [echo for name in shapes.operations if (echo := shapes.operation(name).echo)]
        assert members(shapes, "Request") == ["IsValid", *echoes, "Errors"]
    reply = etree.fromstring(
        "<RejectQualificationRequestResponse><RejectQualificationRequestResult><Request><IsValid>True</IsValid>"
        "<RejectQualificationRequestRequest><QualificationRequestId>Q</QualificationRequestId>"
        "</RejectQualificationRequestRequest></Request></RejectQualificationRequestResult>"
        "</RejectQualificationRequestResponse>"
    )
    assert shapes_for(LATEST).schema().validate(reply)


def test_the_slot_takes_the_echoes_of_planted_operations(tmp_path: Path) -> None:
    """It is filled by name, so that an operation adds its echo in its own file only; one out of force adds none."""
    shapes = planted(
        tmp_path,
        "2008-08-02",
        envelope="""
        <xs:element name="Request"><xs:complexType><xs:sequence><xs:group ref="Echo"/></xs:sequence></xs:complexType>
        </xs:element>
        <xs:group name="Echo"><xs:sequence/></xs:group>
        """,
        operations="""
        <xs:group name="AEcho"><xs:sequence><xs:element name="A" type="xs:int"/></xs:sequence></xs:group>
        <xs:group name="BEcho" mt:since="2014-08-15"><xs:sequence><xs:element name="B" type="xs:int"/></xs:sequence>
        </xs:group>
        """,
    )
    assert members(shapes, "Request") == ["A"]
    assert shapes.document().find(f"{XS}group[@name='BEcho']") is None


def test_the_operations_of_all_versions_are_known_without_their_shapes() -> None:
    """What tells traffic of the API from others' looks at the files alone."""
    assert all_operations() == {name for version in VERSIONS for name in shapes_for(version).operations}
