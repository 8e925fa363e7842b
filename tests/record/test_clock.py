"""The difference of two clocks, from what replies say of the time."""

import random
from email.utils import formatdate

import pytest

from conformance.record.clock import clock_of
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse
from conformance.wire.timestamps import format_timestamp

SENT = HttpRequest(method="POST", url="/")
NOON = 1408104000.0


def exchange(at: float, *, ahead: float, there: float = 0.01, back: float = 0.01, form: str = "date") -> Exchange:
    """Return an exchange whose reply was written by a clock so many seconds ahead; the ways take their time."""
    moment = at + there + ahead
    headers = (("Date", formatdate(int(moment), usegmt=True)),) if form == "date" else ()
    created = f"<CreateQualificationTypeResponse><CreationTime>{format_timestamp(moment)}</CreationTime>"
    response = HttpResponse(status=200, headers=headers, body=created.encode() if form == "created" else b"")
    return Exchange(request=SENT, response=response, sent_at=at, received_at=at + there + back)


def moments(count: int) -> list[float]:
    """Return moments of some minutes."""
    chosen = random.Random(1)
    return [NOON + chosen.uniform(0, 300) for _ in range(count)]


@pytest.mark.parametrize("ahead", [0.0, 0.4, -7.25, 3600.0, -86400.5])
@pytest.mark.parametrize("form", ["date", "created"])
def test_the_difference_is_found_finer_than_the_second_that_replies_tell(ahead: float, form: str) -> None:
    """The more calls, the finer; the truth lies within the error that is told."""
    clock = clock_of(exchange(at, ahead=ahead, form=form) for at in moments(500))
    assert clock is not None
    assert abs(clock.ahead - ahead) <= clock.error < 0.05
    assert clock.steady
    assert clock.agreeing == clock.samples == 500
    assert clock.source == ("Date" if form == "date" else "CreationTime")


def test_one_reply_bounds_the_difference_to_a_second() -> None:
    """And to the time that it took."""
    clock = clock_of([exchange(NOON + 0.3, ahead=2.0, there=0.1, back=0.4)])
    assert clock is not None
    assert clock.error == pytest.approx(0.75, abs=1e-6)
    assert abs(clock.ahead - 2.0) <= clock.error


def test_slow_ways_and_single_lies_move_nothing() -> None:
    """A reply from a cache says an old time; one that took ten seconds on one way says little."""
    exchanges = [exchange(at, ahead=5.0, back=10.0) for at in moments(20)]
    exchanges += [exchange(at, ahead=5.0) for at in moments(40)]
    exchanges += [exchange(at, ahead=-4000.0) for at in moments(3)]
    clock = clock_of(exchanges)
    assert clock is not None
    assert abs(clock.ahead - 5.0) <= clock.error < 0.2
    assert (clock.samples, clock.agreeing, clock.steady) == (63, 60, True)
    assert "ahead of this one, give or take 0.09 s" in clock.text


def test_a_clock_that_was_set_during_the_run_is_told_so() -> None:
    """No single difference is right then."""
    clock = clock_of([exchange(at, ahead=0.0 if at < NOON + 150 else 900.0) for at in moments(50)])
    assert clock is not None
    assert not clock.steady
    assert "not steady" in clock.text


def test_a_difference_below_the_error_is_none() -> None:
    """What cannot be told from nothing is not told."""
    clock = clock_of([exchange(NOON + 0.5, ahead=0.2)])
    assert clock is not None
    assert clock.text.startswith("the endpoint's clock agrees with this one")


def test_replies_without_a_time_tell_nothing() -> None:
    """Nor does a Date that is none, a call without a reply, or a clock of the kit that ran backwards."""
    unanswered = Exchange(request=SENT, response=None, sent_at=NOON, received_at=NOON, failure="no answer")
    wrong = Exchange(
        request=SENT,
        response=HttpResponse(status=200, headers=(("Date", "yesterday"),)),
        sent_at=NOON,
        received_at=NOON + 1,
    )
    assert clock_of([unanswered, wrong, exchange(NOON, ahead=0.0, form="none")]) is None
    assert clock_of([exchange(NOON, ahead=0.0, there=0.0, back=-5.0)]) is None
    assert clock_of([]) is None
