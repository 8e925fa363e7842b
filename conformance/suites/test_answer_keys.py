"""AnswerKey: what the answers of Workers score."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.requirements import requirements
from conformance.suites.answer_keys import (
    BIRD,
    TWO,
    choice_form,
    chosen,
    in_range,
    key_of,
    keyed,
    option,
    percentage,
    ranges,
    scale,
)
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import CREATE, NEEDED, scored
from conformance.suites.rows import Row
from conformance.target.requester import Reply, Requester


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """A key, and the score of each of some answers; None where no score is asked for, only told."""

    requirement: str
    key: str
    scores: tuple[tuple[str, str | None], ...]
    questions: Mapping[str, tuple[str, ...]]


def _one(topic: str, key: str, *scores: tuple[str, str | None]) -> Scoring:
    """Return a key to the test of one question, and what each choice scores."""
    return Scoring(
        requirement=f"AnswerKey.{topic}",
        key=key,
        scores=tuple((chosen(bird=choice), score) for choice, score in scores),
        questions=BIRD,
    )


def _two(topic: str, key: str, *scores: tuple[str, str, str]) -> Scoring:
    """Return a key to the test of two questions, and what each pair of choices scores."""
    return Scoring(
        requirement=f"AnswerKey.{topic}",
        key=key,
        scores=tuple((chosen(bird=bird, tree=tree), score) for bird, tree, score in scores),
        questions=TWO,
    )


_BOTH = keyed("bird", option("robin", 5)) + keyed("tree", option("oak", 10))
_EACH = keyed("bird", option("robin", 5), option("wren", 6), option("crow", 7), option("robin crow", 8), default=4)
_SCORINGS = (
    _one(
        "exact-match",
        key_of(keyed("bird", option("robin wren", 5))),
        ("robin wren", "5"),
        ("wren robin", "5"),
        ("robin", "0"),
        ("robin wren crow", "0"),
    ),
    _one("negative", key_of(keyed("bird", option("robin", -5))), ("robin", "-5")),
    _one("default-score", key_of(keyed("bird", option("robin", 5), default=3)), ("wren", "3"), ("robin", "5")),
    _one("default-score-zero", key_of(keyed("bird", option("robin", 5))), ("wren", "0")),
    _two("sum", key_of(_BOTH), ("robin", "oak", "15"), ("wren", "oak", "10")),
    _two("percentage", key_of(_BOTH, percentage(15)), ("wren", "oak", "67"), ("robin", "elm", "33")),
    _one("percentage-half", key_of(keyed("bird", option("robin", 1)), percentage(8)), ("robin", None)),
    _one("scale", key_of(keyed("bird", option("robin", 15)), scale("3")), ("robin", "45")),
    _one(
        "range",
        key_of(_EACH, ranges(in_range(5, 7, 50), outside=1)),
        ("robin", "50"),
        ("wren", "50"),
        ("crow", "50"),
    ),
    _one("range-out", key_of(_EACH, ranges(in_range(5, 7, 50), outside=1)), ("robin crow", "1"), ("robin wren", "1")),
)


def scoring_rows(version: str) -> Iterator[Row]:
    """Yield the keys whose scores a version speaks of."""
    for number, one in enumerate(_SCORINGS):
        if requirements()[one.requirement].holds_in(version):
            yield Row(id=f"{one.requirement}/{number}", verifies=(one.requirement,), value=one)


def _made(requester: Requester, given: Given, form: str, key: str) -> Reply:
    """Make a type with a test and a key to it."""
    test = {"Test": form, "TestDurationInSeconds": "600", "AnswerKey": key}
    return requester.call(CREATE, {"Name": given.name("type"), **NEEDED, **test})


@pytest.mark.each(rows=scoring_rows)
def test_scores(row: Row, requester: Requester, given: Given, expect: Expect) -> None:
    """The Worker holds the Qualification with the value that the key gives."""
    one: Scoring = row.value
    made = _made(requester, given, choice_form(one.questions), one.key)
    type_id = (made.text("QualificationTypeId") or "").strip()
    for answer, score in one.scores:
        value = scored(given, type_id, answer) if made.accepted else made.summary
        if score is None:
            expect.see(one.requirement, where=one.key, actual=value)
        else:
            where = f"the score of {answer} by {one.key}"
            expect(one.requirement, value == score, where=where, expected=score, actual=value)


@pytest.mark.verifies("AnswerKey.identifier-match")
def test_a_key_to_another_test(requester: Requester, given: Given, expect: Expect) -> None:
    """The key names a question and a selection that the test does not have."""
    key = key_of(keyed("bird", option("ostrich", 5)) + keyed("fish", option("robin", 7)))
    made = _made(requester, given, choice_form(), key)
    if made.accepted:
        value = scored(given, (made.text("QualificationTypeId") or "").strip(), chosen(bird="robin"))
        summary = f"the type is made, and the answers score {value}"
    else:
        value, summary = "", made.summary
    expect.see("AnswerKey.identifier-match/told", where="AnswerKey", actual=summary)
    expect(
        "AnswerKey.identifier-match",
        made.refused or value == "0",
        where="AnswerKey of another test",
        expected="an error, or a key whose options match nothing",
        actual=summary,
    )


@pytest.mark.verifies("AnswerKey.scale")
def test_a_fraction_as_factor(requester: Requester, given: Given, expect: Expect) -> None:
    """What becomes of the half is told."""
    made = _made(requester, given, choice_form(), key_of(keyed("bird", option("robin", 15)), scale("0.5")))
    if made.accepted:
        score = scored(given, (made.text("QualificationTypeId") or "").strip(), chosen(bird="robin"))
        expect.see("AnswerKey.scale/half", where="15 times 0.5", actual=score)
    expect(
        "AnswerKey.scale",
        made.accepted,
        where="SummedScoreMultiplier 0.5",
        expected="a decimal number is taken",
        actual=made.summary,
    )
