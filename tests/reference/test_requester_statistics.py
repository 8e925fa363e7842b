from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.pacific import day_start, days_until

DAY = 86_400
PACIFIC = ZoneInfo("America/Los_Angeles")


def figure(scene: Any, statistic: str, **parameters: Any) -> list[str]:
    """Return the numbers told for a statistic, oldest first."""
    values = {"TimePeriod": "LifeToDate", **parameters}
    operation = "GetRequesterWorkerStatistic" if "WorkerId" in values else "GetRequesterStatistic"
    answer = scene.call(operation, Statistic=statistic, **values)
    assert answer.accepted, answer.summary
    return [point[-1].text for point in answer.results[0].iterfind("DataPoint")]


def test_a_hit_goes_through_the_figures(scene: Any) -> None:
    """From free assignments to decisions, with the money that goes with them."""
    hit_id = scene.hit(MaxAssignments="3")
    assert figure(scene, "NumberAssignmentsAvailable") == ["3"]
    assert figure(scene, "EstimatedTotalLiability") == ["3.6"]
    (first, _), (second, worker) = scene.submission(hit_id), scene.submission(hit_id)
    assert figure(scene, "NumberAssignmentsPending") == ["2"]
    assert scene.call("ApproveAssignment", AssignmentId=first).accepted
    assert scene.call("RejectAssignment", AssignmentId=second).accepted
    wanted = {
        "NumberHITsCreated": "1",
        "NumberAssignmentsAvailable": "1",
        "NumberAssignmentsAccepted": "2",
        "NumberAssignmentsPending": "0",
        "PercentAssignmentsApproved": "0.5",
        "EstimatedRewardLiability": "1.0",
        "TotalRewardPayout": "1.0",
        "TotalRewardFeePayout": "0.2",
        "TotalRewardAndFeePayout": "1.2",
        "AverageRewardAmount": "1.0",
    }
    assert {name: figure(scene, name)[0] for name in wanted} == wanted
    assert figure(scene, "NumberAssignmentsRejected", WorkerId=worker) == ["1"]
    assert figure(scene, "NumberAssignmentsApproved", WorkerId=worker) == ["0"]


def answers(text: str) -> str:
    """Return an answer to the question q1."""
    namespace = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd"
    return (
        f'<QuestionFormAnswers xmlns="{namespace}"><Answer><QuestionIdentifier>q1</QuestionIdentifier>'
        f"<FreeText>{text}</FreeText></Answer></QuestionFormAnswers>"
    )


def test_what_review_policies_found_is_counted_by_the_latest_comparison(scene: Any) -> None:
    """A HIT that is extended is compared anew; known answers are counted once, as they are handed in."""
    key = {"Key": ["AnswerKey"], "MapEntry": [{"Key": ["q1"], "Value": ["B"]}]}
    shared = [{"Key": ["QuestionIds"], "Value": ["q1"]}, {"Key": ["QuestionAgreementThreshold"], "Value": ["50"]}]
    hit_id = scene.hit(
        AssignmentReviewPolicy={"PolicyName": ["ScoreMyKnownAnswers/2011-09-01"], "Parameter": [key]},
        HITReviewPolicy={"PolicyName": ["SimplePlurality/2011-09-01"], "Parameter": shared},
        MaxAssignments="2",
    )
    workers = [scene.worker() for _ in range(3)]
    for worker, text in zip(workers, "BBC", strict=True):
        if text == "C":
            assert scene.call("ExtendHIT", HITId=hit_id, MaxAssignmentsIncrement="1").accepted
        status, _ = scene.submit(worker, scene.accept(worker, hit_id), answer=answers(text))
        assert status == 201
    for kind in ("Known", "Plurality"):
        names = [f"Number{kind}Answers{end}" for end in ("Correct", "Incorrect", "Evaluated")]
        told = [figure(scene, name)[0] for name in (*names, f"Percent{kind}AnswersCorrect")]
        assert told == ["2", "1", "3", "0.666667"]
        assert [figure(scene, name, WorkerId=workers[2])[0] for name in names] == ["0", "1", "1"]


def test_a_day_tells_the_change_of_the_day(scene: Any) -> None:
    """An assignment that was accepted on the second day was there to accept since the first."""
    hit_id = scene.hit(MaxAssignments="2", LifetimeInSeconds=str(9 * DAY))
    scene.now += DAY
    scene.accept(scene.worker(), hit_id)
    days = {"TimePeriod": "OneDay", "Count": "3"}
    assert figure(scene, "NumberAssignmentsAvailable", **days) == ["0", "2", "-1"]
    assert figure(scene, "NumberHITsAssignable") == ["1"]


def test_bonuses_and_their_fees_are_apart(scene: Any) -> None:
    assignment, worker, _ = scene.approved()
    assert scene.bonus(assignment, worker, "5").accepted
    names = ("TotalBonusPayout", "TotalBonusFeePayout", "TotalFeePayout")
    assert [figure(scene, name)[0] for name in names] == ["5.0", "1.0", "1.2"]


def test_an_abandoned_assignment_counts_when_its_time_is_over(scene: Any) -> None:
    scene.accept(scene.worker(), scene.hit())
    assert figure(scene, "NumberAssignmentsAbandoned") == ["0"]
    scene.now += 601
    assert figure(scene, "NumberAssignmentsAbandoned") == ["1"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"Statistic": "NumberHITsAssignable", "TimePeriod": "OneDay"},
        {"Statistic": "NumberHITsCreated"},
        {"Statistic": "NumberHITsCreated", "TimePeriod": "OneDay", "Count": "10001"},
    ],
)
def test_what_cannot_be_told_is_refused(scene: Any, parameters: dict[str, str]) -> None:
    assert scene.call("GetRequesterStatistic", **parameters).refused


def test_only_the_twelve_statistics_of_a_worker_are_told(scene: Any) -> None:
    values = {"Statistic": "TotalRewardPayout", "TimePeriod": "LifeToDate", "WorkerId": scene.worker()}
    assert scene.call("GetRequesterWorkerStatistic", **values).refused


def test_the_parameters_come_back_from_2011_on(scene: Any) -> None:
    """Unless Minimal alone was asked for."""
    values = {"Statistic": "NumberHITsCreated", "TimePeriod": "LifeToDate"}
    assert scene.call("GetRequesterStatistic", **values).text("TimePeriod") == "LifeToDate"
    assert scene.call("GetRequesterStatistic", **values, ResponseGroup="Minimal").text("TimePeriod") is None
    old = scene.call("GetRequesterStatistic", **values, wire={"version": "2008-08-02"})
    assert old.text("TimePeriod") is None


@given(st.integers(1_100_000_000, 1_900_000_000))
def test_a_day_begins_at_midnight_in_california(at: int) -> None:
    """As the time zone data have it, daylight saving time included."""
    local = datetime.fromtimestamp(day_start(at), UTC).astimezone(PACIFIC)
    assert (local.hour, local.minute, local.second) == (0, 0, 0)
    assert local.date() == datetime.fromtimestamp(at, UTC).astimezone(PACIFIC).date()


@given(st.integers(1_100_000_000, 1_900_000_000), st.integers(1, 400))
def test_days_follow_one_another(at: int, count: int) -> None:
    """Each begins where the one before ends; the last one is not over."""
    days = days_until(at, count)
    assert len(days) == count
    assert days[-1] == (day_start(at), at)
    assert all(earlier[1] == later[0] for earlier, later in pairwise(days))
    assert all(82_000 < end - begin < 91_000 for begin, end in days[:-1])
