"""Whether a QuestionForm is one that a HIT or a Qualification type can have.

Source: the article QuestionForm with its data schema, and the article Formatted Content: XHTML.
"""

from lxml import etree

from conformance.reference.documents import read_document
from conformance.reference.formatted_content import block_fault, blocks_of
from conformance.reference.parameters import unacceptable
from conformance.reference.refusals import INVALID, NOT_XHTML, NOT_XML, Refusal
from conformance.spec.documents import document_faults

_ONE_ONLY = ("radiobutton", "dropdown")


def check_question_form(parameter: str, form: str) -> None:
    """Raise Refusal unless the text of a parameter is a QuestionForm with nothing wrong in it."""
    if faults := document_faults(form, expected=("QuestionForm",)):
        raise Refusal(unacceptable(parameter, form, f"{faults[0].message}, at {faults[0].where}", NOT_XML))
    root = read_document(form)
    if reason := _broken_rule(root):
        raise Refusal(unacceptable(parameter, form, reason, INVALID))
    for block in blocks_of(root):
        if reason := block_fault(block):
            raise Refusal(unacceptable(parameter, form, f"in a FormattedContent {reason}", NOT_XHTML))


def _broken_rule(root: etree._Element) -> str | None:
    """Return what is wrong with a form although its schema allows it."""
    names = [(name.text or "").strip() for name in root.iterfind("{*}Question/{*}QuestionIdentifier")]
    if not names:
        return "it asks no Question"
    if len({*names}) < len(names):
        return "two of its Questions have one QuestionIdentifier"
    for answer in root.iterfind(".//{*}SelectionAnswer"):
        style, most = answer.findtext("{*}StyleSuggestion", ""), int(answer.findtext("{*}MaxSelectionCount", "1"))
        if style.strip() in _ONE_ONLY and most > 1:
            return f"a {style.strip()} is for one selection, not for {most}"
    return None
