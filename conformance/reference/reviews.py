"""Review policies at work: an assignment is reviewed when it is handed in, a HIT each time it becomes Reviewable.

Source: the articles AssignmentReviewPolicies, HITReviewPolicies and GetReviewResultsForHit.  What a policy wants and
cannot have is a failed action; what is so already has succeeded.
"""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from conformance.reference.assignments import HANDED_IN, approve, properties_of
from conformance.reference.hit_states import status_of
from conformance.reference.money import fee
from conformance.reference.records import HIT, Assignment
from conformance.reference.review_policies import policies_of, question_ids
from conformance.reference.review_records import Level, MapEntry, ReviewAction, ReviewPolicy, ReviewResult
from conformance.reference.review_scores import Answers, Plurality, answers_in, known_answers, percentage, plurality
from conformance.reference.store import Store

WRONG_STATE = "AWS.MechanicalTurk.InvalidAssignmentState"
NO_FUNDS = "AWS.MechanicalTurk.InsufficientFunds"
FEW = 10
_MOST_ASSIGNMENTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a policy judges; each rule can be replaced on its own."""

    answers_in: Callable[[str], Answers]
    known_answers: Callable[[Iterable[MapEntry], Answers], dict[str, bool]]
    percentage: Callable[[int, int], int]
    plurality: Callable[[str, Iterable[Answers], int], Plurality]
    is_due: Callable[[Assignment], bool]
    counts: Callable[["Review", Assignment], bool]
    worker_score: Callable[[Answers, Answers], tuple[int, int]]
    approves: Callable[[int, int], bool]
    rejects: Callable[[int, int], bool]
    extends: Callable[[int, int], bool]
    most_assignments: Callable[[HIT, ReviewPolicy], int]
    applies: Callable[[HIT, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One application of a policy to a HIT or an assignment."""

    store: Store
    hit_id: str
    level: Level
    policy: ReviewPolicy
    action_id: str
    at: float
    rules: Rules

    def found(self, subject: str, kind: Level, key: str, value: object, question: str | None = None) -> None:
        """Write down a result."""
        self.store.save_review_result(
            ReviewResult(
                hit_id=self.hit_id,
                level=self.level,
                action_id=self.action_id,
                subject_id=subject,
                subject_type=kind,
                question_id=question,
                key=key,
                value=str(value),
            )
        )

    def did(self, name: str, subject: str, kind: Level, result: str, error_code: str | None = None) -> None:
        """Write down an action; the review itself has the id that its results name."""
        self.store.save_review_action(
            ReviewAction(
                hit_id=self.hit_id,
                level=self.level,
                action_id=self.action_id if name == "review" else self.store.next_object_id(),
                name=name,
                object_id=subject,
                object_type=kind,
                completed_at=self.at,
                status="Failed" if error_code else "Succeeded",
                result=result,
                error_code=error_code,
            )
        )


def _review_assignments(store: Store, hit_id: str, at: float, rules: Rules) -> None:
    policy = policies_of(store.hits[hit_id]).assignment
    for record in list(store.assignments_of(hit_id)) if policy is not None else ():
        if rules.is_due(record) and policy is not None:
            _score_known_answers(_review(store, hit_id, "Assignment", policy, at=at, rules=rules), record)


def _review(store: Store, hit_id: str, level: Level, policy: ReviewPolicy, *, at: float, rules: Rules) -> Review:
    action_id = store.next_object_id()
    return Review(store=store, hit_id=hit_id, level=level, policy=policy, action_id=action_id, at=at, rules=rules)


def _score_known_answers(review: Review, record: Assignment) -> None:
    """Score an assignment by the known answers, and do what the policy says of such a score."""
    store, policy, rules, subject = review.store, review.policy, review.rules, record.assignment_id
    key = policy.parameter("AnswerKey")
    flags = rules.known_answers(key.entries if key else (), rules.answers_in(record.answer or "<none/>"))
    score = rules.percentage(sum(flags.values()), len(flags))
    store.save_assignment(replace(record, known_answer_score=score))
    for question, right in flags.items():
        review.found(subject, "Assignment", "KnownAnswerCorrect", int(right), question)
    review.found(subject, "Assignment", "KnownAnswerScore", score)
    review.did("review", subject, "Assignment", f"{sum(flags.values())} of {len(flags)} known answers are right")
    _decide(review, subject, score, "KnownAnswerScore")
    least = policy.number("ExtendIfKnownAnswerScoreIsLessThan")
    if least is not None and rules.extends(score, least):
        _extend(review)


def _review_hit(store: Store, hit_id: str, at: float, rules: Rules) -> None:
    hit = store.hits[hit_id]
    policy = policies_of(hit).hit
    if policy is None:
        return
    status = status_of(store, hit, at)
    if rules.applies(hit, status):
        store.save_hit(replace(hit, policy_applied=True))
        _compare_answers(_review(store, hit_id, "HIT", policy, at=at, rules=rules))
    elif hit.policy_applied and status in ("Assignable", "Unassignable"):
        store.save_hit(replace(hit, policy_applied=False))


def _compare_answers(review: Review) -> None:
    """Compare the answers of a HIT's assignments, and do what the policy says of their scores."""
    policy, hit_id, rules = review.policy, review.hit_id, review.rules
    assignments = [one for one in review.store.assignments_of(hit_id) if rules.counts(review, one)]
    counted = {record.assignment_id: rules.answers_in(record.answer or "<none/>") for record in assignments}
    questions = question_ids(policy)
    threshold = policy.number("QuestionAgreementThreshold") or 0
    agreed: dict[str, frozenset[str]] = {}
    for question in questions:
        found = rules.plurality(question, counted.values(), threshold)
        review.found(hit_id, "HIT", "AgreedAnswerFound", str(found.agreed is not None).lower(), question)
        if found.agreed is not None:
            agreed[question] = found.agreed
            review.found(hit_id, "HIT", "AgreedAnswer", "|".join(sorted(found.agreed)), question)
            review.found(hit_id, "HIT", "AnswerAgreementScore", found.score, question)
    scores = {one: _report_worker(review, one, answers, agreed) for one, answers in counted.items()}
    score = rules.percentage(len(agreed), len(questions))
    review.found(hit_id, "HIT", "HitAgreementScore", score)
    review.did("review", hit_id, "HIT", f"{len(agreed)} of {len(questions)} questions have an agreed answer")
    for assignment_id, worker_score in scores.items() if agreed else ():
        _decide(review, assignment_id, worker_score, "WorkerAgreementScore")
    least = policy.number("ExtendIfHITAgreementScoreIsLessThan")
    if least is not None and rules.extends(score, least):
        _extend(review)


def _is_due(record: Assignment) -> bool:
    return record.state in HANDED_IN and record.known_answer_score is None


def _applies(hit: HIT, status: str) -> bool:
    return status in ("Reviewable", "Reviewing") and not hit.policy_applied


def _counts(review: Review, record: Assignment) -> bool:
    policy, known = review.policy, record.known_answer_score
    least = policy.number("DisregardAssignmentIfKnownAnswerScoreIsLessThan")
    rejected = record.state == "Rejected" and policy.text("DisregardAssignmentIfRejected") == "T"
    return record.state in HANDED_IN and not rejected and (least is None or known is None or known >= least)


def _report_worker(review: Review, assignment_id: str, answers: Answers, agreed: Answers) -> int:
    right, judged = review.rules.worker_score(answers, agreed)
    score = percentage(right, judged)
    for key, value in (
        ("WorkerAgreementScore", score),
        ("PluralityAnswersCorrect", right),
        ("PluralityAnswersIncorrect", judged - right),
    ):
        review.found(assignment_id, "Assignment", key, value)
    return score


def _decide(review: Review, assignment_id: str, score: int, kind: str) -> None:
    """Approve or reject an assignment if the policy says so of its score."""
    least, below = (
        review.policy.number(f"{rule}If{kind}Is{bound}")
        for rule, bound in (("Approve", "AtLeast"), ("Reject", "LessThan"))
    )
    if least is not None and review.rules.approves(score, least):
        _approve(review, assignment_id)
    elif below is not None and review.rules.rejects(score, below):
        _reject(review, assignment_id)


def _approve(review: Review, assignment_id: str) -> None:
    """Approve an assignment for a policy."""
    store, record = review.store, review.store.assignments[assignment_id]
    reward = properties_of(store, record).reward
    error = None
    if record.state == "Rejected":
        error = WRONG_STATE
    elif record.state == "Submitted" and not store.can_pay(store.hits[record.hit_id].owner, reward, fee(reward)):
        error = NO_FUNDS
    elif record.state == "Submitted":
        approve(store, replace(record, feedback=review.policy.text("ApproveReason")), review.at)
    review.did("approve", assignment_id, "Assignment", "not approved" if error else "approved", error)


def _reject(review: Review, assignment_id: str) -> None:
    """Reject an assignment for a policy."""
    store, record = review.store, review.store.assignments[assignment_id]
    error = WRONG_STATE if record.state == "Approved" else None
    if record.state == "Submitted":
        feedback = review.policy.text("RejectReason")
        store.save_assignment(replace(record, state="Rejected", decided_at=review.at, feedback=feedback))
    review.did("reject", assignment_id, "Assignment", "not rejected" if error else "rejected", error)


def _extend(review: Review) -> None:
    """Give a HIT one assignment more for a policy, unless it has as many as it may get."""
    store, hit, policy = review.store, review.store.hits[review.hit_id], review.policy
    most = review.rules.most_assignments(hit, policy)
    if hit.max_assignments >= most:
        return
    reward = store.hit_types[hit.hit_type_id].properties.reward
    if not store.can_pay(hit.owner, reward, fee(reward)):
        review.did("extend", hit.hit_id, "HIT", "not extended", NO_FUNDS)
        return
    expires_at = max(hit.expires_at, review.at + (policy.number("ExtendMinimumTimeInSeconds") or 0))
    store.save_hit(replace(hit, max_assignments=hit.max_assignments + 1, expires_at=expires_at, reviewing=False))
    review.did("extend", hit.hit_id, "HIT", f"extended to {hit.max_assignments + 1} assignments")


def _most_assignments(hit: HIT, policy: ReviewPolicy) -> int:
    """Return up to how many assignments a policy may extend a HIT."""
    most = policy.number("ExtendMaximumAssignments") or _MOST_ASSIGNMENTS
    capped = policies_of(hit).capped and hit.max_assignments < FEW
    return min(most, FEW - 1) if capped else most


def _worker_score(answers: Answers, agreed: Answers) -> tuple[int, int]:
    """Return on how many questions a Worker agrees with the others, of how many."""
    return sum(answers.get(question, frozenset()) == answer for question, answer in agreed.items()), len(agreed)


RULES = Rules(
    answers_in=answers_in,
    known_answers=known_answers,
    percentage=percentage,
    plurality=plurality,
    is_due=_is_due,
    counts=_counts,
    worker_score=_worker_score,
    approves=operator.ge,
    rejects=operator.lt,
    extends=operator.lt,
    most_assignments=_most_assignments,
    applies=_applies,
)


def review_what_is_due(store: Store, at: float, rules: Rules = RULES) -> None:
    """Apply the review policies to what has been handed in and to what has become Reviewable."""
    due, store.to_review = store.to_review, {}  # what a review does is looked at the next time
    for hit_id in due:
        hit = store.hits.get(hit_id)
        if hit is not None and hit.policies is not None and hit.disposed_at is None:
            _review_assignments(store, hit_id, at, rules)
            _review_hit(store, hit_id, at, rules)
