"""Faults of GetReviewResultsForHIT: what is written down of reviews, and what is told of it to whom."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, rereading, reshaping, with_values
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.refusals import Refusal
from conformance.reference.review_records import ReviewResult
from conformance.spec.versions import TODAY
from conformance.wire.flattening import Values

REPORT, RESULT, ACTION = "GetReviewResultsForHIT", "ReviewResultDetail", "ReviewActionDetail"
_REPORTS = ("AssignmentReviewReport", "HITReviewReport")


def recording(change: Callable[[ReviewResult], Iterable[ReviewResult]]) -> Plant:
    """Write down other results than were found."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.store.save_review_result

        def save(record: ReviewResult) -> None:
            for one in change(record):
                unchanged(one)

        setattr(endpoint.store, "save_review_result", save)  # noqa: B010 - a method is replaced

    return plant


def _telling(change: Callable[[dict[str, Any], Context], None]) -> Plant:
    """Let ``change`` alter, in place, what the operation returns."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values: dict[str, Any] = dict(handler(context))
        change(values, context)
        return values

    return handling(REPORT, wrapper)


def _acts(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for name in _REPORTS for report in values.get(name, ()) for one in report["ReviewAction"]]


def _pardon(handler: Handler, context: Context) -> Values:
    try:
        return handler(context)
    except Refusal:
        return {}


def _for_anybody(handler: Handler, context: Context) -> Values:
    hit = context.store.hits.get(context.values.required("HITId", str))
    owner = context.store.requesters[hit.owner] if hit else context.requester
    return handler(replace(context, requester=owner))


def _another_id(values: dict[str, Any], context: Context) -> None:
    values["HITId"] = [f"{values['HITId'][0]}X"]


def _with_parameters(values: dict[str, Any], context: Context) -> None:
    for name in ("AssignmentReviewPolicy", "HITReviewPolicy"):
        for policy in values.get(name, ()):
            policy["Parameter"] = [{"Key": ["Foo"], "Value": ["1"]}]


def _a_policy_for_all(values: dict[str, Any], context: Context) -> None:
    values.setdefault("HITReviewPolicy", [{"PolicyName": ["SimplePlurality/2011-09-01"]}])


def _newest_first(values: dict[str, Any], context: Context) -> None:
    for name in _REPORTS:
        for report in values.get(name, ()):
            report["ReviewResult"].reverse()


def _without_codes(values: dict[str, Any], context: Context) -> None:
    for action in _acts(values):
        action.pop("ErrorCode", None)


def _codes_for_all(values: dict[str, Any], context: Context) -> None:
    for action in _acts(values):
        action.setdefault("ErrorCode", ["None"])


def _fails_the_second_time(values: dict[str, Any], context: Context) -> None:
    seen: set[tuple[str, str]] = set()
    for action in _acts(values):
        key = action["ActionName"][0], action["ObjectId"][0]
        if key in seen:
            action["Status"] = ["Failed"]
        seen.add(key)


def _one_level(handler: Handler, context: Context) -> Values:
    named = context.values.all("PolicyLevel", str)
    return handler(context if named else with_values(context, PolicyLevel="HIT"))


def _first_level(handler: Handler, context: Context) -> Values:
    named = context.values.all("PolicyLevel", str)
    return handler(with_values(context, PolicyLevel=named[0]) if named else context)


def _without_token(values: dict[str, Any], context: Context) -> None:
    values.pop("NextToken", None)


def _of_another(values: dict[str, Any], context: Context) -> None:
    for action in _acts(values):
        action["ObjectId"] = [f"{action['ObjectId'][0]}X"]


def _ignoring(name: str, *kept: str) -> Plant:
    """Do as if a parameter had not been sent, unless it has one of the values ``kept``."""

    def reread(values: Values, endpoint: object) -> Values:
        ignored = any(text not in kept for text in values.get(name, []))
        return {key: value for key, value in values.items() if key != name or not ignored}

    return rereading(REPORT, reread)


def _by_default(name: str, text: str) -> Plant:
    return rereading(REPORT, lambda values, endpoint: {name: [text], **values})


def _odd_status(reply: etree._Element) -> None:
    for status in reply.iterfind(".//ReviewAction/Status"):
        status.text = "Done"


def _with_question(one: ReviewResult) -> Iterable[ReviewResult]:
    yield replace(one, question_id="q1") if one.key == "KnownAnswerScore" else one


def _without_plurality(one: ReviewResult) -> Iterable[ReviewResult]:
    if one.key != "PluralityAnswersCorrect":
        yield one


def _scores_of_all(one: ReviewResult) -> Iterable[ReviewResult]:
    yield one
    if (one.key, one.value) == ("AgreedAnswerFound", "false"):
        yield replace(one, key="AnswerAgreementScore", value="0")
        yield replace(one, key="AgreedAnswer", value="")


DEFECTS: tuple[Defect, ...] = (
    defect("report/of-an-unknown-hit", handling(REPORT, _pardon), f"{REPORT}.HITId.unknown", f"{REPORT}.owner-only"),
    defect("report/for-anybody", handling(REPORT, _for_anybody), f"{REPORT}.owner-only"),
    defect("report/with-another-id", _telling(_another_id), f"{REPORT}.HITId.echo"),
    defect("report/with-the-parameters", _telling(_with_parameters), f"{REPORT}.policy-names"),
    defect("report/a-policy-for-all", _telling(_a_policy_for_all), f"{REPORT}.no-policy"),
    defect("report/newest-first", _telling(_newest_first), f"{REPORT}.order"),
    defect("report/of-one-level", handling(REPORT, _one_level), f"{REPORT}.PolicyLevel.default"),
    defect(
        "report/level-ignored",
        _ignoring("PolicyLevel"),
        f"{REPORT}.PolicyLevel.filter",
        f"{REPORT}.PolicyLevel.invalid",
    ),
    defect("report/first-level-only", handling(REPORT, _first_level), f"{REPORT}.PolicyLevel.several"),
    defect(
        "report/of-any-size",
        _ignoring("PageSize", *map(str, range(1, 101))),
        f"{REPORT}.MaxResults.range",
        versions=(TODAY,),
    ),
    defect("report/rest-untold", _telling(_without_token), f"{REPORT}.NextToken.more"),
    defect(
        "report/actions-of-another",
        _telling(_of_another),
        f"{ACTION}.target",
        f"{ACTION}.noop-succeeds",
        versions=(TODAY,),
    ),
    defect("report/any-level", _ignoring("PolicyLevel", "HIT", "Assignment"), f"{REPORT}.PolicyLevel.invalid"),
    defect("report/assignment-ignored", _ignoring("AssignmentId"), f"{REPORT}.AssignmentId.filter"),
    *(
        defect(f"report/{name}-ignored", _ignoring(name), f"{REPORT}.{name}")
        for name in ("RetrieveActions", "RetrieveResults")
    ),
    defect("report/no-actions-by-default", _by_default("RetrieveActions", "false"), f"{REPORT}.RetrieveActions"),
    defect("report/pages-of-a-hundred", _by_default("PageSize", "100"), f"{REPORT}.PageSize.default"),
    defect(
        "report/second-page-first",
        _by_default("PageNumber", "2"),
        f"{REPORT}.PageNumber.default",
        also=(f"{REPORT}.*",),
        because="the first page is never seen",
    ),
    defect("report/odd-status", reshaping(REPORT, _odd_status), f"{ACTION}.status.values"),
    defect("report/failure-without-code", _telling(_without_codes), f"{ACTION}.failed"),
    defect("report/code-of-success", _telling(_codes_for_all), f"{ACTION}.failed", f"{ACTION}.ErrorCode.only-failed"),
    defect("report/second-approval-failed", _telling(_fails_the_second_time), f"{ACTION}.noop-succeeds"),
    defect("report/question-of-the-whole", recording(_with_question), f"{RESULT}.QuestionId.absent"),
    defect("report/key-missing", recording(_without_plurality), f"{RESULT}.keys"),
    defect("report/scores-of-all", recording(_scores_of_all), f"{RESULT}.agreed-conditional"),
)
