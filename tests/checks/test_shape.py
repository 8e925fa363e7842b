"""The shape of replies: each possible fault in each element is reported where it belongs, and nothing else is."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from lxml import etree

from conformance.bindings.query import Credentials, write_call
from conformance.checks.finding import Finding, Outcome
from conformance.checks.reading import MAX_VISITS, read_exchange
from conformance.checks.shape import CHECKS, UNSTATED, requirement_for
from conformance.spec.requirements import requirements
from conformance.spec.shapes import Shapes, SimpleShape, TypeShape, shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.wire.messages import Exchange, HttpResponse

LISTING = "GetQualificationRequests"
ITEM = f"/{LISTING}Response/{LISTING}Result[1]/QualificationRequest[1]"
(SHAPE,) = CHECKS
SAMPLES = {
    "xs:int": "1",
    "xs:long": "1",
    "xs:boolean": "1",
    "xs:decimal": "1.00",
    "xs:double": "1.5",
    "xs:dateTime": "2014-08-15T10:00:00Z",
}


def sample(shapes: Shapes, name: str, type_name: str) -> etree._Element:
    """Return an element with every member once, two of what may repeat; the echo is left out, as no schema has it."""
    element = etree.Element(name)
    shape = shapes.type(type_name)
    if shape is None:
        simple = shapes.simple(type_name) or SimpleShape(base="xs:string")
        element.text = simple.enumeration[0] if simple.enumeration else SAMPLES.get(simple.base, "text")
        return element
    for member in shape.elements:
        if name != "Request" or member.name in ("IsValid", "Errors"):
            element.extend(sample(shapes, member.name, member.type) for _ in range(1 if member.max == 1 else 2))
    return element


@dataclass(frozen=True)
class Place:
    """An element of a full reply with the shapes that it and its parent have."""

    element: etree._Element
    shape: TypeShape | None
    parent: TypeShape | None


def places(shapes: Shapes, element: etree._Element, type_name: str, parent: TypeShape | None) -> Iterator[Place]:
    shape = shapes.type(type_name)
    yield Place(element, shape, parent)
    if shape is not None:
        for child in element:
            member = shape.element(child.tag)
            assert member is not None
            yield from places(shapes, child, member.type, shape)


def drop(place: Place) -> str | None:
    """Take a required member out."""
    member = place.parent.element(place.element.tag) if place.parent else None
    parent = place.element.getparent()
    if member is None or member.min == 0 or parent is None or len(parent.findall(place.element.tag)) > 1:
        return None
    parent.remove(place.element)
    return "elements"


def rename(place: Place) -> str | None:
    """Give an element a name that its parent's type does not know."""
    if place.parent is None:
        return None
    place.element.tag = "Unknown"
    return "elements"


def double(place: Place) -> str | None:
    """Put a member twice that may stand once."""
    member = place.parent.element(place.element.tag) if place.parent else None
    if member is None or member.max != 1:
        return None
    place.element.addnext(deepcopy(place.element))
    return "elements"


def swap(place: Place) -> str | None:
    """Put an element behind the next one of another name."""
    following = place.element.getnext()
    if place.parent is None or following is None or following.tag == place.element.tag:
        return None
    counters = {"NumResults", "TotalNumResults", "PageNumber"}
    if {place.element.tag, following.tag} <= counters and place.element.tag != "NumResults":
        return None  # one of the three orders
    following.addnext(place.element)
    return "order"


def nest(place: Place) -> str | None:
    """Put an element where only text belongs."""
    if place.shape is not None or place.parent is None:
        return None
    etree.SubElement(place.element, "Unknown")
    return "values"


def retype(place: Place) -> str | None:
    """Give a value that no type but text has."""
    if place.shape is not None or place.element.text == "text":
        return None
    place.element.text = "no such value"
    return "values"


FAULTS: tuple[Callable[[Place], str | None], ...] = (drop, rename, double, swap, nest, retype)


def found(operation: str, version: str, root: etree._Element) -> list[Finding]:
    request = write_call(
        operation,
        {},
        url="http://e.test/",
        credentials=Credentials(access_key_id="a", secret_key="b"),
        version=version,
        timestamp="2014-08-15T10:00:00Z",
    )
    response = HttpResponse(status=200, body=etree.tostring(root))
    reading = read_exchange(Exchange(request=request, response=response, sent_at=0.0, received_at=0.0))
    return [finding for finding in SHAPE.judge(reading) if finding.outcome is not Outcome.MET]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_full_reply_of_every_operation_is_met(version: str) -> None:
    """Every member that the version knows, and nothing is found wrong; the schema says the same."""
    shapes = shapes_for(version)
    for operation in shapes.operations:
        root = sample(shapes, f"{operation}Response", f"{operation}Response")
        assert found(operation, version, root) == [], operation
        for node in root.iter("Header", "Argument"):
            node.set("Name", "n")
            node.set("Value", "v")
        assert shapes.schema().validate(root), f"{operation}: {shapes.schema().error_log}"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("version", [VERSIONS[0], LATEST])
def test_each_fault_in_each_element_goes_where_it_belongs(version: str, fault: Callable[[Place], str | None]) -> None:
    """One fault, one finding: of the requirement that speaks of it, or observed where none does.

    What stands in the replies of several operations is taken from the first of them.
    """
    shapes, planted = shapes_for(version), 0
    done: set[tuple[str, str, int]] = set()
    for operation in shapes.operations:
        whole = sample(shapes, f"{operation}Response", f"{operation}Response")
        for number, one in enumerate(places(shapes, whole, f"{operation}Response", None)):
            twins = sum(1 for _ in one.element.itersiblings(one.element.tag, preceding=True))
            key = (one.parent.name if one.parent else "", one.element.tag, twins)
            if key in done:
                continue
            done.add(key)
            root = deepcopy(whole)
            place = list(places(shapes, root, f"{operation}Response", None))[number]
            name = place.element.tag
            aspect = fault(place)
            if aspect is None:
                continue
            planted += 1
            parent = place.parent
            assert parent is not None
            member = parent.element(name)
            expected = requirement_for(aspect, parent, member.requirement if member else None)
            findings = found(operation, version, root)
            told = [(one.requirement, one.outcome) for one in findings]
            outcome = Outcome.MISSED if expected else Outcome.SEEN
            assert told == [(expected or UNSTATED, outcome)], f"{operation} {name} in {parent.name}: {findings}"
            assert findings[0].where.startswith(f"/{operation}Response"), findings
            assert findings[0].expected, findings
            assert findings[0].actual, findings
            assert not shapes.schema().validate(root)
    assert planted > (10 if fault is drop else 50)


KNOWN = "QualificationRequestId, QualificationTypeId, SubjectId, Test, Answer, SubmitTime"


@pytest.mark.parametrize(
    ("new", "requirement", "finding"),
    [
        ("", "elements", (ITEM, f"members of QualificationRequest: {KNOWN}", "SubjectId is missing")),
        (
            "<SubjectId>W</SubjectId><SubjectId>W</SubjectId><WorkerId/>",
            "elements",
            (
                ITEM,
                f"members of QualificationRequest: {KNOWN}",
                "SubjectId stands 2 times, WorkerId is not known here",
            ),
        ),
        (
            "<Answer>a</Answer><SubjectId>W</SubjectId>",
            "order",
            (ITEM, f"the order {KNOWN}", "QualificationRequestId, QualificationTypeId, Answer, SubjectId, SubmitTime"),
        ),
        (
            "<SubjectId>W</SubjectId><Test><QuestionForm/></Test><Answer>a</Answer>",
            "escaped",
            (f"{ITEM}/Test", "text only", "child elements: QuestionForm"),
        ),
    ],
    ids=["missing", "repeated and unknown", "order", "nested"],
)
def test_a_finding_says_where_what_and_what_not(
    new: str, requirement: str, finding: tuple[str, str, str], replies: Any
) -> None:
    """In words that a reader of the reply can use."""
    body = replies.listing(replies.item()).replace("<SubjectId>W</SubjectId>", new)
    (one,) = [one for one in replies.missed(body) if one.requirement == f"QualificationRequest.{requirement}"]
    assert (one.where, one.expected, one.actual) == finding


def test_a_list_is_met_once_for_all_items(replies: Any) -> None:
    """Elements and order are seen to be right; how often says nothing more."""
    body = replies.listing(replies.item("Q1"), replies.item("Q2"))
    assert replies.of("QualificationRequest.elements", body) == [Outcome.MET]
    assert replies.of("QualificationRequest.order", body) == [Outcome.MET]
    assert replies.missed(body) == []


def test_a_value_is_met_where_its_type_says_all_that_is_asked_of_it(replies: Any) -> None:
    """One of a list, and a number; that a text is a text does not make it the right one."""
    hit = "<Request><IsValid>True</IsValid></Request><HITId>H</HITId><Question>no form</Question>"
    hit += "<HITStatus>Assignable</HITStatus><MaxAssignments>1</MaxAssignments>"
    body = replies.reply("GetHIT", hit, result="HIT")
    assert replies.of("HIT.HITStatus.values", body, "GetHIT") == [Outcome.MET]
    assert replies.of("HIT.MaxAssignments.int", body, "GetHIT") == [Outcome.MET]
    assert replies.of("GetHIT.question-escaped", body, "GetHIT") == []
    paid = "<Request><IsValid>True</IsValid></Request><BonusPayment><WorkerId>any</WorkerId></BonusPayment>"
    assert replies.of("BonusPayment.WorkerId", replies.reply("GetBonusPayments", paid), "GetBonusPayments") == []
    requestable = "<Request><IsValid>True</IsValid></Request><IsRequestable>0</IsRequestable>"
    body = replies.reply("GetQualificationType", requestable, result="QualificationType")
    assert replies.of("QualificationType.IsRequestable", body, "GetQualificationType") == []


@pytest.mark.parametrize(
    ("status", "count", "outcomes"),
    [
        ("assignable", "1", [Outcome.MISSED, Outcome.MET]),
        ("Assignable", "one", [Outcome.MET, Outcome.MISSED]),
        ("", "", [Outcome.MISSED, Outcome.MISSED]),
    ],
)
def test_a_value_that_its_type_does_not_have_is_missed(
    status: str, count: str, outcomes: list[Outcome], replies: Any
) -> None:
    """Each by its own requirement."""
    hit = f"<HITStatus>{status}</HITStatus><MaxAssignments>{count}</MaxAssignments>"
    body = replies.reply("GetHIT", f"<Request><IsValid>True</IsValid></Request>{hit}", result="HIT")
    found = [replies.of(name, body, "GetHIT") for name in ("HIT.HITStatus.values", "HIT.MaxAssignments.int")]
    assert found == [[outcome] for outcome in outcomes]


def test_a_refusal_shows_nothing_about_the_data_of_a_success(replies: Any) -> None:
    """Its result is as empty as a refusal is, and no requirement on a list is met by it."""
    error = "<Request><IsValid>False</IsValid><Errors><Error><Code>C</Code><Message/></Error></Errors></Request>"
    assert replies.of("GetQualificationRequests.Result.elements", replies.listing(counters="", request=error)) == []


def test_text_between_members_is_observed(replies: Any) -> None:
    """No requirement speaks of it."""
    body = replies.listing(replies.item()).replace("<SubjectId>", "stray<SubjectId>")
    assert replies.missed(body) == []
    (finding,) = [one for one in replies.findings(body) if one.requirement == UNSTATED]
    assert (finding.outcome, finding.where, finding.actual) == (Outcome.SEEN, ITEM, "text 'stray'")


def test_what_other_structures_have_beyond_the_schema_is_only_observed(replies: Any) -> None:
    """Elements of other versions come in genuine replies: no requirement forbids them."""
    body = replies.reply(
        "GetQualificationType",
        "<Request><IsValid>True</IsValid></Request><QualificationTypeId>T</QualificationTypeId>"
        "<NumberOfSimilarThings>0</NumberOfSimilarThings><AutoGranted>True</AutoGranted>",
        result="QualificationType",
    )
    findings = replies.findings(body, "GetQualificationType", {"QualificationTypeId": ["T"]})
    assert [one for one in findings if one.outcome is Outcome.MISSED] == []
    assert [(one.requirement, one.actual) for one in findings if one.outcome is Outcome.SEEN] == [
        (UNSTATED, "NumberOfSimilarThings is not known here"),
        (UNSTATED, "'True'"),
    ]


def test_the_envelope_may_hold_headers_and_arguments(replies: Any) -> None:
    """With their attributes, which no requirement speaks of."""
    more = (
        '<HTTPHeaders><Header Name="a" Value="b"/></HTTPHeaders><RequestId>r</RequestId>'
        '<Arguments><Argument Name="c" Value="d"/></Arguments>'
    )
    body = replies.listing().replace("<RequestId>r</RequestId>", more)
    assert [one for one in replies.findings(body) if one.outcome is not Outcome.MET] == []


def test_a_reply_without_end_is_judged_up_to_a_limit(replies: Any) -> None:
    """And the limit is told."""
    body = replies.listing(*["<QualificationRequest/>"] * MAX_VISITS)
    findings = replies.findings(body)
    assert [one.actual for one in findings if one.requirement == UNSTATED] == [
        f"a reply of {MAX_VISITS} elements and more, of which the first ones were judged"
    ]
    assert "QualificationRequest.elements" in {one.requirement for one in replies.missed(body)}


def test_the_check_decides_what_it_can_be_laid_at() -> None:
    """And nothing that is no requirement."""
    assert SHAPE.decides <= frozenset(requirements())
    assert {
        "QualificationRequest.elements",
        "QualificationRequest.order",
        "RejectQualificationRequest.Result.nothing-else",
        "GetQualificationRequests.Result.elements",
        "Common.Response.is-valid",
    } <= SHAPE.decides
