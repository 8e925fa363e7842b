from typing import Any


def test_balance_is_a_price_of_ten_thousand_dollars(scene: Any, other: Any) -> None:
    """Every Requester starts with the balance that the sandbox shows."""
    for requester in ({}, {"by": other}):
        answer = scene.call("GetAccountBalance", **requester)
        assert answer.text("AvailableBalance/Amount") == "10000.00"
        assert answer.text("AvailableBalance/CurrencyCode") == "USD"
        assert answer.text("AvailableBalance/FormattedPrice") == "$10,000.00"
