"""GetReviewResultsForHIT: what the review policies of a HIT found out and did.

Source: the article GetReviewResultsForHit.  A page holds so many results and so many actions of each report; the
actions keep the order in which they were done, as the results do.
"""

from conformance.reference.context import Context, Handler
from conformance.reference.formats import members
from conformance.reference.hits import owned_hit
from conformance.reference.paging import page_of
from conformance.reference.review_policies import policies_of
from conformance.reference.review_records import Level, ReviewAction, ReviewPolicy, ReviewResult
from conformance.spec.versions import TODAY
from conformance.wire.flattening import Values

LEVELS: tuple[Level, ...] = ("Assignment", "HIT")
_YES = ("T", "true", "1")


def get_review_results_for_hit(context: Context) -> Values:
    """Return the names of a HIT's policies, and a report of each level asked for that has a policy."""
    values = context.values
    hit = owned_hit(context)
    policies = {"Assignment": policies_of(hit).assignment, "HIT": policies_of(hit).hit}
    wanted = values.all("PolicyLevel", str) or LEVELS
    view = members(HITId=hit.hit_id)
    for level, policy in policies.items():
        if policy is not None:
            view[f"{level}ReviewPolicy"] = [_policy_view(policy)]
    for level in LEVELS:
        if policies[level] is not None and level in wanted:
            report, token = _report(context, hit.hit_id, level)
            view[f"{level}ReviewReport"] = [report]
            view |= token
    return view


def _policy_view(policy: ReviewPolicy) -> Values:
    return members(PolicyName=policy.name)


def _report(context: Context, hit_id: str, level: Level) -> tuple[Values, Values]:
    """Return one page of a report, and the token of the next if there is one: it is the same for both reports."""
    store, values = context.store, context.values
    about = values.optional("AssignmentId", str)
    results = [
        one
        for one in store.review_results
        if (one.hit_id, one.level) == (hit_id, level) and about in (None, one.subject_id)
    ]
    actions = [
        one
        for one in store.review_actions
        if (one.hit_id, one.level) == (hit_id, level) and about in (None, one.object_id)
    ]
    shown, counts = page_of(results if _asked(context, "RetrieveResults") else [], context)
    done, also = page_of(actions if _asked(context, "RetrieveActions") else [], context)
    report: Values = {
        **counts,
        "ReviewResult": [_result_view(one) for one in shown],
        "ReviewAction": [_action_view(one, context) for one in done],
    }
    return report, {name: told for name, told in {**counts, **also}.items() if name == "NextToken"}


def _asked(context: Context, name: str) -> bool:
    """Tell whether the call wants what a flag is about: T or F before, a boolean in 2017-01-17; by default it does."""
    if context.version == TODAY:
        return context.values.optional(name, bool) is not False
    return context.values.required(name, str) in _YES


def _result_view(record: ReviewResult) -> Values:
    return members(
        ActionId=record.action_id,
        SubjectId=record.subject_id,
        SubjectType=record.subject_type,
        QuestionId=record.question_id,
        Key=record.key,
        Value=record.value,
    )


def _action_view(record: ReviewAction, context: Context) -> Values:
    return members(
        ActionId=record.action_id,
        ActionName=record.name,
        ObjectId=record.object_id,
        ObjectType=record.object_type,
        Status=record.status,
        CompleteTime=context.formats.timestamp(record.completed_at),
        Result=record.result,
        ErrorCode=record.error_code,
    )


HANDLERS: dict[str, Handler] = {"GetReviewResultsForHIT": get_review_results_for_hit}
