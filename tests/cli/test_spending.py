"""A run that may pay compares the balance before and after with what it estimated."""

import re
from decimal import Decimal
from typing import Any

import pytest

from conformance.record.events import End
from conformance.record.spending import Spending
from conformance.wire.messages import HttpRequest, HttpResponse

SELECTED = ("--select", "Common.Service.value", "--spend-cap", "5.00")


def falling(kit: Any, amounts: list[str]) -> Any:
    """Return the embedded endpoint with balances of its own: one for each time it is asked, the last for ever."""
    answer = kit.endpoint()

    def handler(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = answer(request)
        if kit.operation_of(request) != "GetAccountBalance":
            return response
        amount = amounts.pop(0) if len(amounts) > 1 else amounts[0]
        body = re.sub(rb"<Amount>[^<]*</Amount>", b"<Amount>%s</Amount>" % amount.encode(), response.body, count=1)
        return HttpResponse(status=response.status, headers=response.headers, body=body)

    return handler


@pytest.mark.parametrize(
    ("amounts", "told"),
    [
        (["100.00"], "Money: 0.00 of 100.00 US dollars spent, estimated at 0.00 US dollars at most."),
        (["100.00", "90.50"], "Money: 9.50 of 100.00 US dollars spent, estimated at 0.00 US dollars at most: the esti"),
        (["much"], "Money: estimated at 0.00 US dollars at most; the endpoint did not tell its balance before and"),
    ],
)
def test_the_report_tells_what_was_spent(kit: Any, amounts: list[str], told: str) -> None:
    """By the endpoint's own account, beside the estimate; more than estimated stands out."""
    outcome = kit.judge(kit.serve(falling(kit, amounts)).url, *SELECTED)
    assert outcome.code == 0
    assert f"\n{told}" in outcome.out


def test_nothing_is_told_of_money_where_nothing_could_be_paid(kit: Any) -> None:
    """No cap, no payment; the embedded endpoint, no money."""
    assert "Money" not in kit.judge(kit.serve().url, *SELECTED[:2]).out
    assert "Money" not in kit.judge(*SELECTED).out
    assert kit.record().end.spending is None


def test_an_endpoint_that_dies_is_not_asked_for_its_balance(kit: Any) -> None:
    """The record has the estimate of nothing that it could not compare."""
    outcome = kit.judge("http://127.0.0.1:1/", *SELECTED)
    assert outcome.code == 3
    assert "Money" not in outcome.out


def test_spending_is_read_back_and_hostile_amounts_are_refused() -> None:
    """A record from elsewhere holds what its author liked."""
    spending = Spending(estimated="0.60", before="10.00", after="9.50")
    end = End(finished_at="", exit_code=0, spending=spending)
    assert End.from_json(end.to_json()) == end
    assert (spending.spent, spending.exceeded) == (Decimal("0.50"), False)
    with pytest.raises(ValueError, match="amount of money"):
        Spending.from_json({"estimated": "1e999999", "before": None, "after": None})
