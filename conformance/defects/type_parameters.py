"""Faults in what CreateQualificationType takes: what it should refuse is put right in silence, and then taken."""

import re
from collections.abc import Callable

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.mistyped import taking_any_type
from conformance.defects.planting import Plant, handling, planting, rereading, text
from conformance.reference.context import Context, Handler
from conformance.reference.documents import read_document
from conformance.reference.endpoint import Endpoint
from conformance.reference.parameters import missing
from conformance.reference.refusals import Refusal
from conformance.spec.documents import DOCUMENTS
from conformance.wire.flattening import Values
from conformance.wire.xml import XmlRefused

CREATE = "CreateQualificationType"
FORM = (
    f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Question><QuestionIdentifier>q</QuestionIdentifier>'
    "<QuestionContent><Text>?</Text></QuestionContent><AnswerSpecification><SelectionAnswer><Selections><Selection>"
    "<SelectionIdentifier>a</SelectionIdentifier><Text>A</Text></Selection></Selections></SelectionAnswer>"
    "</AnswerSpecification></Question></QuestionForm>"
)
KEY = (
    f'<AnswerKey xmlns="{DOCUMENTS["AnswerKey"]}"><Question><QuestionIdentifier>q</QuestionIdentifier><AnswerOption>'
    "<SelectionIdentifier>a</SelectionIdentifier><AnswerScore>1</AnswerScore></AnswerOption></Question></AnswerKey>"
)
_K = f"{{{DOCUMENTS['AnswerKey']}}}"
_DOCUMENT = "the documents that are sent are judged too"

Root = etree._Element | None


def completing(operation: str, name: str, value: str, *, beside: str = "") -> Plant:
    """Put ``value`` in the place of a parameter that was not sent; only where ``beside`` was, if that is named."""

    def complete(values: Values, endpoint: Endpoint) -> Values:
        if name in values or (beside and beside not in values):
            return values
        return {**values, name: [value]}

    return rereading(operation, complete)


def dropping(name: str, where: Callable[[Values], bool]) -> Plant:
    """Take no notice of a parameter of a call that ``where`` holds for."""

    def drop(values: Values, endpoint: Endpoint) -> Values:
        return {other: found for other, found in values.items() if other != name} if where(values) else values

    return rereading(CREATE, drop)


def _root(document: str) -> Root:
    try:
        return read_document(document)
    except XmlRefused:
        return None


def _replacing(name: str, good: str, faulty: Callable[[Root, str], bool]) -> Plant:
    """Put a good document in the place of one that is ``faulty``."""

    def replaced(values: Values, endpoint: Endpoint) -> Values:
        sent = text(values, name)
        return {**values, name: [good]} if sent and faulty(_root(sent), sent) else values

    return rereading(CREATE, replaced)


def _key(faulty: Callable[[etree._Element], bool]) -> Plant:
    """Take a key with one fault for a good one."""
    return _replacing(
        "AnswerKey", KEY, lambda root, _: root is not None and root.tag == f"{_K}AnswerKey" and faulty(root)
    )


def _names(element: etree._Element) -> str:
    return " ".join(child.tag.removeprefix(_K) for child in element)


def _wrong(root: etree._Element, name: str, content: str) -> bool:
    """Tell whether an element of that name has other members than ``content`` (a pattern) says."""
    found = [root] if root.tag == f"{_K}{name}" else list(root.iter(f"{_K}{name}"))
    return any(re.fullmatch(content, _names(element)) is None for element in found)


def _scored(root: etree._Element) -> bool:
    scores = [element.text or "" for element in root.iter(f"{_K}AnswerScore")]
    return _wrong(root, "AnswerOption", ".* AnswerScore") or not all(re.fullmatch("-?[0-9]+", one) for one in scores)


def _is_form(root: Root) -> bool:
    return root is not None and etree.QName(root).localname == "QuestionForm"


def _no_form(root: Root, _: str) -> bool:
    external = root is not None and etree.QName(root).localname == "ExternalQuestion"
    incomplete = root is not None and any(one.find("{*}QuestionContent") is None for one in root.iter("{*}Question"))
    return not external and (not _is_form(root) or incomplete)


def _with_test(values: Values) -> bool:
    return "Test" in values


def _not_without_keywords(handler: Handler, context: Context) -> Values:
    if "Keywords" not in context.values.sent:
        raise Refusal(missing("Keywords"))
    return handler(context)


def _from_the_start(values: Values, endpoint: Endpoint) -> Values:
    return (
        {**values, "TestDurationInSeconds": ["1"]} if text(values, "TestDurationInSeconds") in ("0", "-1") else values
    )


def _also(name: str, *topics: str) -> Callable[[Plant], Defect]:
    """Return the maker of a defect of a document: the checks of what is sent tell of it too."""
    return lambda plant: defect(name, plant, *topics, also=("QuestionForm.*", "AnswerKey.*"), because=_DOCUMENT)


DEFECTS: tuple[Defect, ...] = (
    defect("create/no-description", completing(CREATE, "Description", "d"), f"{CREATE}.Description.required"),
    defect(
        "create/no-status",
        completing(CREATE, "QualificationTypeStatus", "Active"),
        f"{CREATE}.QualificationTypeStatus.required",
    ),
    defect(
        "create/no-duration",
        completing(CREATE, "TestDurationInSeconds", "600", beside="Test"),
        f"{CREATE}.Test.needs-duration",
    ),
    defect(
        "create/key-alone",
        planting(
            completing(CREATE, "Test", FORM, beside="AnswerKey"),
            completing(CREATE, "TestDurationInSeconds", "600", beside="AnswerKey"),
        ),
        f"{CREATE}.AnswerKey.needs-test",
    ),
    defect("create/test-and-grant", dropping("AutoGranted", _with_test), f"{CREATE}.Test.excludes-autogranted"),
    defect(
        "create/grant-is-a-word",
        planting(
            taking_any_type(CREATE), dropping("AutoGranted", lambda values: text(values, "AutoGranted") == "maybe")
        ),
        f"{CREATE}.AutoGranted.values",
    ),
    defect(
        "create/no-time-for-the-test",
        rereading(CREATE, _from_the_start),
        f"{CREATE}.TestDurationInSeconds.positive",
    ),
    defect("create/keywords-required", handling(CREATE, _not_without_keywords), f"{CREATE}.Keywords.optional"),
    _also("create/takes-no-form", f"{CREATE}.Test.questionform")(_replacing("Test", FORM, _no_form)),
    _also("create/takes-an-external-test", f"{CREATE}.Test.no-externalquestion")(
        _replacing("Test", FORM, lambda root, sent: "<ExternalURL>" in sent)
    ),
    _also("create/takes-uploads", f"{CREATE}.Test.no-fileupload")(
        _replacing("Test", FORM, lambda root, sent: _is_form(root) and "<FileUploadAnswer>" in sent)
    ),
    _also("create/scores-free-text", f"{CREATE}.AnswerKey.no-freetext")(
        _replacing("Test", FORM, lambda root, sent: _is_form(root) and "<FreeTextAnswer/>" in sent)
    ),
    _also("create/scores-other-selections", f"{CREATE}.AnswerKey.no-otherselection")(
        _replacing("Test", FORM, lambda root, sent: _is_form(root) and "<OtherSelection/>" in sent)
    ),
    _also("create/takes-no-key", f"{CREATE}.AnswerKey.valid")(
        _replacing("AnswerKey", KEY, lambda root, sent: root is None or root.tag != f"{_K}AnswerKey")
    ),
    _also("key/of-nothing", "AnswerKey.root")(
        _key(lambda root: _wrong(root, "AnswerKey", "(Question ?)+(QualificationValueMapping)?"))
    ),
    _also("key/question-of-any-members", "AnswerKey.question")(
        _key(
            lambda root: _wrong(
                root, "Question", "QuestionIdentifier( AnswerOption)+( DefaultScore| QualificationValueMapping)?"
            )
        )
    ),
    _also("key/option-of-any-score", "AnswerKey.option")(_key(_scored)),
    _also("key/two-mappings", "AnswerKey.mapping-one")(
        _key(lambda root: _wrong(root, "QualificationValueMapping", "[A-Za-z]+"))
    ),
    _also("key/mapping-in-a-question", "AnswerKey.mapping-position")(
        _key(lambda root: root.find(f"{_K}Question/{_K}QualificationValueMapping") is not None)
    ),
    _also("key/ranges-of-any-members", "AnswerKey.range-outofrange-required")(
        _key(lambda root: _wrong(root, "RangeMapping", "(SummedScoreRange )+OutOfRangeQualificationValue"))
    ),
)
