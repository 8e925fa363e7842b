"""The page in which a Worker sees a QuestionForm, as HTML, and the answers that its form makes.

The field of the question numbered N, from 1, is ``answer.N``; what is typed beside its selections is ``other.N``.
Source: the article QuestionForm (Content Structure, Answer Specification).
"""

from collections.abc import Callable, Iterable, Mapping

from lxml import etree

from conformance.reference.answer_documents import write_answers
from conformance.reference.documents import read_document
from conformance.wire.xml import XmlRefused

_ONE_LINE = "1"


def form_page(document: str, given: Mapping[str, str]) -> str | None:
    """Return the page of a QuestionForm, None where the document is none.

    ``given`` are the parameters that each application gets beside those that stand in the form.
    """
    try:
        root = read_document(document)
    except XmlRefused:
        return None
    if etree.QName(root).localname != "QuestionForm":
        return None
    page = etree.Element("html")
    form = etree.SubElement(etree.SubElement(page, "body"), "form", method="post")
    number = 0
    for part in root.iterchildren(tag=etree.Element):
        if etree.QName(part).localname == "Overview":
            _show(part, etree.SubElement(form, "div"), given)
            continue
        number += 1
        place = etree.SubElement(form, "div")
        for content in part.iterfind("{*}QuestionContent"):
            _show(content, place, given)
        _ask(part, place, number, given)
    return "<!DOCTYPE html>" + str(etree.tostring(page, method="html", encoding="unicode"))


def answers_to(document: str, fields: Iterable[tuple[str, str]]) -> str:
    """Return the QuestionFormAnswers that the fields of the page of a QuestionForm make, a question left empty none.

    Raises ValueError for a text that XML cannot carry.
    """
    texts: dict[str, list[str]] = {}
    for name, value in fields:
        texts.setdefault(name, []).append(value)
    answers = []
    for number, question in enumerate(read_document(document).iterfind("{*}Question"), 1):
        given = texts.get(f"answer.{number}", [])
        members = [("QuestionIdentifier", question.findtext("{*}QuestionIdentifier") or "")]
        if question.find("{*}AnswerSpecification/{*}FreeTextAnswer") is not None:
            members += [("FreeText", text) for text in given[:1]]
        elif question.find("{*}AnswerSpecification/{*}SelectionAnswer") is not None:
            members += [("SelectionIdentifier", text) for text in given]
            members += [("OtherSelectionText", text) for text in texts.get(f"other.{number}", [])[:1] if text]
        if len(members) > 1:
            answers.append(members)
    return write_answers(answers)


def _show(content: etree._Element, place: etree._Element, given: Mapping[str, str]) -> None:
    for one in content.iterchildren(tag=etree.Element):
        _SHOWN.get(etree.QName(one).localname, _nothing)(one, place, given)


def _nothing(one: etree._Element, place: etree._Element, given: Mapping[str, str]) -> None:
    """Show nothing: for what stands beside the content that is shown."""


def _text_in(tag: str) -> "Show":
    """Return what shows a text as it is; line breaks and blanks in it stay."""

    def show(one: etree._Element, place: etree._Element, given: Mapping[str, str]) -> None:
        etree.SubElement(place, tag, style="white-space: pre-wrap").text = one.text

    return show


def _list(one: etree._Element, place: etree._Element, given: Mapping[str, str]) -> None:
    items = etree.SubElement(place, "ul")
    for item in one.iterfind("{*}ListItem"):
        etree.SubElement(items, "li").text = item.text


def _formatted(one: etree._Element, place: etree._Element, given: Mapping[str, str]) -> None:
    block = etree.SubElement(place, "div")
    try:
        block.append(read_document(f"<div>{one.text or ''}</div>"))
    except XmlRefused:
        block.text = one.text


def _binary(one: etree._Element, place: etree._Element, given: Mapping[str, str]) -> None:
    address, instead = one.findtext("{*}DataURL") or "", one.findtext("{*}AltText") or ""
    kind = (one.findtext("{*}MimeType/{*}Type") or "").strip()
    if kind in ("audio", "video"):
        etree.SubElement(place, kind, src=address, controls="controls").text = instead
    else:
        etree.SubElement(place, "img", src=address, alt=instead)


def _application(one: etree._Element, place: etree._Element, given: Mapping[str, str]) -> None:
    for program in one.iterchildren(tag=etree.Element):
        if etree.QName(program).localname == "Flash":
            source = {"data": program.findtext("{*}FlashMovieURL") or "", "type": "application/x-shockwave-flash"}
            _run(program, etree.SubElement(place, "object", source), given)
        else:
            path, file = (program.findtext(f"{{*}}{name}") or "" for name in ("AppletPath", "AppletFilename"))
            _run(program, etree.SubElement(place, "applet", codebase=path, code=file), given)


def _embedded(one: etree._Element, place: etree._Element, given: Mapping[str, str]) -> None:
    kind = "/".join(
        text for name in ("Type", "SubType") if (text := (one.findtext(f"{{*}}EmbeddedMimeType/{{*}}{name}") or ""))
    )
    program = etree.SubElement(place, "object", data=one.findtext("{*}DataURL") or "", type=kind)
    _run(one, program, {})
    etree.SubElement(program, "span").text = one.findtext("{*}AltText")


def _run(one: etree._Element, program: etree._Element, given: Mapping[str, str]) -> None:
    """Give size and parameters to what runs in a page; the service's own parameters come last."""
    for name in ("Width", "Height"):
        program.set(name.lower(), one.findtext(f"{{*}}{name}") or "")
    stated = [(row.findtext("{*}Name") or "", row.findtext("{*}Value") or "") for row in one.iterfind("{*}*[{*}Name]")]
    for name, value in (*stated, *given.items()):
        etree.SubElement(program, "param", name=name, value=value)


def _ask(question: etree._Element, place: etree._Element, number: int, given: Mapping[str, str]) -> None:
    """Put in the field, or the fields, of a question."""
    for kind in question.iterfind("{*}AnswerSpecification/*"):
        match etree.QName(kind).localname:
            case "FreeTextAnswer":
                _field(kind, place, f"answer.{number}")
            case "SelectionAnswer":
                _selections(kind, place, number, given)
            case "FileUploadAnswer":
                etree.SubElement(place, "input", type="file", name=f"answer.{number}")


def _field(kind: etree._Element, place: etree._Element, name: str) -> None:
    """Put in a field for text; its default text stands in it."""
    lines, text = (kind.findtext(f"{{*}}{one}") or "" for one in ("NumberOfLinesSuggestion", "DefaultText"))
    if (lines.strip() or _ONE_LINE) == _ONE_LINE and "\n" not in text:
        etree.SubElement(place, "input", type="text", name=name, value=text)
    else:
        # A browser takes away one line break at the very beginning.
        etree.SubElement(place, "textarea", name=name, rows=lines.strip() or "2").text = f"\n{text}"


def _selections(kind: etree._Element, place: etree._Element, number: int, given: Mapping[str, str]) -> None:
    control = "radio" if (kind.findtext("{*}MaxSelectionCount") or "1").strip() == "1" else "checkbox"
    for one in kind.iterfind("{*}Selections/{*}Selection"):
        label = etree.SubElement(place, "label")
        identifier = one.findtext("{*}SelectionIdentifier") or ""
        etree.SubElement(label, "input", type=control, name=f"answer.{number}", value=identifier)
        _show(one, label, given)
    for other in kind.iterfind("{*}Selections/{*}OtherSelection"):
        _field(other, place, f"other.{number}")


Show = Callable[[etree._Element, etree._Element, Mapping[str, str]], None]
"""Shows a piece of content at the end of a place; an application is given the parameters."""

_SHOWN: dict[str, Show] = {
    "Title": _text_in("h2"),
    "Text": _text_in("p"),
    "List": _list,
    "FormattedContent": _formatted,
    "Binary": _binary,
    "Application": _application,
    "EmbeddedBinary": _embedded,
}
