"""Review policies as CreateHIT is given them.

Source: the articles AssignmentReviewPolicies and HITReviewPolicies.  The page on the policies of HITs calls
DisregardAssignmentIfRejected required, official samples leave it out: so may a call.
"""

from collections.abc import Mapping

from conformance.reference.context import Context
from conformance.reference.parameters import Parameters, missing, unacceptable
from conformance.reference.records import HIT
from conformance.reference.refusals import Refusal
from conformance.reference.review_records import MapEntry, PolicyParameter, ReviewPolicies, ReviewPolicy
from conformance.spec.versions import in_force

KNOWN_ANSWERS = "ScoreMyKnownAnswers/2011-09-01"
PLURALITY = "SimplePlurality/2011-09-01"
QUESTIONS = ("QuestionIds", "QuestionIDs")

_EXTENSION = {"ExtendMaximumAssignments": (2, 25), "ExtendMinimumTimeInSeconds": (3600, 31_536_000)}
_SCORE = (0, 101)
_NUMBERS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    KNOWN_ANSWERS: {
        **_EXTENSION,
        "ApproveIfKnownAnswerScoreIsAtLeast": _SCORE,
        "RejectIfKnownAnswerScoreIsLessThan": _SCORE,
        "ExtendIfKnownAnswerScoreIsLessThan": _SCORE,
    },
    PLURALITY: {
        **_EXTENSION,
        "QuestionAgreementThreshold": _SCORE,
        "DisregardAssignmentIfKnownAnswerScoreIsLessThan": _SCORE,
        "ExtendIfHITAgreementScoreIsLessThan": (1, 100),
        "ApproveIfWorkerAgreementScoreIsAtLeast": _SCORE,
        "RejectIfWorkerAgreementScoreIsLessThan": _SCORE,
    },
}
_TEXTS: Mapping[str, tuple[str, ...]] = {
    KNOWN_ANSWERS: ("AnswerKey", "ApproveReason", "RejectReason"),
    PLURALITY: (*QUESTIONS, "DisregardAssignmentIfRejected", "ApproveReason", "RejectReason"),
}


def read_policies(context: Context) -> ReviewPolicies | None:
    """Return the review policies that a CreateHIT gives, None where it gives none; raises Refusal."""
    assignment = _policy(context, "AssignmentReviewPolicy", KNOWN_ANSWERS)
    hit = _policy(context, "HITReviewPolicy", PLURALITY)
    if assignment is None and hit is None:
        return None
    return ReviewPolicies(assignment=assignment, hit=hit, capped=in_force(context.version, "2014-08-15", None))


def _policy(context: Context, name: str, policy_name: str) -> ReviewPolicy | None:
    given = context.values.optional(name, Parameters)
    if given is None:
        return None
    policy = ReviewPolicy(
        name=given.required("PolicyName", str),
        parameters=tuple(_parameter(one) for one in given.all("Parameter", Parameters)),
    )
    if policy.name != policy_name:
        raise Refusal(unacceptable(f"{name}.PolicyName", policy.name, f"it is {policy_name}"))
    for parameter in policy.parameters:
        _check_parameter(policy, parameter, f"{name}.Parameter")
    _check_needed(policy, f"{name}.Parameter")
    return policy


def _parameter(given: Parameters) -> PolicyParameter:
    entries = tuple(
        MapEntry(key=one.required("Key", str), values=one.all("Value", str))
        for one in given.all("MapEntry", Parameters)
    )
    return PolicyParameter(key=given.required("Key", str), values=given.all("Value", str), entries=entries)


def _check_parameter(policy: ReviewPolicy, parameter: PolicyParameter, name: str) -> None:
    key, numbers = parameter.key, _NUMBERS[policy.name]
    if key not in (*numbers, *_TEXTS[policy.name]):
        raise Refusal(unacceptable(name, key, f"{policy.name} has no such parameter"))
    if key in numbers:
        least, most = numbers[key]
        text = policy.text(key) or ""
        if not text.isascii() or not text.isdigit() or not least <= int(text[:20]) <= most:
            raise Refusal(unacceptable(name, text, f"{key} is an integer from {least} to {most}"))


def _check_needed(policy: ReviewPolicy, name: str) -> None:
    key = policy.parameter("AnswerKey")
    if policy.name == KNOWN_ANSWERS and (key is None or not key.entries):
        raise Refusal(missing(name, "the policy needs an AnswerKey of MapEntry pairs"))
    if policy.name == PLURALITY and not question_ids(policy):
        raise Refusal(missing(name, "the policy needs QuestionIds"))
    if policy.name == PLURALITY and policy.number("QuestionAgreementThreshold") is None:
        raise Refusal(missing(name, "the policy needs a QuestionAgreementThreshold"))
    if policy.number("ExtendIfHITAgreementScoreIsLessThan") is not None:
        for other in _EXTENSION:
            if policy.number(other) is None:
                raise Refusal(missing(name, f"to extend a HIT the policy needs {other}"))


def question_ids(policy: ReviewPolicy) -> tuple[str, ...]:
    """Return the questions that SimplePlurality looks at: one text with commas, or several."""
    given = policy.parameter(*QUESTIONS)
    texts = [] if given is None else [part.strip() for value in given.values for part in value.split(",")]
    return tuple(dict.fromkeys(filter(None, texts)))


def policies_of(hit: HIT) -> ReviewPolicies:
    """Return the review policies of a HIT."""
    return hit.policies or ReviewPolicies()
