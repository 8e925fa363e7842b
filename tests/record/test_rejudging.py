"""Judging an old record again."""

from dataclasses import replace

from conformance.record.differences import Kind
from conformance.record.events import End, RunHeader, Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.record.rejudging import Rejudged, rejudge
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

CASE, VERSION = "operations/GetAccountBalance", "2014-08-15"
REQUIREMENT = "Common.Response.isvalid-present"
BODY = (
    b"<?xml version='1.0'?>\n<GetAccountBalanceResponse><OperationRequest><RequestId>x</RequestId></OperationRequest>"
    b"<GetAccountBalanceResult><Request></Request></GetAccountBalanceResult>"
    b"</GetAccountBalanceResponse>"
)


def verdict(requirement: str, told: str, case: str = CASE, actual: str = "") -> VerdictEvent:
    return VerdictEvent(
        requirement=requirement,
        case=case,
        version=VERSION,
        binding="query",
        level="MUST",
        verdict=Verdict(told),
        expected="something" if actual else "",
        actual=actual,
    )


def record(*verdicts: VerdictEvent, code: int = 0, selection: tuple[str, ...] = ()) -> Record:
    header = RunHeader(
        kit="0",
        run_id="aaaa1111",
        seed=1,
        url="http://one/",
        profile="default",
        versions=(VERSION,),
        bindings=("query",),
        selection=selection,
        started_at="",
    )
    request = HttpRequest(
        method="POST",
        url="http://one/",
        headers=(("Content-Type", "application/x-www-form-urlencoded"),),
        body=b"Service=AWSMechanicalTurkRequester&Operation=GetAccountBalance&Version=2014-08-15",
    )
    response = HttpResponse(status=200, headers=(("Content-Type", "text/xml"),), body=BODY)
    exchange = Exchange(request=request, response=response, sent_at=0, received_at=1)
    return Record(
        path="r",
        header=header,
        exchanges={f"{CASE}|{VERSION}|query#1": exchange},
        verdicts=verdicts,
        end=End(finished_at="", exit_code=code),
    )


def judged(old: Record, *, by_case: bool = False) -> Rejudged:
    return rejudge(old, lambda requirement, case: by_case)


def verdicts(found: Rejudged) -> dict[str, Verdict]:
    return {event.requirement: event.verdict for event in found.record.verdicts}


def test_what_a_check_has_learned_to_see_is_found_in_old_exchanges() -> None:
    """The reply has no IsValid, which the old kit let pass."""
    found = judged(record(verdict(REQUIREMENT, "pass"), selection=(REQUIREMENT,)))
    assert verdicts(found) == {REQUIREMENT: Verdict.WARN}
    assert [(one.kind, one.requirement) for one in found.changes.changes] == [(Kind.BROKEN, REQUIREMENT)]
    assert found.record.end is not None
    assert (found.record.end.exit_code, found.by_exchange, found.kept) == (0, 1, 0)


def test_a_false_alarm_of_an_old_check_is_gone() -> None:
    """What the old kit found and today's checks see met is fixed."""
    name = "Common.Response.well-formed"
    found = judged(record(verdict(name, "fail", actual="nothing"), code=1, selection=(name,)))
    assert verdicts(found) == {name: Verdict.PASS}
    assert found.record.end is not None
    assert found.record.end.exit_code == 0


def test_what_a_case_decides_itself_stands() -> None:
    """The checks may see less than the case did."""
    name = "Common.Response.well-formed"
    found = judged(record(verdict(name, "fail", actual="nothing"), code=1, selection=(name,)), by_case=True)
    assert verdicts(found) == {name: Verdict.FAIL}


def test_what_one_exchange_does_not_show_stands() -> None:
    """So does what was not measured, with its reason."""
    kept = (verdict("CreateHIT.Title.stored", "fail", case="x/y", actual="1"), verdict("A.b", "not measured", ""))
    found = judged(record(*kept, selection=("CreateHIT.Title.*",)))
    assert (found.kept, found.by_exchange, found.changes.changes) == (2, 0, ())


def test_requirements_that_were_not_selected_are_not_added() -> None:
    """A run that was asked about one thing is not judged on another."""
    assert set(verdicts(judged(record(selection=(REQUIREMENT,))))) == {REQUIREMENT}
    assert len(verdicts(judged(record()))) > 1


def test_the_level_of_today_counts() -> None:
    """A miss of what is a SHOULD by now warns; each level that changed is told."""
    event = verdict("GetAccountBalance.Result.element", "fail", case="x/y", actual="1")
    found = judged(record(replace(event, level="MAY", verdict=Verdict.OBSERVED), selection=(REQUIREMENT,)))
    assert found.levels == (("GetAccountBalance.Result.element", VERSION, "MAY", "MUST"),)
    assert verdicts(found)["GetAccountBalance.Result.element"] is Verdict.FAIL
