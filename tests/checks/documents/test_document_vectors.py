"""Every vector breaks the requirements that its entry names, and no others."""

import json
from collections import defaultdict
from typing import Any

import pytest

from conformance.checks.documents import judge_answer_key, judge_answers, judge_document
from conformance.checks.documents.formatted_content import JUDGED
from conformance.checks.finding import Finding, Outcome
from conformance.spec.data import cases_dir
from conformance.spec.document_shapes import stated_requirements
from conformance.spec.documents import DOCUMENTS
from conformance.spec.requirements import requirements

FOLDER = cases_dir() / "vectors" / "documents"
VECTORS: list[dict[str, Any]] = json.loads((FOLDER / "index.json").read_text("utf-8"))["vectors"]


def findings_on(vector: dict[str, Any]) -> list[Finding]:
    text = (FOLDER / vector["file"]).read_text("utf-8")
    found = list(judge_document(text, expected=[vector["document"]]))
    if "form" in vector:
        judge = judge_answers if vector["document"] == "QuestionFormAnswers" else judge_answer_key
        found += judge((FOLDER / vector["form"]).read_text("utf-8"), text)
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["file"])
def test_vector_breaks_what_its_entry_says(vector: dict[str, Any]) -> None:
    """No more and no less; a shape that is wrong may be told besides where no requirement speaks of it."""
    found = findings_on(vector)
    broken = {one.requirement for one in found if one.outcome is Outcome.MISSED}
    told = {one.requirement for one in found if one.outcome is Outcome.SEEN} - {"schema"}
    assert broken == set(vector.get("breaks", ()))
    assert told == set(vector.get("tells", ())) - {"schema"}
    if vector.get("tells") == ["schema"]:
        assert [one.requirement for one in found if one.outcome is Outcome.SEEN] == ["schema"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["file"])
def test_what_is_found_can_be_told(vector: dict[str, Any]) -> None:
    """Each finding names a requirement that exists, a place, and what is wrong there."""
    for one in findings_on(vector):
        assert one.requirement in requirements() or one.requirement == "schema"
        assert one.where.startswith("/")
        if one.outcome is Outcome.MISSED:
            assert one.actual
            assert one.expected


def test_no_disputed_document_is_held_against_its_author() -> None:
    """What is broken is documented: an inferred requirement is only told."""
    broken = {name for vector in VECTORS for name in vector.get("breaks", ())}
    assert {requirements()[name].confidence for name in broken} == {"documented"}


def test_every_requirement_that_a_document_can_break_is_shown() -> None:
    """By one vector at least, by two where it is a rule on a block."""
    shown: defaultdict[str, set[str]] = defaultdict(set)
    for vector in VECTORS:
        for name in vector.get("breaks", ()):
            shown[name].add(vector["file"])
    stated = frozenset().union(*map(stated_requirements, DOCUMENTS))
    assert stated - set(shown) == set()
    assert [topic for topic in JUDGED if len(shown[f"FormattedContent.{topic}"]) < 2] == []
