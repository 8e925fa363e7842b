"""The page of a QuestionForm: what it shows, what stands in its fields, and the answers that they make."""

import pytest
from lxml import etree
from lxml import html as lxml_html

from conformance.reference.form_pages import answers_to, form_page
from conformance.spec.documents import document_faults

NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionForm.xsd"
SIZE = "<Width>1</Width><Height>2</Height>"
EVERYTHING = (
    "<Title>T&lt;1&gt;</Title><Text>a\n &lt;b&gt;</Text><List><ListItem>one</ListItem><ListItem>two</ListItem></List>"
    "<Binary><MimeType><Type>image</Type></MimeType><DataURL>https://e.org/i.png</DataURL><AltText>x</AltText></Binary>"
    "<Binary><MimeType><Type>audio</Type></MimeType><DataURL>https://e.org/a</DataURL><AltText>heard</AltText></Binary>"
    "<Application><JavaApplet><AppletPath>https://e.org/</AppletPath><AppletFilename>a.class</AppletFilename>"
    f"{SIZE}<ApplicationParameter><Name>n</Name><Value>v</Value></ApplicationParameter></JavaApplet></Application>"
    f"<Application><Flash><FlashMovieURL>https://e.org/f</FlashMovieURL>{SIZE}</Flash></Application>"
    "<EmbeddedBinary><EmbeddedMimeType><Type>text</Type><SubType>plain</SubType></EmbeddedMimeType>"
    f"<DataURL>https://e.org/t</DataURL><AltText>instead</AltText>{SIZE}</EmbeddedBinary>"
    "<FormattedContent><![CDATA[<p>so <b>bold</b></p>]]></FormattedContent>"
    "<FormattedContent><![CDATA[<p>open]]></FormattedContent>"
)
CHOICE = (
    "<SelectionAnswer><MaxSelectionCount>2</MaxSelectionCount><Selections>"
    "<Selection><SelectionIdentifier>a</SelectionIdentifier><Text>A</Text></Selection>"
    "<Selection><SelectionIdentifier>b</SelectionIdentifier><Text>B</Text></Selection>"
    "<OtherSelection><DefaultText>c</DefaultText></OtherSelection></Selections></SelectionAnswer>"
)
FILE = (
    "<FileUploadAnswer><MaxFileSizeInBytes>9</MaxFileSizeInBytes><MinFileSizeInBytes>1</MinFileSizeInBytes>"
    "</FileUploadAnswer>"
)


def question(name: str, answer: str, content: str = "<Text>?</Text>") -> str:
    """Return a Question."""
    return (
        f"<Question><QuestionIdentifier>{name}</QuestionIdentifier><QuestionContent>{content}</QuestionContent>"
        f"<AnswerSpecification>{answer}</AnswerSpecification></Question>"
    )


def form(*parts: str) -> str:
    """Return a QuestionForm, which has to be a good one."""
    document = f'<QuestionForm xmlns="{NAMESPACE}">{"".join(parts)}</QuestionForm>'
    assert not document_faults(document)
    return document


def page(document: str, **given: str) -> etree._Element:
    """Return the page of a form as a browser has it."""
    text = form_page(document, given)
    assert text is not None
    return lxml_html.document_fromstring(text)


def test_all_content_is_shown() -> None:
    """Texts as they are, formatted content as markup; an application has its own parameters, then those given."""
    seen = page(form(f"<Overview>{EVERYTHING}</Overview>", question("q", "<FreeTextAnswer/>")), hitId="H")
    assert [one.text for one in seen.iter("h2", "li", "audio", "b", "span")] == [
        *("T<1>", "one", "two", "heard"),
        *("instead", "bold"),
    ]
    assert next(seen.iter("p")).text == "a\n <b>"
    assert "<p>open" in seen.text_content()
    assert [(one.getparent().tag, one.get("name"), one.get("value")) for one in seen.iter("param")] == [
        ("applet", "n", "v"),
        ("applet", "hitId", "H"),
        ("object", "hitId", "H"),
    ]
    assert [one.get("src") for one in seen.iter("img", "audio")] == ["https://e.org/i.png", "https://e.org/a"]


def test_default_texts_stand_in_the_fields() -> None:
    """In a line, or in several where they are suggested or the text has a line break."""
    several = "<NumberOfLinesSuggestion>3</NumberOfLinesSuggestion>"
    seen = page(
        form(
            question("one", '<FreeTextAnswer><DefaultText>a "b" &lt;c&gt;</DefaultText></FreeTextAnswer>'),
            question("two", "<FreeTextAnswer><DefaultText>d\ne</DefaultText></FreeTextAnswer>"),
            question("three", f"<FreeTextAnswer><DefaultText>f</DefaultText>{several}</FreeTextAnswer>"),
            question("four", CHOICE),
            question("five", FILE),
        )
    )
    fields = [(one.tag, one.get("type"), one.get("name"), one.get("value")) for one in seen.iter("input", "textarea")]
    assert fields == [
        ("input", "text", "answer.1", 'a "b" <c>'),
        ("textarea", None, "answer.2", None),
        ("textarea", None, "answer.3", None),
        ("input", "checkbox", "answer.4", "a"),
        ("input", "checkbox", "answer.4", "b"),
        ("input", "text", "other.4", "c"),
        ("input", "file", "answer.5", None),
    ]
    assert [(one.text or "").strip() for one in seen.iter("textarea")] == ["d\ne", "f"]


def test_fields_make_answers() -> None:
    """Each question has its own; one that is left out, and a file, have none."""
    document = form(
        question("text", "<FreeTextAnswer/>"),
        question("choice", CHOICE),
        question("left", CHOICE.replace("<MaxSelectionCount>2</MaxSelectionCount>", "")),
        question("file", FILE),
    )
    fields = [("answer.1", "é <b>"), ("answer.2", "b"), ("other.2", "else"), ("other.3", ""), ("answer.4", "f.txt")]
    answers = answers_to(document, fields)
    assert not document_faults(answers, expected=("QuestionFormAnswers",))
    assert [[one.text for one in answer] for answer in etree.fromstring(answers)] == [
        ["text", "é <b>"],
        ["choice", "b", "else"],
    ]
    with pytest.raises(ValueError, match="XML"):
        answers_to(document, [("answer.1", "\0")])


@pytest.mark.parametrize("document", ["", "<a/>", "<ExternalQuestion/>", "no XML"])
def test_other_documents_have_no_page(document: str) -> None:
    assert form_page(document, {}) is None
