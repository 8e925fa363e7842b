"""The documents that messages carry inside strings, by the kind that the schema names.

The grammars of the documents stand in modules of their own; this is the one table from kind to grammar.
"""

import random as randomness
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from conformance.strategies.answers import answer_form
from conformance.strategies.choices import Choices, Drawn, Sampled

if TYPE_CHECKING:
    from hypothesis import strategies as st

FORM = "QuestionForm"
HTML_SINCE = "2012-03-25"
"""The first version in which a HIT's question can be an HTMLQuestion."""
_NOT_GRADED = ("FreeTextAnswer", "OtherSelection", "FileUploadAnswer")
_Grammar: TypeAlias = Callable[[Choices, str | None, str], str | None]


def _question_form(choices: Choices, form: str | None, version: str) -> str:
    from conformance.strategies.documents import question_forms, sample_question_form

    return _decided(choices, question_forms, sample_question_form)


def _answers(choices: Choices, form: str | None, version: str) -> str:
    return answer_form(form or _question_form(choices, None, version), choices)


def _answer_key(choices: Choices, form: str | None, version: str) -> str | None:
    from conformance.strategies.answer_keys import answer_keys_for, sample_answer_key

    asked = form or _question_form(choices, None, version)
    if "<SelectionIdentifier>" not in asked or any(f"<{name}" in asked for name in _NOT_GRADED):
        return None
    return _decided(choices, lambda: answer_keys_for(asked), lambda random: sample_answer_key(asked, random))


def _external_question(choices: Choices, form: str | None, version: str) -> str:
    from conformance.strategies.frames import external_questions, sample_external_question

    return _decided(choices, external_questions, sample_external_question)


def _html_question(choices: Choices, form: str | None, version: str) -> str:
    from conformance.strategies.frames import html_questions, sample_html_question

    return _decided(choices, html_questions, sample_html_question)


def _question(choices: Choices, form: str | None, version: str) -> str:
    kinds = (_question_form, _external_question, _html_question)
    return choices.pick(kinds if version >= HTML_SINCE else kinds[:2])(choices, form, version)


def _decided(
    choices: Choices, strategy: "Callable[[], st.SearchStrategy[str]]", sample: Callable[[randomness.Random], str]
) -> str:
    if isinstance(choices, Drawn):
        return choices.draw(strategy())
    assert isinstance(choices, Sampled)
    return sample(choices.random)


_GRAMMARS: Mapping[str, _Grammar] = {
    FORM: _question_form,
    "QuestionFormAnswers": _answers,
    "AnswerKey": _answer_key,
    "Question": _question,
}
KINDS = frozenset(_GRAMMARS)
"""The kinds of documents that can be written."""


def document_text(kind: str, choices: Choices, version: str, form: str | None = None) -> str | None:
    """Return a valid document of one of `KINDS`, one that a message of ``version`` may carry.

    Answers and keys belong to ``form``, where it is given.  None where there can be no such document: no key scores
    a form that asks for more than selections.
    """
    return _GRAMMARS[kind](choices, form, version)
