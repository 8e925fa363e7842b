"""The short way through an audit and the long one, over what suites really call and a service really answers."""

from typing import Any

import pytest

from conformance.bindings.query import Credentials, write_call
from conformance.checks.history_facts import Fact, unpacked
from conformance.record.audited import Audited, FileAccount
from conformance.record.places import Place, told_in
from conformance.traffic import plain
from conformance.traffic.auditing import Together, audit_all
from conformance.traffic.calls import Calls
from conformance.traffic.entries import Source
from conformance.traffic.judging import Options
from conformance.wire.messages import Exchange, HttpResponse

SELECTION = ("GetAssignmentsForHIT*", "SearchHITs*", "GrantBonus*", "RejectAssignment*")


def test_both_ways_show_the_same_of_a_run(kit: Any, monkeypatch: Any) -> None:
    """Findings, places, counts and coverage are equal; most of the replies are plain."""
    selected = [argument for one in SELECTION for argument in ("--select", one)]
    assert kit.judge("--version", "2014-08-15", *selected).code == 0
    taken: list[bool] = []
    take = plain.PlainTraffic.take

    def noted(self: plain.PlainTraffic, *told: Any) -> bool:
        taken.append(take(self, *told))
        return taken[-1]

    monkeypatch.setattr(plain.PlainTraffic, "take", noted)
    source = Source(number=0, path=str(kit.record_path))
    short = audit_all([source], Options())
    assert short == audit_all([source], Options(remembers=False))
    assert short.files[0].judged > 300
    assert sum(taken) > 0.5 * short.files[0].judged


def fact_of(exchange: Exchange, *, remembers: bool) -> Fact:
    """Return what an exchange tells when it is judged the short way, or the long one."""
    audited = Audited(files={0: FileAccount(file="a.har", format="HAR")})
    Calls(Options(remembers=remembers)).take(Place(source=0, file="a.har", entry=1), exchange, audited)
    (told,) = audited.history
    return unpacked(told_in(told))


@pytest.mark.parametrize(("identifier", "shown"), [("3XJ8K", 2), ("REDACTED", 0), ("MASKED", 0), ("X1", 2)])
def test_both_ways_tell_the_same_of_ids_that_were_replaced(identifier: str, shown: int) -> None:
    """A mark that a recorder left in the place of ids is not taken for one object that comes again and again."""
    item = f"<HIT><HITId>{identifier}</HITId><HITStatus>Assignable</HITStatus></HIT>"
    body = (
        "<SearchHITsResponse><OperationRequest><RequestId>a-b</RequestId></OperationRequest><SearchHITsResult><Request>"
        "<IsValid>True</IsValid></Request><NumResults>2</NumResults><TotalNumResults>2</TotalNumResults>"
        f"<PageNumber>1</PageNumber>{item}{item}</SearchHITsResult></SearchHITsResponse>"
    )
    request = write_call(
        "SearchHITs",
        {},
        url="https://mechanicalturk.example/",
        credentials=Credentials(access_key_id="AKIA", secret_key="s"),
        version="2014-08-15",
        timestamp="2014-08-15T00:00:00Z",
    )
    response = HttpResponse(status=200, headers=(("Content-Type", "text/xml"),), body=body.encode())
    exchange = Exchange(request=request, response=response, sent_at=1.0, received_at=2.0)
    short, long = fact_of(exchange, remembers=True), fact_of(exchange, remembers=False)
    assert short == long
    assert short.shown == (("HIT", identifier, "Assignable"),) * shown


def test_what_would_be_left_out_is_not_told() -> None:
    """Once there is more than is looked at together, only sources before that place still tell."""
    together = Together()
    later, earlier = Source(number=2, path="c", start=900), Source(number=1, path="b")
    assert together.due(later).is_telling
    together.whole.history_end = Place(source=2, file="c", entry=4, offset=800)
    assert not together.due(later).is_telling
    assert together.due(Source(number=2, path="c")).is_telling
    assert together.due(earlier).is_telling
    assert not together.due(Source(number=3, path="d")).is_telling
