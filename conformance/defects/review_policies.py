"""Faults of review policies: what CreateHIT takes, how answers are scored, what follows, and what is reported."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.defects import review_reports
from conformance.defects.both_ways import handling, rereading
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant
from conformance.defects.review_reports import recording
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.hit_states import status_of
from conformance.reference.records import HIT, Assignment
from conformance.reference.review_records import MapEntry, PolicyParameter, ReviewPolicies, ReviewPolicy
from conformance.reference.review_scores import Answers, Plurality, answers_in, known_answers, plurality
from conformance.reference.reviews import RULES, review_what_is_due
from conformance.wire.flattening import Values

POLICY, REPORT = "ReviewPolicy", "GetReviewResultsForHIT"
_KNOWN, _SHARED = f"{POLICY}.SMKA", f"{POLICY}.SP"
_LEVELS = ("AssignmentReviewPolicy", "HITReviewPolicy")


def _judging(**rules: Any) -> Plant:
    """Judge by other rules."""

    def plant(endpoint: Endpoint) -> None:
        endpoint.review = partial(review_what_is_due, rules=replace(RULES, **rules))

    return plant


# What CreateHIT takes


def _mending(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Plant:
    """Take another policy than the one that was sent."""

    def reread(values: Values, endpoint: object) -> Values:
        mended: dict[str, Any] = {
            name: [change(dict(one)) if isinstance(one, dict) else one for one in values[name]]
            for name in _LEVELS
            if name in values
        }
        return {**values, **mended}

    return rereading("CreateHIT", reread)


def _mending_parameters(change: Callable[[dict[str, str]], dict[str, str]]) -> Plant:
    """Take other texts for parameters than those that were sent; maps stay as they are."""

    def mend(policy: dict[str, Any]) -> dict[str, Any]:
        given = policy.get("Parameter", [])
        texts = {one["Key"][0]: one["Value"][0] for one in given if "Value" in one and len(one["Value"]) == 1}
        others = [one for one in given if one["Key"][0] not in texts]
        changed = [{"Key": [key], "Value": [text]} for key, text in change(texts).items()]
        return {**policy, "Parameter": [*others, *changed]}

    return _mending(mend)


def _known_only(texts: dict[str, str]) -> dict[str, str]:
    return {key: text for key, text in texts.items() if key != "Foo"}


def _clamped(key: str, least: int, most: int) -> Plant:
    return _mending_parameters(
        lambda texts: {
            name: str(min(max(int(text), least), most)) if name == key else text for name, text in texts.items()
        }
    )


def _named(policy: dict[str, Any]) -> dict[str, Any]:
    return {"PolicyName": ["ScoreMyKnownAnswers/2011-09-01"], **policy}


def _with_key(policy: dict[str, Any]) -> dict[str, Any]:
    given = policy.get("Parameter", [])
    if any(one["Key"] in (["AnswerKey"], ["QuestionIds"]) for one in given):
        return policy
    entry: dict[str, Any] = {"Key": ["AnswerKey"], "MapEntry": [{"Key": ["q1"], "Value": ["B"]}]}
    return {**policy, "Parameter": [*given, entry]}


def _with_questions(texts: dict[str, str]) -> dict[str, str]:
    return {"QuestionIds": "q1", **texts}


def _with_extension(texts: dict[str, str]) -> dict[str, str]:
    if "ExtendIfHITAgreementScoreIsLessThan" not in texts:
        return texts
    return {"ExtendMaximumAssignments": "3", "ExtendMinimumTimeInSeconds": "3600", **texts}


_TAKING = (
    defect("policy/nameless", _mending(_named), f"{POLICY}.PolicyName.required"),
    defect("policy/with-unknown-parameter", _mending_parameters(_known_only), f"{POLICY}.Parameter.unknown"),
    defect("policy/without-answer-key", _mending(_with_key), f"{_KNOWN}.AnswerKey-required"),
    defect("policy/extends-to-any-number", _clamped("ExtendMaximumAssignments", 2, 25), f"{_KNOWN}.extend-max-range"),
    defect(
        "policy/extends-for-any-time",
        _clamped("ExtendMinimumTimeInSeconds", 3600, 31_536_000),
        f"{_KNOWN}.extend-time-range",
    ),
    defect("policy/any-threshold", _clamped("ApproveIfKnownAnswerScoreIsAtLeast", 0, 101), f"{_KNOWN}.approve-range"),
    defect("policy/without-questions", _mending_parameters(_with_questions), f"{_SHARED}.required-params"),
    defect("policy/extends-without-limits", _mending_parameters(_with_extension), f"{_SHARED}.extend-conditional"),
    defect(
        "policy/extends-at-any-score",
        _clamped("ExtendIfHITAgreementScoreIsLessThan", 1, 100),
        f"{_SHARED}.extend-conditional",
    ),
)


# What is kept of a policy


def _keeping(change: Callable[[ReviewPolicy], ReviewPolicy | None]) -> Plant:
    """Keep other policies of a HIT than it was created with."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values, store = handler(context), context.store
        hit = store.hits[str(values["HITId"][0])]
        if hit.policies is not None:
            kept = ReviewPolicies(
                assignment=hit.policies.assignment and change(hit.policies.assignment),
                hit=hit.policies.hit and change(hit.policies.hit),
                capped=hit.policies.capped,
            )
            store.save_hit(replace(hit, policies=kept))
        return values

    return handling("CreateHIT", wrapper)


def _forgetting(*keys: str) -> Plant:
    return _keeping(
        lambda policy: replace(policy, parameters=tuple(one for one in policy.parameters if one.key not in keys))
    )


def _approving_unasked(policy: ReviewPolicy) -> ReviewPolicy:
    key = "ApproveIfKnownAnswerScoreIsAtLeast"
    more = () if policy.parameter(key) else (PolicyParameter(key=key, values=("0",)),)
    return replace(policy, parameters=(*policy.parameters, *more))


def _assignment_level_only(policy: ReviewPolicy) -> ReviewPolicy | None:
    return policy if policy.parameter("AnswerKey") else None


# How known answers are scored


def _any_case(key: Iterable[MapEntry], answers: Answers) -> dict[str, bool]:
    lower = [MapEntry(key=one.key, values=tuple(value.lower() for value in one.values)) for one in key]
    return known_answers(lower, {name: frozenset(text.lower() for text in texts) for name, texts in answers.items()})


def _untrimmed(key: Iterable[MapEntry], answers: Answers) -> dict[str, bool]:
    return {one.key: answers.get(one.key, frozenset()) == frozenset(one.values) for one in key}


def _some_value(key: Iterable[MapEntry], answers: Answers) -> dict[str, bool]:
    key = list(key)
    strict = known_answers(key, answers)
    return {one.key: strict[one.key] or bool(answers.get(one.key, frozenset()) & set(one.values)) for one in key}


def _unanswered_is_right(key: Iterable[MapEntry], answers: Answers) -> dict[str, bool]:
    return {name: right or not answers.get(name) for name, right in known_answers(key, answers).items()}


def _no_key_is_right(key: Iterable[MapEntry], answers: Answers) -> dict[str, bool]:
    key = list(key)
    strict = known_answers(key, answers)
    return {one.key: strict[one.key] or not one.values for one in key}


def _when_reviewable(endpoint: Endpoint) -> None:
    """Score assignments when their HIT becomes Reviewable, not before."""

    def is_due(record: Assignment) -> bool:
        hit = endpoint.store.hits[record.hit_id]
        reviewable = status_of(endpoint.store, hit, record.submitted_at or 0.0) == "Reviewable"
        return reviewable and RULES.is_due(record)

    _judging(is_due=is_due)(endpoint)


def _again_and_again(record: Assignment) -> bool:
    return record.state in ("Submitted", "Approved", "Rejected")


_SCORING = (
    defect("known-answers/in-any-case", _judging(known_answers=_any_case), f"{_KNOWN}.exact-match"),
    defect("known-answers/not-trimmed", _judging(known_answers=_untrimmed), f"{_KNOWN}.trim"),
    defect(
        "known-answers/some-value-will-do",
        _judging(known_answers=_some_value),
        f"{_KNOWN}.multi-value",
        f"{_KNOWN}.all-values",
    ),
    defect("known-answers/unanswered-is-right", _judging(known_answers=_unanswered_is_right), f"{_KNOWN}.empty"),
    defect("known-answers/no-key-is-right", _judging(known_answers=_no_key_is_right), f"{_KNOWN}.empty"),
    defect(
        "known-answers/counted",
        _judging(percentage=lambda part, whole: part),
        f"{_KNOWN}.score",
        f"{_SHARED}.hit-score",
    ),
    defect(
        "known-answers/right-ones-only",
        recording(lambda one: () if (one.key, one.value) == ("KnownAnswerCorrect", "0") else (one,)),
        *(f"{_KNOWN}.{name}" for name in ("correct-flag", "exact-match", "empty", "multi-value", "all-values")),
    ),
    defect("known-answers/late", _when_reviewable, f"{_KNOWN}.timing"),
    defect(
        "known-answers/again-and-again",
        _judging(is_due=_again_and_again),
        f"{REPORT}.assignment-once",
        also=(f"{REPORT}.order",),
        because="the first assignment is scored again after the second",
    ),
    defect("known-answers/unasked-approval", _keeping(_approving_unasked), f"{_KNOWN}.no-action"),
    defect(
        "known-answers/above-the-threshold", _judging(approves=lambda score, least: score > least), f"{_KNOWN}.approve"
    ),
    defect(
        "known-answers/threshold-ignored",
        _forgetting("ApproveIfKnownAnswerScoreIsAtLeast"),
        f"{_KNOWN}.approve",
        f"{_KNOWN}.reason",
    ),
    defect(
        "known-answers/never-is-hundred",
        _judging(approves=lambda score, least: score >= min(least, 100)),
        f"{_KNOWN}.approve-range",
    ),
    defect(
        "policy/never-rejects",
        _judging(rejects=lambda score, below: False),
        f"{_KNOWN}.reject",
        f"{_KNOWN}.reason",
        f"{_SHARED}.approve-reject",
        "ReviewActionDetail.failed",
    ),
    defect("policy/reasons-forgotten", _forgetting("ApproveReason", "RejectReason"), f"{_KNOWN}.reason"),
    defect(
        "policy/never-extends",
        _judging(extends=lambda score, least: False),
        f"{_KNOWN}.extend",
        f"{_SHARED}.extend-effect",
    ),
    defect("policy/always-extends", _judging(extends=lambda score, least: True), f"{_KNOWN}.extend"),
    defect(
        "policy/extends-too-far",
        _judging(most_assignments=lambda hit, policy: 25),
        f"{_KNOWN}.extend",
        f"{_SHARED}.extend-effect",
        f"{POLICY}.ten-limit",
    ),
    defect(
        "policy/extends-to-ten",
        _judging(most_assignments=lambda hit, policy: policy.number("ExtendMaximumAssignments") or 5),
        f"{POLICY}.ten-limit",
    ),
)


# How answers are compared


def _at_the_threshold(question: str, given: Iterable[Answers], threshold: int) -> Plurality:
    return plurality(question, given, threshold - 1)


def _cut(document: str) -> Answers:
    """Return the answers, cut to the length at which they are still compared."""
    return {name: frozenset(text[:256] for text in texts) for name, texts in answers_in(document).items()}


def _all_questions(answers: Answers, agreed: Answers) -> tuple[int, int]:
    right, _ = RULES.worker_score(answers, agreed)
    return right, len(answers)


def _only_once(endpoint: Endpoint) -> None:
    """Compare the answers of a HIT the first time that it becomes Reviewable, and never again."""
    done: set[str] = set()

    def applies(hit: HIT, status: str) -> bool:
        due = hit.hit_id not in done and RULES.applies(hit, status)
        if due:
            done.add(hit.hit_id)
        return due

    _judging(applies=applies)(endpoint)


_COMPARING = (
    defect(
        "plurality/before-the-hit-is-reviewable",
        _judging(applies=lambda hit, status: not hit.policy_applied),
        f"{_SHARED}.timing",
    ),
    defect("plurality/at-the-threshold", _judging(plurality=_at_the_threshold), f"{_SHARED}.question-score"),
    defect("plurality/long-answers-cut", _judging(answers_in=_cut), f"{_SHARED}.long-answers"),
    defect("plurality/all-questions-count", _judging(worker_score=_all_questions), f"{_SHARED}.worker-score"),
    defect("plurality/rejected-count", _forgetting("DisregardAssignmentIfRejected"), f"{_SHARED}.disregard-rejected"),
    defect(
        "plurality/failed-count",
        _forgetting("DisregardAssignmentIfKnownAnswerScoreIsLessThan"),
        f"{_SHARED}.disregard-known",
    ),
    defect(
        "plurality/decides-nothing",
        _forgetting("ApproveIfWorkerAgreementScoreIsAtLeast", "RejectIfWorkerAgreementScoreIsLessThan"),
        f"{_SHARED}.approve-reject",
        "ReviewActionDetail.noop-succeeds",
        "ReviewActionDetail.failed",
    ),
    defect("plurality/once-for-all", _only_once, f"{REPORT}.dup-after-extend"),
    defect(
        "plurality/policy-forgotten",
        _keeping(_assignment_level_only),
        f"{POLICY}.rest-names",
        f"{POLICY}.Parameter.json",
        f"{REPORT}.policy-names",
    ),
)

DEFECTS: tuple[Defect, ...] = (*_TAKING, *_SCORING, *_COMPARING, *review_reports.DEFECTS)
