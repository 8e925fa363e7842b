from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.reference.money import cents, fee, read_decimal


@pytest.mark.parametrize(("text", "amount"), [("5", 500), ("5.", 500), (".5", 50), ("+0.01", 1), ("-1.50", -150)])
def test_amounts_are_counted_in_cents(text: str, amount: int) -> None:
    """Every way of writing an xs:decimal is read."""
    assert cents(read_decimal(text)) == amount


@pytest.mark.parametrize("text", ["", "abc", "1e2", "1,000.00", "$5", "5.0.0", "NaN", "INF", "-", ".", "٥", "1" * 19])
def test_what_is_no_decimal_number_is_not_read(text: str) -> None:
    """Neither exponents nor separators, signs of currencies or other digits."""
    with pytest.raises(ValueError, match=r"decimal|digits"):
        read_decimal(text)


@pytest.mark.parametrize("text", ["0.015", "5.000", "0.001"])
def test_parts_of_a_cent_are_no_amount(text: str) -> None:
    """Not even when they are nothing."""
    with pytest.raises(ValueError, match="two decimals"):
        cents(read_decimal(text))


@given(st.integers(min_value=0, max_value=10**16 - 1))
def test_cents_survive_their_writing(amount: int) -> None:
    """However large, an amount is not rounded."""
    assert cents(read_decimal(f"{amount // 100}.{amount % 100:02}")) == amount


@pytest.mark.parametrize(("amount", "charged"), [(0, 1), (1, 1), (5, 1), (7, 1), (8, 2), (12, 2), (13, 3), (500, 100)])
def test_fee_is_a_fifth_and_at_least_a_cent(amount: int, charged: int) -> None:
    """Rounded to the cent."""
    assert fee(amount) == charged


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("bonus"), st.integers(min_value=-5, max_value=900)),
        st.tuples(st.sampled_from(["approve", "reject", "submit", "wait", "restart"]), st.integers(0, 900)),
    ),
    max_size=25,
)


def charged(amount: Decimal) -> Decimal:
    """Return the fee of a payment by the rule of the price list, written otherwise than in the endpoint."""
    return max(Decimal("0.01"), (amount / 5).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(ACTIONS, st.integers(min_value=0, max_value=3000))
def test_no_cent_is_lost_or_made(scenes: Any, actions: list[tuple[str, int]], deposit: int) -> None:
    """Balance, rewards and bonuses paid, and their fees are together what was deposited, and no balance is below 0."""
    scene = scenes()
    deposited = Decimal(deposit) / 100
    account = scene.open_account(f"{deposited:.2f}")
    reward = Decimal("0.37")
    price = {"Amount": [str(reward)], "CurrencyCode": ["USD"]}
    answer = scene.call("CreateHIT", by=account, **{**scene.documents.hit_parameters(), "Reward": price})
    if answer.refused:
        assert deposited < reward + charged(reward)
        assert scene.balance(account) == deposited
        return
    hits = [answer.text("HITId")]
    waiting = [scene.submission(hits[0])]
    done = list(waiting)
    for action, number in actions:
        if action == "submit":
            answer = scene.call("CreateHIT", by=account, **{**scene.documents.hit_parameters(), "Reward": price})
            if answer.accepted:
                hits.append(answer.text("HITId"))
                done.append(scene.submission(hits[-1]))
                waiting.append(done[-1])
        elif action == "bonus":
            assignment, worker = done[number % len(done)]
            scene.bonus(assignment, worker, f"{Decimal(number) / 100:.2f}", by=account)
        elif action == "wait":
            scene.now += number * 300  # never so long that a HIT is disposed of by itself
        elif action == "restart":
            assert scene.control("restart", {}) == (200, {})
        elif waiting:
            assignment, _ = waiting.pop(number % len(waiting))
            scene.call(f"{action.capitalize()}Assignment", by=account, AssignmentId=assignment)
    balance = scene.balance(account)
    paid = [Decimal(amount) for hit in hits for _, amount in scene.bonuses(by=account, HITId=hit, PageSize="100")]
    for hit in hits:
        rows = scene.call("GetAssignmentsForHIT", by=account, HITId=hit, AssignmentStatus="Approved").results[0]
        paid += [reward] * len(rows.findall("Assignment"))
    assert balance >= 0
    assert balance + sum(paid) + sum(map(charged, paid)) == deposited
