"""Review policies as CreateHIT is given them: what is taken, and what is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.requirements import requirements
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.suites.reviews import KNOWN_ANSWERS, PLURALITY, Reviewed, known_answers, plurality
from conformance.suites.rows import Row
from conformance.target.requester import Requester

KEY = {"q1": "B"}
EXTEND_KNOWN = {"ExtendIfKnownAnswerScoreIsLessThan": 50}
EXTENSION = {"ExtendMaximumAssignments": 3, "ExtendMinimumTimeInSeconds": 3600}


def _without(policy: dict[str, Any], key: str) -> dict[str, Any]:
    return {**policy, "Parameter": [one for one in policy["Parameter"] if one["Key"] != key]}


def _extended(score: int, **more: int) -> dict[str, Any]:
    return plurality(["q1"], ExtendIfHITAgreementScoreIsLessThan=score, **more)


NAMELESS = {name: value for name, value in known_answers(KEY).items() if name != "PolicyName"}
REFUSED: dict[str, list[dict[str, Any]]] = {
    "ReviewPolicy.PolicyName.required": [{"assignment": NAMELESS}],
    "ReviewPolicy.Parameter.unknown": [{"assignment": known_answers(KEY, Foo=1)}, {"hit": plurality(["q1"], Foo=1)}],
    "ReviewPolicy.SMKA.AnswerKey-required": [
        {"assignment": _without(known_answers(KEY, ApproveIfKnownAnswerScoreIsAtLeast=80), "AnswerKey")}
    ],
    "ReviewPolicy.SMKA.extend-max-range": [
        {"assignment": known_answers(KEY, **EXTEND_KNOWN, ExtendMaximumAssignments=count)} for count in (1, 26)
    ],
    "ReviewPolicy.SMKA.extend-time-range": [
        {"assignment": known_answers(KEY, **EXTEND_KNOWN, ExtendMinimumTimeInSeconds=time)} for time in (3599, 31536001)
    ],
    "ReviewPolicy.SP.required-params": [
        {"hit": _without(plurality(["q1"]), name)} for name in ("QuestionIds", "QuestionAgreementThreshold")
    ],
    "ReviewPolicy.SP.extend-conditional": [
        {"hit": _extended(50)},
        *({"hit": _without(_extended(50, **EXTENSION), name)} for name in EXTENSION),
        *({"hit": _extended(score, **EXTENSION)} for score in (0, 101)),
    ],
}
"""Requirement → policies, each of which has to be refused."""


def refused_rows(version: str) -> Iterator[Row]:
    """Yield what has to be refused, one row a requirement."""
    return (Row(id=name, verifies=(name,), value=policies) for name, policies in REFUSED.items())


@pytest.mark.each(rows=refused_rows)
def test_refuses_a_faulty_policy(row: Row, given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    type_id = reviewed.employer.hit_type()
    (requirement,) = row.verifies
    for policies in row.value:
        reply = reviewed.requester.call("CreateHIT", reviewed.values(HITTypeId=type_id, **policies))
        expect(
            requirement,
            is_refusal(reply),
            where="CreateHIT",
            expected=f"an error, and no HIT, for the policy {policies}",
            actual=reply.summary,
        )


@pytest.mark.verifies("ReviewPolicy.Parameter.json")
def test_takes_texts_and_maps(given: Given, expect: Expect) -> None:
    """A policy whose parameters have Values, and one whose parameter has MapEntries."""
    reviewed = Reviewed(given)
    created = reviewed.requester.call(
        "CreateHIT", reviewed.values(assignment=known_answers(KEY), hit=plurality(["q1"]))
    )
    reply = reviewed.requester.call("GetReviewResultsForHIT", {"HITId": (created.text("HITId") or "").strip()})
    named = [reply.text(f"{level}ReviewPolicy/PolicyName") for level in ("Assignment", "HIT")]
    expect(
        "ReviewPolicy.Parameter.json",
        created.accepted and named == [KNOWN_ANSWERS, PLURALITY],
        where="CreateHIT, then GetReviewResultsForHIT",
        expected=f"accepted, and the policies {KNOWN_ANSWERS} and {PLURALITY}",
        actual=f"{created.summary}, then {reply.summary} with the policies {named}",
    )


@pytest.mark.verifies("ReviewPolicy.rest-names", "GetReviewResultsForHIT.HITId.echo")
def test_takes_policies_and_names_them(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    created = reviewed.requester.call("CreateHIT", reviewed.values(hit=plurality(["q1"])))
    hit_id = (created.text("HITId") or "").strip()
    reply = reviewed.requester.call("GetReviewResultsForHIT", {"HITId": hit_id})
    named = reply.text("HITReviewPolicy/PolicyName")
    expect(
        "ReviewPolicy.rest-names",
        created.accepted and named == PLURALITY,
        where="CreateHIT, then GetReviewResultsForHIT",
        expected=f"accepted, and the policy {PLURALITY}",
        actual=f"{created.summary}, then {reply.summary} with the policy {named!r}",
    )
    echoed = (reply.text("HITId") or "").strip()
    if reply.accepted:
        expect(
            "GetReviewResultsForHIT.HITId.echo", echoed == hit_id, where="HITId", expected=hit_id, actual=repr(echoed)
        )


@pytest.mark.verifies(
    "GetReviewResultsForHIT.policy-names",
    "GetReviewResultsForHIT.PolicyLevel.invalid",
    "GetReviewResultsForHIT.PageSize.range",
    "GetReviewResultsForHIT.MaxResults.range",
)
def test_reads_the_policies_of_both_levels(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    values = {"HITId": reviewed.both()}
    reply = reviewed.requester.must("GetReviewResultsForHIT", values)
    for level, policy in (("Assignment", KNOWN_ANSWERS), ("HIT", PLURALITY)):
        members = [(child.tag, child.text) for one in reply.all(f"{level}ReviewPolicy") for child in one]
        expect(
            "GetReviewResultsForHIT.policy-names",
            members == [("PolicyName", policy)],
            where=f"{level}ReviewPolicy",
            expected=f"the PolicyName {policy} and nothing else",
            actual=repr(members),
        )
    foreign = reviewed.requester.call("GetReviewResultsForHIT", {**values, "PolicyLevel": "Foo"})
    expect(
        "GetReviewResultsForHIT.PolicyLevel.invalid",
        is_refusal(foreign),
        where="PolicyLevel=Foo",
        expected="an error",
        actual=foreign.summary,
    )
    _judge_sizes(reviewed, values, expect)


SIZES: dict[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    "GetReviewResultsForHIT.PageSize.range": ((100, 65535), (65536,), (1, 99)),
    "GetReviewResultsForHIT.MaxResults.range": ((1, 100), (0, 101), ()),
}
"""By requirement the sizes of a page that are accepted, those that are refused, and those of which it is only told."""


def _judge_sizes(reviewed: Reviewed, values: dict[str, Any], expect: Expect) -> None:
    for requirement, (accepted, refused, told) in SIZES.items():
        if not requirements()[requirement].holds_in(reviewed.requester.version):
            continue
        for size in (*accepted, *refused, *told):
            answer = reviewed.requester.call("GetReviewResultsForHIT", {**values, "PageSize": size})
            if size in told:
                expect.see(requirement, where=f"PageSize={size}", actual=answer.summary)
                continue
            good = size in accepted
            expect(
                requirement,
                answer.accepted if good else is_refusal(answer),
                where=f"PageSize={size}",
                expected="success" if good else "an error",
                actual=answer.summary,
            )


@pytest.mark.verifies("GetReviewResultsForHIT.no-policy")
def test_tells_nothing_of_a_hit_without_policies(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    reply = reviewed.requester.call("GetReviewResultsForHIT", {"HITId": reviewed.employer.hit()})
    names = [f"{level}Review{kind}" for level in ("Assignment", "HIT") for kind in ("Policy", "Report")]
    told = [name for name in names for one in reply.all(name) if len(one)] if reply.accepted else []
    expect(
        "GetReviewResultsForHIT.no-policy",
        reply.refused or (reply.accepted and not told),
        where="GetReviewResultsForHIT of a HIT without review policies",
        expected="an error, or neither policies nor reports",
        actual=f"{reply.summary}; {', '.join(told)}",
    )
    expect.see("GetReviewResultsForHIT.no-policy", where="GetReviewResultsForHIT", actual=reply.summary)


@pytest.mark.verifies("GetReviewResultsForHIT.owner-only")
def test_keeps_reports_from_others(given: Given, expect: Expect, second_requester: Requester) -> None:
    hit_id = Reviewed(given).both()
    reply = second_requester.call("GetReviewResultsForHIT", {"HITId": hit_id})
    expect(
        "GetReviewResultsForHIT.owner-only",
        is_refusal(reply),
        where="GetReviewResultsForHIT by another Requester",
        expected="an error that discloses nothing",
        actual=reply.summary,
    )
