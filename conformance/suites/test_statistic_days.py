"""GetRequesterStatistic: what can be asked for, and the days that figures are told for."""

from datetime import UTC, datetime, timedelta

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.shapes import shapes_for
from conformance.suites.assignments import Employer
from conformance.suites.figures import ACCOUNT, Figures, are_days_up_to, dates, value_of
from conformance.suites.hits import Fund, alone
from conformance.suites.preconditions import Given
from conformance.suites.times import DAY
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester

DEPRECATED = frozenset(f"NumberAssignments{name}" for name in ("Available", "Accepted", "Returned"))
OF_REVIEWS = ("KnownAnswers", "PluralityAnswers")
CREATED = "NumberHITsCreated"


@pytest.fixture
def figures(given: Given) -> Figures:
    """The figures of the Requester."""
    return Figures(given=given, requester=given.requester)


@pytest.mark.verifies("GetRequesterStatistic.Statistic.values", "GetRequesterStatistic.DataPoint.long-as-double")
def test_each_statistic_can_be_asked_for(requester: Requester, figures: Figures, expect: Expect) -> None:
    known = shapes_for(requester.version).simple("RequesterStatistic")
    for name in known.enumeration if known else ():
        if name in DEPRECATED or any(word in name for word in OF_REVIEWS):
            continue
        reply = figures.call(name)
        expect(
            "GetRequesterStatistic.Statistic.values",
            reply.accepted,
            where=f"Statistic={name}",
            expected="success",
            actual=reply.summary,
        )
    reply = figures.call("NumberAssignmentsApproved", "ThirtyDays")
    found = [child.tag for point in reply.all("DataPoint") for child in point if child.tag != "Date"]
    expect.see(
        "GetRequesterStatistic.DataPoint.long-as-double",
        where="DataPoint of NumberAssignmentsApproved",
        actual=", ".join(found) or reply.summary,
    )


@pytest.mark.verifies("GetRequesterStatistic.Count.default", "GetRequesterStatistic.Count.ignored")
def test_there_is_one_data_point_unless_days_are_counted(figures: Figures, expect: Expect) -> None:
    for requirement, reply in (
        ("GetRequesterStatistic.Count.default", figures.call(CREATED, "OneDay")),
        ("GetRequesterStatistic.Count.ignored", figures.call(CREATED, "ThirtyDays", Count=5)),
    ):
        expect(
            requirement,
            reply.accepted and len(reply.all("DataPoint")) == 1,
            where="DataPoint",
            expected="success, and one of them",
            actual=f"{reply.summary}; {len(reply.all('DataPoint'))} of them",
        )


@pytest.mark.verifies("GetRequesterStatistic.Count.oneday", "GetRequesterStatistic.DataPoint.date")
def test_days_follow_one_another_up_to_today(figures: Figures, expect: Expect, clock: ClockDriver) -> None:
    days = dates(figures.call(CREATED, "OneDay", Count=12))
    expect(
        "GetRequesterStatistic.Count.oneday",
        len(days) == 12 and are_days_up_to(days, clock.now()),
        where="Date of twelve data points",
        expected="twelve days one after the other, the last one the present day",
        actual=", ".join(days),
    )
    told = dates(figures.call(CREATED))
    expect(
        "GetRequesterStatistic.DataPoint.date",
        len(told) == 1 and told[0].endswith("Z") and are_days_up_to(told, clock.now()),
        where="Date of a figure of the whole life",
        expected="one, in UTC, of the present day",
        actual=", ".join(told),
    )


@pytest.mark.verifies("GetRequesterStatistic.NumberHITsAssignable.lifetodate")
def test_assignable_hits_are_told_for_the_whole_life_only(figures: Figures, expect: Expect) -> None:
    ever, day = figures.call("NumberHITsAssignable"), figures.call("NumberHITsAssignable", "OneDay")
    expect(
        "GetRequesterStatistic.NumberHITsAssignable.lifetodate",
        ever.accepted and not day.all("DataPoint") and (day.accepted or day.refused),
        where="NumberHITsAssignable with LifeToDate and with OneDay",
        expected="success; then an error, or no DataPoint",
        actual=f"{ever.summary}; {day.summary} with {len(day.all('DataPoint'))} data points",
    )


@pytest.mark.verifies("GetRequesterStatistic.day-boundary")
def test_a_day_ends_at_midnight_in_california(given: Given, expect: Expect, fund: Fund, clock: ClockDriver) -> None:
    requester = alone(fund, given.requester)
    employer, figures = Employer(given, requester), Figures(given=given, requester=requester)
    clock.advance(to_summer_night(clock.now()) - clock.now())
    employer.hit()
    clock.advance(120)
    employer.hit()
    counts = [value_of(point) for point in figures.call(CREATED, "OneDay", Count=2).all("DataPoint")]
    expect(
        "GetRequesterStatistic.day-boundary",
        counts == [1, 1],
        where=f"{ACCOUNT} of the days before and after 07:00Z",
        expected="one HIT on each of the two days",
        actual=f"{[str(count) for count in counts]}",
    )


def to_summer_night(now: float) -> float:
    """Return the next time that is a minute before 07:00Z of a second of July."""
    today = datetime.fromtimestamp(now, UTC)
    night = datetime(today.year, 7, 2, 6, 59, tzinfo=UTC)
    if night <= today + timedelta(minutes=1):
        night = night.replace(year=today.year + 1)
    return night.timestamp()


@pytest.mark.verifies("GetRequesterStatistic.daily-delta")
def test_a_single_day_tells_the_change(given: Given, expect: Expect, fund: Fund, clock: ClockDriver) -> None:
    requester = alone(fund, given.requester)
    employer, figures = Employer(given, requester), Figures(given=given, requester=requester)
    hit_id = employer.hit(MaxAssignments=2, LifetimeInSeconds=int(5 * DAY))
    clock.advance(DAY)
    given.workers.accept_assignment(given.workers.new_worker(), hit_id)
    points = figures.call("NumberAssignmentsAvailable", "OneDay", Count=1).all("DataPoint")
    told = [value_of(point) for point in points]
    expect(
        "GetRequesterStatistic.daily-delta",
        told == [-1],
        where="NumberAssignmentsAvailable of the day on which one of two assignments was accepted",
        expected="-1",
        actual=f"{[str(value) for value in told]}",
    )
