"""Valid QuestionForms with answers that fit them, and invalid ones: as Hypothesis strategies, and from a seed.

One grammar serves both: it asks a source of choices, which is either Hypothesis (so everything shrinks) or a
``random.Random`` (so a suite can make a document without Hypothesis, and again from the same seed).

The forms keep to what any service has to take as a qualification test: FreeTextAnswer and SelectionAnswer, unique
identifiers of ASCII letters and digits, counts that can be met, at most one constraint on a free text.
"""

import random as randomness
from typing import TYPE_CHECKING

from lxml import etree

from conformance.spec.documents import Content, document_element
from conformance.strategies.answers import PATTERNS, answer_form
from conformance.strategies.choices import Choices, Sampled, drawn
from conformance.strategies.faulty_documents import FORM_FAULTS, FORM_RULE_FAULTS, spoil
from conformance.strategies.formatted_content import write_block

if TYPE_CHECKING:
    from hypothesis import strategies as st

_NO_OR_YES = (False, True)
_MEDIA = (("image", "png"), ("audio", "mpeg"), ("video", None))
_ADDRESSES = ("https://example.org/a.png", "http://example.org/caf%C3%A9?turn=7&side=X#top")
_SINGLE_STYLES = ("radiobutton", "dropdown", "list", "combobox", "checkbox", "multichooser")
_MULTIPLE_STYLES = ("checkbox", "list", "multichooser")


def question_forms() -> "st.SearchStrategy[str]":
    """Return a strategy of valid QuestionForms of one to three questions, as XML text without a declaration."""
    return drawn(_form)


def answers_for(form: str) -> "st.SearchStrategy[str]":
    """Return a strategy of valid QuestionFormAnswers that meet what ``form`` asks; see ``sample_answers``."""
    return drawn(answer_form, form)


def question_form_answers() -> "st.SearchStrategy[str]":
    """Return a strategy of valid QuestionFormAnswers, each to a form of its own."""
    return question_forms().flatmap(answers_for)


def faulty_question_forms() -> "st.SearchStrategy[tuple[str, str]]":
    """Return a strategy of (QuestionForm with exactly one fault, name of the fault in FORM_FAULTS)."""
    from hypothesis import strategies as st

    fault_names = st.sampled_from(sorted(FORM_FAULTS))
    return st.builds(lambda form, fault: (spoil(form, fault), fault), question_forms(), fault_names)


def rule_breaking_question_forms() -> "st.SearchStrategy[tuple[str, str]]":
    """Return a strategy of (QuestionForm that its schema takes, name of the rule's fault in FORM_RULE_FAULTS)."""
    from hypothesis import strategies as st

    fault_names = st.sampled_from(sorted(FORM_RULE_FAULTS))
    return st.builds(lambda form, fault: (spoil(form, fault), fault), question_forms(), fault_names)


def sample_question_form(random: randomness.Random) -> str:
    """Return a valid QuestionForm; the same for the same state of ``random``."""
    return _form(Sampled(random=random))


def sample_answers(form: str, random: randomness.Random) -> str:
    """Return a valid QuestionFormAnswers that meets what ``form`` asks; the same for the same state of ``random``.

    A question that is not required may be left out, but never all of them.  Raises XmlRefused if ``form`` is not
    XML, ValueError if it asks nothing, or something for which no answer can be made up (an unknown regular
    expression, several constraints on one text).
    """
    return answer_form(form, Sampled(random=random))


def _ask(name: str, *content: Content, **attributes: str) -> etree._Element:
    return document_element("QuestionForm", name, *content, **attributes)


def _form(choices: Choices) -> str:
    form = _ask("QuestionForm")
    for number in range(1, choices.integer(1, 3) + 1):
        if choices.pick(_NO_OR_YES):
            form.append(_ask("Overview", *_content(choices)))
        form.append(_question(choices, number))
    return etree.tostring(form, encoding="unicode")


def _question(choices: Choices, number: int) -> etree._Element:
    question = _ask("Question", _ask("QuestionIdentifier", f"{choices.pick(('q', 'Question'))}{number}"))
    if choices.pick(_NO_OR_YES):
        question.append(_ask("DisplayName", choices.text(1, 12)))
    if choices.pick(_NO_OR_YES):
        question.append(_ask("IsRequired", choices.pick(("true", "false", "1", "0"))))
    question.append(_ask("QuestionContent", *_content(choices)))
    answer = _selection_answer(choices) if choices.pick(_NO_OR_YES) else _free_text("FreeTextAnswer", choices)
    question.append(_ask("AnswerSpecification", answer))
    return question


def _content(choices: Choices) -> list[etree._Element]:
    kinds = (_text, _title, _list, _formatted, _binary)
    return [choices.pick(kinds)(choices) for _ in range(choices.integer(1, 2))]


def _text(choices: Choices) -> etree._Element:
    return _ask("Text", choices.text(0, 20))


def _title(choices: Choices) -> etree._Element:
    return _ask("Title", choices.text(1, 12))


def _list(choices: Choices) -> etree._Element:
    return _ask("List", *(_ask("ListItem", choices.text(0, 12)) for _ in range(choices.integer(1, 2))))


def _formatted(choices: Choices) -> etree._Element:
    return _ask("FormattedContent", etree.CDATA(write_block(choices)))


def _binary(choices: Choices) -> etree._Element:
    kind, subtype = choices.pick(_MEDIA)
    mime_type = _ask("MimeType", _ask("Type", kind))
    if subtype:
        mime_type.append(_ask("SubType", subtype))
    return _ask("Binary", mime_type, _ask("DataURL", choices.pick(_ADDRESSES)), _ask("AltText", choices.text(0, 12)))


def _free_text(name: str, choices: Choices) -> etree._Element:
    answer = _ask(name)
    constraint = choices.pick((None, _numeric, _length, _pattern))
    if constraint:
        answer.append(_ask("Constraints", constraint(choices)))
    elif choices.pick(_NO_OR_YES):
        answer.append(_ask("DefaultText", choices.text(1, 12)))
    if choices.pick(_NO_OR_YES):
        answer.append(_ask("NumberOfLinesSuggestion", str(choices.integer(1, 10))))
    return answer


def _numeric(choices: Choices) -> etree._Element:
    low = choices.integer(-1000, 1000)
    return _ask("IsNumeric", minValue=str(low), maxValue=str(low + choices.integer(0, 1000)))


def _length(choices: Choices) -> etree._Element:
    low = choices.integer(0, 5)
    return _ask("Length", minLength=str(low), maxLength=str(choices.integer(max(low, 1), 12)))


def _pattern(choices: Choices) -> etree._Element:
    return _ask("AnswerFormatRegex", regex=choices.pick(tuple(PATTERNS)), errorText=choices.text(1, 12), flags="i")


def _selection_answer(choices: Choices) -> etree._Element:
    count = choices.integer(1, 4)
    low = choices.integer(0, count)
    high = choices.integer(max(low, 1), count)
    answer = _ask("SelectionAnswer")
    if low != 1 or choices.pick(_NO_OR_YES):
        answer.append(_ask("MinSelectionCount", str(low)))
    if high != 1 or choices.pick(_NO_OR_YES):
        answer.append(_ask("MaxSelectionCount", str(high)))
    if choices.pick(_NO_OR_YES):
        answer.append(_ask("StyleSuggestion", choices.pick(_SINGLE_STYLES if high == 1 else _MULTIPLE_STYLES)))
    selections = _ask("Selections", *(_selection(choices, number) for number in range(1, count + 1)))
    if choices.pick(_NO_OR_YES):
        selections.append(_free_text("OtherSelection", choices))
    answer.append(selections)
    return answer


def _selection(choices: Choices, number: int) -> etree._Element:
    identifier = _ask("SelectionIdentifier", f"{choices.pick(('s', 'Choice'))}{number}")
    return _ask("Selection", identifier, choices.pick((_text, _formatted, _binary))(choices))
