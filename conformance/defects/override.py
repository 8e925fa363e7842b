"""Faults of 2017-01-17 alone, in decisions about submissions and in amounts of money."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lxml import etree

from conformance.bindings.json import called
from conformance.bindings.query import Call
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import OfOperation, Plant, handling, rereading, reshaping, text
from conformance.defects.submissions import named_assignment, viewing
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.parameters import unacceptable
from conformance.reference.records import Assignment
from conformance.reference.refusals import INVALID, Refusal, refused
from conformance.spec.shapes import Shapes
from conformance.spec.versions import TODAY
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, HttpResponse

APPROVE, REJECT, UNDO = "ApproveAssignment", "RejectAssignment", "ApproveRejectedAssignment"
LIST, SINGLE = "GetAssignmentsForHIT", "GetAssignment"
GRANT, PAYMENTS, BALANCE, BLOCKED = "GrantBonus", "GetBonusPayments", "GetAccountBalance", "GetBlockedWorkers"
OVERRIDE, FEEDBACK = "OverrideRejection", "RequesterFeedback"
_AMOUNT, _TOKEN = f"{GRANT}.BonusAmount", f"{GRANT}.UniqueRequestToken"
_CONTROL = re.compile(rb"\\u00(?:0[0-8bBcCeEfF]|1[0-9a-fA-F])|\\[bf]")


def _override_whatever_is_said(sent: Values, _: Endpoint) -> Values:
    return {**sent, OVERRIDE: ["true"]} if OVERRIDE in sent else sent


def _override_by_a_text(endpoint: Endpoint) -> None:
    """Take a text for true."""
    strict = endpoint.read_json

    def read(request: HttpRequest, shapes: Shapes) -> Call:
        said = re.sub(rb'("OverrideRejection": *)"[^"]*"', rb"\g<1>true", request.body)
        return strict(replace(request, body=said), shapes)

    endpoint.read_json = read


def _any_character(operation: str) -> Plant:
    """Take control characters in the texts of a message, and leave them out."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.read_json

        def read(request: HttpRequest, shapes: Shapes) -> Call:
            if called(request) == operation:
                request = replace(request, body=_CONTROL.sub(b"", request.body))
            return strict(request, shapes)

        endpoint.read_json = read

    return plant


def _silently(handler: Handler, context: Context) -> Values:
    count, values = len(context.store.messages), handler(context)
    del context.store.messages[count:]
    return values


def _feedback_of_the_rejection(handler: Handler, context: Context) -> Values:
    """Keep what was said of the rejection where it is overridden."""
    before, values = named_assignment(context), handler(context)
    after = named_assignment(context)
    if before and after:
        context.store.save_assignment(replace(after, feedback=before.feedback))
    return values


def _with_feedback(sent: Values, _: Endpoint) -> Values:
    return sent if FEEDBACK in sent else {**sent, FEEDBACK: ["-"]}


def _without(name: str) -> Callable[[Values, Assignment, Context], None]:
    def change(view: Values, record: Assignment, context: Context) -> None:
        view.pop(name, None)

    return change


def _brief(handler: Handler, context: Context) -> Values:
    """Tell of the HIT its ids alone."""
    values = handler(context)
    kept = ("HITId", "HITTypeId")
    return {
        **values,
        "HIT": [{name: one[name] for name in kept} if isinstance(one, dict) else one for one in values["HIT"]],
    }


def _with_a_stranger(operation: str) -> Plant:
    """Put a member into the result that the model does not know."""

    def change(reply: etree._Element) -> None:
        for result in reply.iter(f"{operation}Result"):
            etree.SubElement(result, "IsValid").text = "True"

    return reshaping(operation, change)


def _pricing(change: Callable[[str], str]) -> Plant:
    """Let ``change`` alter the text of a BonusAmount as it is read."""

    def reread(sent: Values, _: Endpoint) -> Values:
        prices: list[str | Values] = [
            {**one, "Amount": [change(text(one, "Amount"))]} if isinstance(one, dict) else one
            for one in sent.get("BonusAmount", [])
        ]
        return {**sent, "BonusAmount": prices} if prices else sent

    return rereading(GRANT, reread)


def _in_dollars(amount: str) -> str:
    return amount.removeprefix("$").removesuffix(" USD")


def _rounded(amount: str) -> str:
    whole, point, decimals = amount.partition(".")
    return whole + point + decimals[:2] if decimals.isdigit() else amount


def _with_decimals(amount: str) -> str:
    if "." not in amount and amount.isdigit():
        raise Refusal(unacceptable("BonusAmount", amount, "it has two decimals"))
    return amount


def _no_empty_token(sent: Values, _: Endpoint) -> Values:
    empty = text(sent, "UniqueRequestToken") == ""
    return {name: value for name, value in sent.items() if name != "UniqueRequestToken" or not empty}


def _none_is_an_error(handler: Handler, context: Context) -> Values:
    values = handler(context)
    if not values["BonusPayment"] and "HITId" in context.values.sent:
        raise refused(INVALID, "There are no such bonuses.")
    return values


def _any_size(sent: Values, _: Endpoint) -> Values:
    size = text(sent, "PageSize")
    return {**sent, "PageSize": ["100"]} if size.isdigit() and int(size) > 100 else sent


def _writing(operation: str, change: Callable[[dict[str, Any]], None]) -> Plant:
    """Let ``change`` alter, in place, the JSON object of the replies of an operation that report success."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.write_json

        def write(name: str, reply: etree._Element, request_id: str) -> HttpResponse:
            good = unchanged(name, reply, request_id)
            if name != operation:
                return good
            content = json.loads(good.body)
            change(content)
            return replace(good, body=json.dumps(content).encode())

        endpoint.write_json = OfOperation(operation=operation, changed=write, unchanged=unchanged)

    return plant


def _balance(write: Callable[[str], object]) -> Plant:
    def change(content: dict[str, Any]) -> None:
        content["AvailableBalance"] = write(content["AvailableBalance"])

    return _writing(BALANCE, change)


def _paid(write: Callable[[str], object]) -> Plant:
    def change(content: dict[str, Any]) -> None:
        for payment in content["BonusPayments"]:
            payment["BonusAmount"] = write(payment["BonusAmount"])

    return _writing(PAYMENTS, change)


_TYPES = ("Common.JSON.value-types",)
_NAMES, _STRANGE = ("Common.Response.schema-names",), "no member has that name"
_BY_TYPE = "a number is none of the texts that amounts are"
_READ = (f"{GRANT}.*", f"{PAYMENTS}.*", "BonusPayment.*", "Price.*")
_BY_AMOUNT = "what was paid is read from the same text"

_DECISIONS = (
    defect(
        "override/whatever-is-said", rereading(APPROVE, _override_whatever_is_said), f"{APPROVE}.{OVERRIDE}.default"
    ),
    defect("override/by-a-text", _override_by_a_text, f"{APPROVE}.{OVERRIDE}.type"),
    defect(
        "override/feedback-of-the-rejection", handling(UNDO, _feedback_of_the_rejection), f"{UNDO}.{FEEDBACK}.returned"
    ),
    defect("rejection-of-work/without-feedback", rereading(REJECT, _with_feedback), f"{REJECT}.{FEEDBACK}.required"),
    defect("rejection-of-work/untold", handling(REJECT, _silently), f"{REJECT}.{FEEDBACK}.worker-visible"),
    *(
        defect(f"{operation}/any-character-by-json", _any_character(operation), f"{operation}.{FEEDBACK}.control-chars")
        for operation in (APPROVE, REJECT)
    ),
    defect(
        "submissions/without-answer",
        viewing(LIST, _without("Answer")),
        f"{LIST}.minimal-includes-answer",
        also=("Assignment.*", "QuestionFormAnswers.*"),
        because="shown by reading the list",
    ),
    defect(
        "submissions/without-feedback",
        viewing(LIST, _without(FEEDBACK)),
        *(f"{operation}.{FEEDBACK}.returned" for operation in (APPROVE, REJECT, UNDO)),
    ),
    defect(
        "submission/without-feedback",
        viewing(SINGLE, _without(FEEDBACK)),
        f"{SINGLE}.tells-all",
        *(f"{operation}.{FEEDBACK}.returned" for operation in (APPROVE, REJECT)),
    ),
    defect("submission/hit-in-short", handling(SINGLE, _brief), f"{SINGLE}.tells-all"),
    defect(
        "submission/with-a-stranger",
        _with_a_stranger(SINGLE),
        f"{SINGLE}.Result.members",
        also=_NAMES,
        because=_STRANGE,
    ),
)

_MONEY = (
    defect("bonus/whole-dollars-refused-by-json", _pricing(_with_decimals), f"{_AMOUNT}.text"),
    defect("bonus/symbols-passed-over", _pricing(_in_dollars), f"{_AMOUNT}.symbol"),
    defect("bonus/more-decimals-cut-off", _pricing(_rounded), f"{_AMOUNT}.two-decimals"),
    defect("bonus/empty-token-passed-over", rereading(GRANT, _no_empty_token), f"{_TOKEN}.min"),
    defect(
        "payments/none-is-an-error",
        handling(PAYMENTS, _none_is_an_error),
        f"{PAYMENTS}.empty",
        also=("Common.Paging.*",),
        because="an empty list is read there too",
    ),
    defect("payments/amounts-as-numbers", _paid(float), "BonusPayment.BonusAmount.text", also=_TYPES, because=_BY_TYPE),
    defect(
        "payments/amounts-for-people",
        _paid(lambda amount: f"${amount}"),
        "BonusPayment.BonusAmount.text",
        also=_READ,
        because=_BY_AMOUNT,
    ),
    defect("payments/amounts-with-three-decimals", _paid(lambda amount: f"{amount}0"), "BonusPayment.BonusAmount.text"),
    defect("balance/as-a-number", _balance(float), f"{BALANCE}.amounts", also=_TYPES, because=_BY_TYPE),
    defect(
        "balance/with-its-currency",
        _balance(lambda amount: f"{amount} USD"),
        f"{BALANCE}.amounts",
        also=("*.pays", f"{GRANT}.*", f"{BALANCE}.*", "Price.*"),
        because="the balance is read as a number",
    ),
    defect(
        "balance/with-a-stranger", _with_a_stranger(BALANCE), f"{BALANCE}.Result.members", also=_NAMES, because=_STRANGE
    ),
    defect("block/list-of-any-size", rereading(BLOCKED, _any_size), f"{BLOCKED}.MaxResults.range"),
)

DEFECTS: tuple[Defect, ...] = tuple(replace(one, versions=frozenset((TODAY,))) for one in (*_DECISIONS, *_MONEY))
