"""Ways to spoil a valid QuestionForm in exactly one place, named like cases: ``<requirement id>/<what is wrong>``."""

from collections.abc import Callable
from copy import deepcopy

from lxml import etree

from conformance.errors import UsageError, nearest
from conformance.spec.documents import DOCUMENTS, read_document
from conformance.strategies.faulty_content import BLOCK_FAULTS

_NAMESPACE = DOCUMENTS["QuestionForm"]
_Fault = Callable[[etree._Element], None]  # changes a Question, or the form around it


def spoil(form: str, fault: str) -> str:
    """Return ``form`` with the fault of that name at its first Question; raise UsageError for an unknown name."""
    known = FORM_FAULTS | FORM_RULE_FAULTS
    if fault not in known:
        raise UsageError(f"no way is known to spoil a QuestionForm by {fault!r}{nearest(fault, known)}")
    root = read_document(form)
    known[fault](_child(root, "Question"))
    for content in root.iter(f"{{{_NAMESPACE}}}FormattedContent"):
        if content.text and "]]>" not in content.text:
            content.text = etree.CDATA(content.text)  # reading has lost it, and it is documented to be one
    return etree.tostring(root, encoding="unicode")


def _child(parent: etree._Element, name: str) -> etree._Element:
    found = parent.find(f"{{{_NAMESPACE}}}{name}")
    if found is None:
        raise ValueError(f"cannot spoil the form: its {etree.QName(parent).localname} has no {name}; give a valid one")
    return found


def _elements(markup: str) -> list[etree._Element]:
    return list(etree.fromstring(f'<Elements xmlns="{_NAMESPACE}">{markup}</Elements>'))


def _without(name: str) -> _Fault:
    return lambda question: question.remove(_child(question, name))


def _last(name: str) -> _Fault:
    return lambda question: question.append(_child(question, name))


def _filled(name: str, markup: str) -> _Fault:
    """Put ``markup`` in the place of all that is in the child ``name``."""
    content = _elements(markup)

    def fault(question: etree._Element) -> None:
        _child(question, name)[:] = deepcopy(content)

    return fault


def _shown(markup: str) -> _Fault:
    return _filled("QuestionContent", markup)


def _answered(markup: str) -> _Fault:
    return _filled("AnswerSpecification", markup)


def _chosen(selections: str, before: str = "") -> _Fault:
    return _answered(f"<SelectionAnswer>{before}<Selections>{selections}</Selections></SelectionAnswer>")


def _emptied(question: etree._Element) -> None:
    form = question.getparent()
    assert form is not None
    del form[:]


def _followed(markup: str) -> _Fault:
    content = _elements(markup)
    return lambda question: question.addnext(deepcopy(content[0]))


_SELECTION = "<Selection><SelectionIdentifier>a</SelectionIdentifier><Text>A</Text></Selection>"
_IMAGE = "<MimeType><Type>image</Type></MimeType>"
_SOURCE = "<DataURL>https://example.org/a.png</DataURL>"
_FLASH = "<Flash><FlashMovieURL>https://example.org/a.swf</FlashMovieURL><Width>1</Width><Height>1</Height></Flash>"

FORM_FAULTS: dict[str, _Fault] = {
    "QuestionForm.root/empty": _emptied,
    "QuestionForm.root/unknown-child": _followed("<Footer>the end</Footer>"),
    "QuestionForm.question-identifier/missing": _without("QuestionIdentifier"),
    "QuestionForm.question-content/missing": _without("QuestionContent"),
    "QuestionForm.question-content/empty": _shown(""),
    "QuestionForm.answer-specification/missing": _without("AnswerSpecification"),
    "QuestionForm.answer-specification/empty": _answered(""),
    "QuestionForm.answer-specification/two": _answered("<FreeTextAnswer/><FreeTextAnswer/>"),
    "QuestionForm.child-order/identifier-last": _last("QuestionIdentifier"),
    "QuestionForm.child-order/content-last": _last("QuestionContent"),
    "QuestionForm.content-types/unknown": _shown("<Paragraph>one</Paragraph>"),
    "QuestionForm.list-item/none": _shown("<List/>"),
    "QuestionForm.binary-order/swapped": _shown(f"<Binary>{_IMAGE}<AltText>A</AltText>{_SOURCE}</Binary>"),
    "QuestionForm.binary-order/no-alternative": _shown(f"<Binary>{_IMAGE}{_SOURCE}</Binary>"),
    "QuestionForm.binary-type/text": _shown(
        f"<Binary><MimeType><Type>text</Type></MimeType>{_SOURCE}<AltText>A</AltText></Binary>"
    ),
    "QuestionForm.dataurl/ftp": _shown(
        f"<Binary>{_IMAGE}<DataURL>ftp://example.org/a.png</DataURL><AltText>A</AltText></Binary>"
    ),
    "QuestionForm.application/none": _shown("<Application/>"),
    "QuestionForm.application/two": _shown(f"<Application>{_FLASH}{_FLASH}</Application>"),
    "QuestionForm.formatted-content-cdata/elements": _shown("<FormattedContent><p>one</p></FormattedContent>"),
    "QuestionForm.freetext-lines/zero": _answered(
        "<FreeTextAnswer><NumberOfLinesSuggestion>0</NumberOfLinesSuggestion></FreeTextAnswer>"
    ),
    "QuestionForm.constraint-length-attrs/negative-minimum": _answered(
        '<FreeTextAnswer><Constraints><Length minLength="-1"/></Constraints></FreeTextAnswer>'
    ),
    "QuestionForm.constraint-length-attrs/zero-maximum": _answered(
        '<FreeTextAnswer><Constraints><Length maxLength="0"/></Constraints></FreeTextAnswer>'
    ),
    "QuestionForm.constraint-regex-required/missing": _answered(
        '<FreeTextAnswer><Constraints><AnswerFormatRegex flags="i"/></Constraints></FreeTextAnswer>'
    ),
    "QuestionForm.max-selection-default/zero": _chosen(_SELECTION, "<MaxSelectionCount>0</MaxSelectionCount>"),
    "QuestionForm.style-values/slider": _chosen(_SELECTION, "<StyleSuggestion>slider</StyleSuggestion>"),
    "QuestionForm.style-values/plural": _chosen(_SELECTION, "<StyleSuggestions>list</StyleSuggestions>"),
    "QuestionForm.selections/none": _chosen(""),
    "QuestionForm.selection-identifier/missing": _chosen("<Selection><Text>A</Text></Selection>"),
    "QuestionForm.selection-content/none": _chosen(
        "<Selection><SelectionIdentifier>a</SelectionIdentifier></Selection>"
    ),
    "QuestionForm.selection-content/two": _chosen(
        "<Selection><SelectionIdentifier>a</SelectionIdentifier><Text>A</Text><Text>B</Text></Selection>"
    ),
}
"""Name → fault.  Each of them makes the form invalid under the schema, and leaves it well-formed."""


def _asked_no_question(question: etree._Element) -> None:
    """Leave the form's Overviews, or one that says what the Question said."""
    form = question.getparent()
    assert form is not None
    form[:] = form.findall(f"{{{_NAMESPACE}}}Overview") or _elements("<Overview><Text>nothing to ask</Text></Overview>")


def _doubled(question: etree._Element) -> None:
    question.addnext(deepcopy(question))


def _constrained(markup: str) -> _Fault:
    return _answered(f"<FreeTextAnswer><Constraints>{markup}</Constraints></FreeTextAnswer>")


def _formatted(block: str) -> _Fault:
    def fault(question: etree._Element) -> None:
        content = etree.Element(f"{{{_NAMESPACE}}}FormattedContent")
        content.text = block
        _child(question, "QuestionContent")[:] = [content]

    return fault


_TWO = _SELECTION + _SELECTION.replace(">a<", ">b<")
_UPLOAD = "<MaxFileSizeInBytes>5</MaxFileSizeInBytes><MinFileSizeInBytes>9</MinFileSizeInBytes>"
_FILM = "<EmbeddedMimeType><Type>video</Type></EmbeddedMimeType>"

FORM_RULE_FAULTS: dict[str, _Fault] = {
    "QuestionForm.one-question/overviews-only": _asked_no_question,
    "QuestionForm.question-identifier-unique/repeated": _doubled,
    "QuestionForm.embedded-subtype/missing": _shown(
        f"<EmbeddedBinary>{_FILM}{_SOURCE}<AltText>A</AltText><Width>1</Width><Height>1</Height></EmbeddedBinary>"
    ),
    "QuestionForm.selection-identifier/repeated": _chosen(_SELECTION + _SELECTION),
    "QuestionForm.selection-identifier/not-alphanumeric": _chosen(_SELECTION.replace(">a<", ">a-1.b<")),
    "QuestionForm.min-selection-default/more-than-there-are": _chosen(
        _TWO, "<MinSelectionCount>3</MinSelectionCount><MaxSelectionCount>2</MaxSelectionCount>"
    ),
    "QuestionForm.min-selection-default/above-maximum": _chosen(_TWO, "<MinSelectionCount>2</MinSelectionCount>"),
    "QuestionForm.max-selection-default/more-than-there-are": _chosen(_TWO, "<MaxSelectionCount>3</MaxSelectionCount>"),
    **{
        f"QuestionForm.style-single/{style}": _chosen(
            _TWO, f"<MaxSelectionCount>2</MaxSelectionCount><StyleSuggestion>{style}</StyleSuggestion>"
        )
        for style in ("radiobutton", "dropdown")
    },
    "QuestionForm.constraint-numeric/reversed": _constrained('<IsNumeric minValue="2" maxValue="1"/>'),
    "QuestionForm.constraint-length/reversed": _constrained('<Length minLength="2" maxLength="1"/>'),
    "QuestionForm.constraint-regex/not-closed": _constrained('<AnswerFormatRegex regex="(a"/>'),
    "QuestionForm.constraint-regex-flags/unknown": _constrained('<AnswerFormatRegex regex="a" flags="q"/>'),
    "QuestionForm.fileupload-sizes/reversed": _answered(f"<FileUploadAnswer>{_UPLOAD}</FileUploadAnswer>"),
    **{fault: _formatted(block) for fault, block in BLOCK_FAULTS.items()},
}
"""Name → fault.  Each of them breaks a rule that the schema cannot state, and leaves the form valid under it."""
