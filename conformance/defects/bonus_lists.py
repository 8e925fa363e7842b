"""Faults of GetBonusPayments and GetAccountBalance, and of what a bonus can be paid for."""

from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.pages import of_list
from conformance.defects.planting import Plant, handling, rereading, reshaping
from conformance.defects.submissions import after_disposal
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.parameters import missing
from conformance.reference.records import Requester, UsedToken
from conformance.reference.refusals import INVALID, Refusal, refused
from conformance.spec.versions import VERSIONS, in_force
from conformance.wire.flattening import Values

GRANT, LIST, BALANCE, HELP = "GrantBonus", "GetBonusPayments", "GetAccountBalance", "Help"

_EMPTY: Values = {"NumResults": ["0"], "TotalNumResults": ["0"], "PageNumber": ["1"], "BonusPayment": []}
_WITHOUT_TOKEN = tuple(version for version in VERSIONS if not in_force(version, "2008-08-02", None))
_TOKEN = f"{GRANT}.UniqueRequestToken"
_PRICE, _READ_AS = (f"{BALANCE}.*", "Price.*"), "the balance is read as a Price"
_READ = (f"{LIST}.*", f"{GRANT}.*", "BonusPayment.*")


def _owner_of(context: Context) -> Requester:
    """Return the Requester of the HIT or the assignment that a call names, the caller if there is none."""
    store = context.store
    record = store.assignments.get(context.values.optional("AssignmentId", str) or "")
    hit = store.hits.get(record.hit_id if record else context.values.optional("HITId", str) or "")
    return store.requesters[hit.owner] if hit else context.requester


def _for_the_owner(handler: Handler, context: Context) -> Values:
    """Act for the Requester whom it concerns, whoever calls."""
    return handler(replace(context, requester=_owner_of(context)))


def _list_nothing_for(*codes: str) -> Plant:
    """Answer with an empty list where the call is refused with one of these codes."""

    def wrapper(handler: Handler, context: Context) -> Values:
        try:
            return handler(context)
        except Refusal as refusal:
            if refusal.errors[0].code.rpartition(".")[2] in codes:
                return dict(_EMPTY)
            raise

    return handling(LIST, wrapper)


def _refuse_empty(handler: Handler, context: Context) -> Values:
    values = handler(context)
    if values["TotalNumResults"] == ["0"]:
        raise refused(INVALID, "There are no such bonuses.")
    return values


def _without_the_last(handler: Handler, context: Context) -> Values:
    """Leave out, of the bonuses of a HIT, those of all its assignments but the first."""
    values = handler(context)
    if "HITId" not in context.values.sent:
        return values
    first = next(context.store.assignments_of(context.values.required("HITId", str)), None)
    shown = [
        view
        for view in values["BonusPayment"]
        if isinstance(view, dict) and first is not None and view["AssignmentId"] == [first.assignment_id]
    ]
    return {**values, "NumResults": [str(len(shown))], "TotalNumResults": [str(len(shown))], "BonusPayment": [*shown]}


# What a bonus can be paid for


def _as_in_later_versions(handler: Handler, context: Context) -> Values:
    return handler(replace(context, version=VERSIONS[-1]))


def _not_for_rejected(handler: Handler, context: Context) -> Values:
    record = context.store.assignments.get(context.values.required("AssignmentId", str))
    if record is not None and record.state == "Rejected":
        raise refused("AWS.MechanicalTurk.InvalidAssignmentState", "The assignment was rejected.")
    return handler(context)


def _finding_tokens(is_taken_for: Callable[[UsedToken, str, str], bool]) -> Plant:
    """Find a token of the operation by the owner and the text that a call has, at whatever time it was used."""

    def plant(endpoint: Endpoint) -> None:
        store = endpoint.store

        def find(owner: str, operation: str, token: str, at: float) -> UsedToken | None:
            of_operation = (used for used in store.tokens.values() if used.operation == operation)
            return next((used for used in of_operation if is_taken_for(used, owner, token)), None)

        setattr(store, "find_token", find)  # noqa: B010 - a method is replaced

    return plant


# The balance


def _hold(reply: etree._Element) -> None:
    for result in reply.iter("GetAccountBalanceResult"):
        held = etree.SubElement(result, "OnHoldBalance")
        etree.SubElement(held, "Amount").text = "5.00"
        etree.SubElement(held, "CurrencyCode").text = "USD"
        etree.SubElement(held, "FormattedPrice").text = "$5.00"


def _balance_text(name: str, told: str) -> Plant:
    def change(reply: etree._Element) -> None:
        for element in reply.iterfind(f".//AvailableBalance/{name}"):
            element.text = told

    return reshaping(BALANCE, change)


def _ask_for_an_account(handler: Handler, context: Context) -> Values:
    raise Refusal(missing("AccountId"))


def _first_balance(endpoint: Endpoint) -> None:
    """Tell each Requester for ever what the balance was when it was first asked for."""
    handler, told = endpoint.handlers[BALANCE], dict[str, Values]()
    endpoint.handlers[BALANCE] = lambda context: told.setdefault(context.requester.access_key_id, handler(context))


_LIST = (
    defect(
        "payments/of-another-requester",
        handling(LIST, _for_the_owner),
        f"{LIST}.own-only",
    ),
    defect(
        "payments/of-an-unknown-id",
        _list_nothing_for("HITDoesNotExist", "AssignmentDoesNotExist"),
        f"{LIST}.unknown-id",
    ),
    defect("payments/of-nothing-named", _list_nothing_for("MissingParameters"), f"{LIST}.one-of"),
    defect(
        "payments/none-refused",
        handling(LIST, _refuse_empty),
        f"{LIST}.none",
        f"{LIST}.one-of",
        also=_READ,
        because="what lists nothing is refused, wherever it is read",
    ),
    defect("payments/of-the-first-assignment", handling(LIST, _without_the_last), f"{LIST}.HITId"),
    *of_list(
        LIST,
        "BonusPayment",
        counted=(f"{LIST}.Result.elements", f"{LIST}.none"),
        read=(f"{LIST}.HITId", f"{LIST}.AssignmentId", f"{LIST}.none", f"{GRANT}.*", "BonusPayment.*"),
    ),
)

_GRANT = (
    defect("bonus/for-the-assignment-of-another", handling(GRANT, _for_the_owner), f"{GRANT}.assignment-owner"),
    defect(
        "bonus/for-what-is-not-decided",
        handling(GRANT, _as_in_later_versions),
        f"{GRANT}.assignment-decided",
        f"{GRANT}.until-disposed",
        versions=_WITHOUT_TOKEN,
    ),
    defect(
        "bonus/not-for-what-was-rejected",
        handling(GRANT, _not_for_rejected),
        f"{GRANT}.assignment-decided",
        versions=_WITHOUT_TOKEN,
    ),
    defect(
        "bonus/for-what-is-disposed-of",
        after_disposal(GRANT),
        f"{GRANT}.until-disposed",
        versions=_WITHOUT_TOKEN,
    ),
    defect(
        "token/of-all-requesters",
        _finding_tokens(lambda used, owner, token: used.token == token),
        f"{_TOKEN}.scope",
        f"{_TOKEN}.expiry",
    ),
    defect(
        "token/one-for-all-calls",
        _finding_tokens(lambda used, owner, token: used.owner == owner),
        f"{_TOKEN}.distinct",
        also=(f"{GRANT}.*", "BonusPayment.*", f"{LIST}.*"),
        because="all calls with a token but the first are refused",
    ),
)

_BALANCE = (
    defect("balance/on-hold", reshaping(BALANCE, _hold), f"{BALANCE}.OnHoldBalance"),
    defect(
        "balance/in-words",
        _balance_text("Amount", "ten dollars"),
        f"{BALANCE}.AvailableBalance",
        also=_PRICE,
        because=_READ_AS,
    ),
    defect(
        "balance/in-euros",
        _balance_text("CurrencyCode", "EUR"),
        f"{BALANCE}.AvailableBalance",
        also=_PRICE,
        because=_READ_AS,
    ),
    defect(
        "balance/without-text",
        _balance_text("FormattedPrice", ""),
        f"{BALANCE}.AvailableBalance",
        also=_PRICE,
        because=_READ_AS,
    ),
    defect(
        "balance/of-an-account-named",
        handling(BALANCE, _ask_for_an_account),
        f"{BALANCE}.no-parameters",
        also=(f"{BALANCE}.*", "Common.*"),
        because="the call without parameters is the sample of many cases",
    ),
    defect(
        "balance/as-first-told",
        _first_balance,
        f"{BALANCE}.AvailableBalance.net",
        f"{GRANT}.balance",
        f"{GRANT}.fee",
    ),
)

_HELP = (
    defect(
        "help/of-operations-unasked",
        rereading(
            HELP, lambda values, endpoint: values if "HelpType" in values else {**values, "HelpType": ["Operation"]}
        ),
        f"{HELP}.HelpType.required",
    ),
)

DEFECTS: tuple[Defect, ...] = (*_LIST, *_GRANT, *_BALANCE, *_HELP)
