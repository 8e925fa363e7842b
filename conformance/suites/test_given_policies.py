"""Review policies as CreateHIT takes them: at most one a level, each of its own level, and each HIT's own."""

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.hits import Hits
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.suites.reviews import KNOWN_ANSWERS, PLURALITY, Reviewed, known_answers, plurality

ARTICLE = "CreateHIT"
LEVELS = ("Assignment", "HIT")


def policies_of(reviewed: Reviewed, hit_id: str) -> tuple[str, ...]:
    """Return the policies that GetReviewResultsForHIT names, of assignments and of the HIT; empty where none."""
    reply = reviewed.report(hit_id).reply
    return tuple((reply.text(f"{level}ReviewPolicy/PolicyName") or "").strip() for level in LEVELS)


@pytest.mark.verifies(
    f"{ARTICLE}.AssignmentReviewPolicy.one", f"{ARTICLE}.ReviewPolicy.not-hittype", f"{ARTICLE}.HITReviewPolicy.shown"
)
def test_each_hit_has_policies_of_its_own(given: Given, expect: Expect) -> None:
    """Three HITs of one type: with both policies, with one for assignments, with one for the HIT."""
    reviewed = Reviewed(given)
    type_id = reviewed.employer.hit_type()
    known, agreed = known_answers({"q1": "B"}), plurality(["q1"])
    found = []
    for policies in ({"assignment": known, "hit": agreed}, {"assignment": known}, {"hit": agreed}):
        reply = reviewed.requester.call(ARTICLE, reviewed.values(HITTypeId=type_id, **policies))
        hit_id = (reply.text("HITId") or "").strip()
        found.append(policies_of(reviewed, hit_id) if reply.accepted else (reply.summary,))
    for topic, numbers, expected in (
        ("AssignmentReviewPolicy.one", (0,), [(KNOWN_ANSWERS, PLURALITY)]),
        ("ReviewPolicy.not-hittype", (1, 2), [(KNOWN_ANSWERS, ""), ("", PLURALITY)]),
        ("HITReviewPolicy.shown", (2,), [("", PLURALITY)]),
    ):
        came = [found[number] for number in numbers]
        expect(
            f"{ARTICLE}.{topic}",
            came == expected,
            where="GetReviewResultsForHIT, the policies of assignments and of the HIT",
            expected=str(expected),
            actual=str(came),
        )


@pytest.mark.verifies(
    f"{ARTICLE}.AssignmentReviewPolicy.unknown-name", f"{ARTICLE}.AssignmentReviewPolicy.level-mismatch"
)
def test_policies_of_other_names_are_refused(given: Given, expect: Expect) -> None:
    hits, reviewed = Hits(given), Reviewed(given)
    type_id = reviewed.employer.hit_type()
    known, agreed = known_answers({"q1": "B"}), plurality(["q1"])
    unknown = {**known, "PolicyName": "Foo/2011-09-01"}
    for topic, wrong in (
        ("unknown-name", ({"assignment": unknown},)),
        ("level-mismatch", ({"assignment": agreed}, {"hit": known})),
    ):
        requirement, mark = f"{ARTICLE}.AssignmentReviewPolicy.{topic}", given.name("refused")
        for policies in wrong:
            values = reviewed.values(HITTypeId=type_id, RequesterAnnotation=mark, **policies)
            reply = reviewed.requester.call(ARTICLE, values)
            expect(requirement, is_refusal(reply), where=str(policies), expected="an error", actual=reply.summary)
        left = hits.annotated(mark)
        expect(requirement, not left, where="SearchHITs", expected="no HIT made", actual=f"{len(left)} HITs made")
