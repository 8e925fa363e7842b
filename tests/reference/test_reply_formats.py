import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.formats import boolean, members, price


@pytest.mark.parametrize(
    ("cents", "amount", "formatted"),
    [(0, "0.00", "$0.00"), (4, "0.04", "$0.04"), (10, "0.10", "$0.10"), (1_555_555, "15555.55", "$15,555.55")],
)
def test_prices_look_like_genuine_ones(cents: int, amount: str, formatted: str) -> None:
    """Amounts have two decimals and no separator, formatted prices a dollar sign and commas."""
    assert price(cents) == {"Amount": [amount], "CurrencyCode": ["USD"], "FormattedPrice": [formatted]}


@given(st.integers(min_value=0, max_value=10**15))
def test_formatted_price_names_the_amount(cents: int) -> None:
    """Without sign and commas the formatted price is the amount."""
    tree = price(cents)
    formatted = str(tree["FormattedPrice"][0])
    assert re.fullmatch(r"\$[0-9]{1,3}(,[0-9]{3})*\.[0-9]{2}", formatted)
    assert formatted[1:].replace(",", "") == tree["Amount"][0]


def test_booleans_are_digits_and_absent_members_leave_no_trace() -> None:
    """True is 1, False is 0, None is nothing."""
    assert (boolean(True), boolean(False)) == ("1", "0")
    assert members(A="a", B=None, C="") == {"A": ["a"], "C": [""]}
