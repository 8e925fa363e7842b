"""The question documents that cases use, and how such documents are compared."""

from lxml import etree

from conformance.spec.documents import DOCUMENTS

ANSWER_KEY = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/AnswerKey.xsd"

FREE_TEXT_FORM = f"""<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Question>\
<QuestionIdentifier>{{name}}</QuestionIdentifier><QuestionContent><Text>{{text}}</Text></QuestionContent>\
<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"""
FREE_TEXT_ANSWER = f"""<QuestionFormAnswers xmlns="{DOCUMENTS["QuestionFormAnswers"]}"><Answer>\
<QuestionIdentifier>{{name}}</QuestionIdentifier><FreeText>{{text}}</FreeText></Answer></QuestionFormAnswers>"""


def form_and_answer(name: str, text: str = "What is 1 &lt; 2 &amp;amp; why?") -> tuple[str, str]:
    """Return a QuestionForm of one free text question, and answers to it."""
    return FREE_TEXT_FORM.format(name=name, text=text), FREE_TEXT_ANSWER.format(
        name=name, text="42 &amp; mehr, für &#x1d518;"
    )


def canonical(document: str | None) -> str:
    """Return a document in canonical form without white space between elements; what is no XML as it is."""
    try:
        return str(etree.canonicalize((document or "").strip(), strip_text=True))
    except etree.XMLSyntaxError:
        return document or ""


def content(document: str | None) -> list[tuple[str, str]]:
    """Return the elements of a document that hold text, by local name, in order."""
    try:
        root = etree.fromstring((document or "").strip().encode())
    except etree.XMLSyntaxError:
        return []
    leaves = [node for node in root.iter(tag=etree.Element) if not len(node)]
    return [(etree.QName(node).localname, node.text or "") for node in leaves]


def selection_form(name: str) -> tuple[str, str]:
    """Return a form with one choice, and an answer key for it."""
    form = (
        f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Question><QuestionIdentifier>{name}</QuestionIdentifier>'
        "<QuestionContent><Text>Choose</Text></QuestionContent><AnswerSpecification><SelectionAnswer><Selections>"
        "<Selection><SelectionIdentifier>a</SelectionIdentifier><Text>A</Text></Selection>"
        "<Selection><SelectionIdentifier>b</SelectionIdentifier><Text>B</Text></Selection>"
        "</Selections></SelectionAnswer></AnswerSpecification></Question></QuestionForm>"
    )
    key = (
        f'<AnswerKey xmlns="{ANSWER_KEY}"><Question><QuestionIdentifier>{name}</QuestionIdentifier><AnswerOption>'
        "<SelectionIdentifier>a</SelectionIdentifier><AnswerScore>10</AnswerScore></AnswerOption></Question></AnswerKey>"
    )
    return form, key
