"""What a case says and does, and the verdicts that it concludes with."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.bindings.query import Credentials, write_call
from conformance.checks.judge import decided
from conformance.record.case_log import MISSES_KEPT, OPERATIONS, CaseLog, Stop
from conformance.record.events import Verdict
from conformance.spec.requirements import requirements
from conformance.wire.messages import Exchange, HttpResponse

REJECT = "RejectQualificationRequest"
MUST = f"{REJECT}.effect-list"
SHOULD = f"{REJECT}.durable"
MAY = f"{REJECT}.Reason.empty"
OLDER = "Common.AWSAccessKeyId.required"  # a MUST since 2008-08-02 only
CODED = f"{REJECT}.QualificationRequestId.valid"
CODE = "AWS.MechanicalTurk.QualificationRequestDoesNotExist"
IN_FORCE = sorted(
    name for name, known in requirements().items() if known.holds_in("2014-08-15") and known.speaks_of("query")
)
STOPS = [
    Stop(verdict=Verdict.BLOCKED, reason="no Worker"),
    Stop(verdict=Verdict.NOT_MEASURED, reason="no clock"),
    Stop(verdict=Verdict.ERROR, reason="KeyError: 'x'"),
]


def log(*decides: str, version: str = "2014-08-15", wanted: Any = lambda name: True) -> CaseLog:
    return CaseLog("c", decides=decides, version=version, binding="query", wanted=wanted)


def exchange(body: str = f"<{REJECT}Response/>", operation: str = REJECT) -> Exchange:
    request = write_call(
        operation,
        {},
        url="http://e.test/",
        credentials=Credentials(access_key_id="a", secret_key="b"),
        version="2014-08-15",
        timestamp="2014-08-15T10:00:00Z",
    )
    response = HttpResponse(status=200, body=body.encode())
    return Exchange(request=request, response=response, sent_at=1.0, received_at=2.0)


GOOD = (
    f"<{REJECT}Response><OperationRequest><RequestId>r</RequestId></OperationRequest><{REJECT}Result><Request>"
    f"<IsValid>True</IsValid></Request></{REJECT}Result></{REJECT}Response>"
)


def verdicts(case: CaseLog, stop: Stop | None = None) -> dict[str, str]:
    events = case.conclude(stop, 0.5)
    found = {event.requirement: str(event.verdict) for event in events}
    assert len(found) == len(events)
    return found


@pytest.mark.parametrize(
    ("requirement", "level", "missed"), [(MUST, "MUST", "fail"), (SHOULD, "SHOULD", "warn"), (MAY, "MAY", "observed")]
)
def test_what_is_missed_is_judged_by_its_level(requirement: str, level: str, missed: str) -> None:
    """And what is met passes at every level."""
    for condition, verdict in ((True, "pass"), (False, missed)):
        case = log(requirement)
        case(requirement, condition, where="w", expected="e", actual="a")
        (event,) = case.conclude(None, 0.123456)
        assert (event.verdict, event.level, event.elapsed) == (verdict, level, 0.1235)
        told = (event.where, event.expected, event.actual)
        assert told == (("w", "", "") if condition else ("w", "e", "a"))
        assert (event.case, event.version, event.binding) == ("c", "2014-08-15", "query")


def test_a_must_read_from_a_later_version_is_a_should_before_it() -> None:
    """The level of the version that the case runs in counts."""
    for version, expected in (("2007-06-21", "warn"), ("2008-08-02", "fail")):
        case = log(OLDER, version=version)
        case(OLDER, False)
        assert verdicts(case) == {OLDER: expected}


def test_what_is_seen_is_observed() -> None:
    """Also where it has no requirement behind it."""
    case = log(MAY)
    case.see(MAY, where="Reason", actual="accepted")
    case.see("sweep/x", actual="refused")
    assert verdicts(case) == {MAY: "observed", "sweep/x": "observed"}


def test_what_is_met_once_passes_though_more_was_seen() -> None:
    """In whatever order they come."""
    for first in (True, False):
        case = log(MAY)
        if not first:
            case.see(MAY, actual="so far")
        case(MAY, True)
        if first:
            case.see(MAY, actual="later")
        assert verdicts(case) == {MAY: "pass"}


def test_one_miss_outweighs_all_that_was_met() -> None:
    """In whatever order they come."""
    for conditions in ((True, False), (False, True)):
        case = log(MUST)
        for condition in conditions:
            case(MUST, condition)
        assert verdicts(case) == {MUST: "fail"}


def test_several_different_misses_are_several_verdicts_up_to_a_limit() -> None:
    """Equal ones are one; the first ones are kept."""
    case = log(MUST)
    for actual in "aabbcde":
        case(MUST, False, where="w", actual=actual)
    events = case.conclude(None, 0.0)
    assert [event.actual for event in events] == list("abcde"[:MISSES_KEPT])


def test_a_wrong_code_is_judged_at_its_own_level() -> None:
    """The refusal itself is what the MUST asks for."""
    for codes, expected in (((CODE,), "pass"), (("Other", CODE), "pass"), (("Other",), "warn"), ((), "warn")):
        case = log(CODED)
        case(CODED, True)
        case.code(CODED, codes)
        (event,) = case.conclude(None, 0.0)
        assert event.verdict == expected
        if expected == "warn":
            assert (event.where, event.expected, event.actual) == ("Code", CODE, ", ".join(codes))


def test_a_requirement_without_a_code_has_none_to_compare() -> None:
    """Nothing is said about it."""
    case = log(MUST)
    case(MUST, True)
    case.code(MUST, ("Any",))
    assert verdicts(case) == {MUST: "pass"}


def test_many_wrong_codes_do_not_hide_a_failure() -> None:
    """What is judged at the higher level comes first."""
    case = log(CODED)
    for number in range(MISSES_KEPT + 1):
        case.code(CODED, (f"Other{number}",))
    case(CODED, False, actual="accepted")
    assert [str(event.verdict) for event in case.conclude(None, 0.0)] == ["fail", "warn", "warn"]


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: str(stop.verdict))
def test_a_case_that_broke_off_decides_what_it_missed_only(stop: Stop) -> None:
    """What it had met so far it would have gone on asking."""
    case = log(MUST, SHOULD, MAY, CODED)
    case(MUST, True)
    case(MUST, False)
    case(SHOULD, True)
    case.see(MAY, actual="so far")
    events = {event.requirement: event for event in case.conclude(stop, 0.0)}
    assert {name: str(event.verdict) for name, event in events.items()} == {
        MUST: "fail",
        SHOULD: str(stop.verdict),
        MAY: str(stop.verdict),
        CODED: str(stop.verdict),
    }
    assert events[SHOULD].reason == events[CODED].reason == stop.reason


def test_a_case_that_ends_without_a_word_is_our_fault() -> None:
    """It was to decide something."""
    (event,) = log(MUST).conclude(None, 0.0)
    assert (event.verdict, event.reason) == (Verdict.ERROR, "the case ended without deciding this requirement")


@pytest.mark.parametrize("decides", [(f"{REJECT}.Result.element",), ()], ids=["all decided by checks", "none"])
def test_an_error_is_told_though_the_checks_decided_everything(decides: tuple[str, ...]) -> None:
    """Otherwise a fault of ours would look like a pass."""
    case = log(*decides)
    case.watch(exchange(GOOD))
    events = case.conclude(STOPS[2], 0.0)
    assert [event.reason for event in events if event.verdict is Verdict.ERROR] == ["KeyError: 'x'"]


def test_checks_decide_on_every_exchange() -> None:
    """Also what the case does not name; the verdict points to the exchange that shows it."""
    case = log(f"{REJECT}.Result.element")
    case.watch(exchange(GOOD))
    case.watch(exchange(GOOD.replace("True", "true")))
    events = {event.requirement: event for event in case.conclude(None, 0.0)}
    assert events[f"{REJECT}.Result.element"].verdict == "pass"
    assert events["Common.Response.is-valid"].verdict == "fail"
    assert events["Common.Response.is-valid"].exchanges == ("c|2014-08-15|query#2",)
    assert set(events) <= decided()


def test_what_checks_decide_and_no_exchange_shows_has_no_verdict() -> None:
    """Another case will show it; a list that stayed empty is no fault of the endpoint nor of ours."""
    case = log("QualificationRequest.order")
    case.watch(exchange(GOOD))
    assert "QualificationRequest.order" not in verdicts(case)


def test_the_exchanges_are_numbered_and_named_by_their_findings() -> None:
    """By the id that the record has for them."""
    case = log(MUST)
    case.watch(exchange())
    case(MUST, True)
    case.watch(exchange())
    case(MUST, False)
    assert [event.id for event in case.exchange_events()] == ["c|2014-08-15|query#1", "c|2014-08-15|query#2"]
    event = next(event for event in case.conclude(None, 0.0) if event.requirement == MUST)
    assert event.exchanges == ("c|2014-08-15|query#2",)


def test_what_is_left_out_is_not_measured() -> None:
    """With the reason; a case that names nothing else need not run."""
    case = log(MUST, SHOULD)
    case.leave_out({SHOULD: "needs restart"})
    assert not case.nothing_left
    case(MUST, True)
    events = {event.requirement: event for event in case.conclude(None, 0.0)}
    assert (events[SHOULD].verdict, events[SHOULD].reason) == (Verdict.NOT_MEASURED, "needs restart")
    case.leave_out({MUST: "needs a Worker"})
    assert case.nothing_left


def test_what_is_not_selected_or_not_in_force_is_not_told() -> None:
    """Neither by the case nor by the checks."""
    case = log(MUST, SHOULD, wanted=lambda name: name == MUST)
    case.watch(exchange())
    case(MUST, True)
    case(SHOULD, False)
    assert verdicts(case) == {MUST: "pass"}
    later = "Common.Version.2017-on-legacy"
    case = log(later, version="2013-11-15")
    case.see(later, actual="refused")
    assert verdicts(case) == {}


LACKING = Stop(
    verdict=Verdict.BLOCKED, reason=f"{REJECT}: not there", lacking=REJECT, answered="HTTP 400, error InvalidAction"
)


def test_a_lacking_operation_is_one_finding_and_blocks_the_rest() -> None:
    """Neither its own requirements nor what the checks see in the refusal fail; what any reply shows is left."""
    own, common = f"{REJECT}.Operation.name", "Common.Response.root"
    case = log(OPERATIONS, own, MUST, f"{REJECT}.Result.element", common)
    case.watch(exchange("<html/>"))
    assert verdicts(case, LACKING) == {
        OPERATIONS: "fail",
        own: "fail",
        MUST: "blocked",
        f"{REJECT}.Result.element": "blocked",
    }
    event = next(event for event in case.conclude(LACKING, 0.0) if event.requirement == OPERATIONS)
    assert (event.where, event.actual) == (f"Operation={REJECT}", "HTTP 400, error InvalidAction")
    assert (event.reason, event.exchanges) == (f"{REJECT}: not there", ("c|2014-08-15|query#1",))


def test_the_replies_of_other_operations_are_judged_though_one_is_lacking() -> None:
    """What the case saw before it came to the operation that is not there counts."""
    case = log(MUST)
    case.watch(exchange("<html/>", operation="GetAccountBalance"))
    case.watch(exchange("<html/>"))
    assert verdicts(case, LACKING)["GetAccountBalance.Result.element"] == "fail"
    assert f"{REJECT}.Result.element" not in verdicts(case, LACKING)


def test_a_case_may_judge_a_few_requirements_alone() -> None:
    """All others are left out for one reason, and the checks keep silent."""
    case = log(MUST, MAY)
    case.judge_only({MAY}, "it is retired")
    case.watch(exchange("<html/>"))
    case.see(MAY, actual="a notice")
    assert verdicts(case) == {MAY: "observed", MUST: "not measured"}


@given(
    said=st.lists(st.tuples(st.sampled_from(IN_FORCE), st.booleans()), max_size=12),
    decides=st.lists(st.sampled_from(IN_FORCE), max_size=4, unique=True),
    stop=st.none() | st.sampled_from(STOPS),
)
def test_every_requirement_named_gets_its_verdicts(said: Any, decides: list[str], stop: Stop | None) -> None:
    """Whatever a case says: no requirement is lost, none both passes and fails, and a pass is never made up."""
    case = log(*decides)
    for requirement, condition in said:
        case(requirement, condition, actual="" if condition else "x")
    events = case.conclude(stop, 0.0)
    found: dict[str, set[Verdict]] = {}
    for event in events:
        found.setdefault(event.requirement, set()).add(event.verdict)
    missed = {requirement for requirement, condition in said if not condition}
    for requirement in decides:
        assert requirement in found or (requirement in decided() and stop is None)
    for requirement in found.keys() & requirements().keys():
        verdict = found[requirement]
        assert (Verdict.PASS in verdict) <= (requirement not in missed and (requirement, True) in said and stop is None)
        level = requirements()[requirement].level
        assert (requirement in missed and level == "MUST") == (Verdict.FAIL in verdict)
