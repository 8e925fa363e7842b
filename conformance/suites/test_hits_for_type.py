"""GetHITsForQualificationType: which HITs are listed, and in which pages."""

from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.versions import TODAY
from conformance.suites.assignments import Employer
from conformance.suites.hits import judge_listed
from conformance.suites.paging import FIRST_PAGE, counter, pages_of
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import HITS, hit_ids, hits_requiring, listed
from conformance.suites.refusals import judge_values
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Reply, Requester

VALUE = "18"


@pytest.mark.verifies(
    f"{HITS}.content", f"{HITS}.requirement-element", f"{HITS}.delay", f"{HITS}.own-only", f"{HITS}.details"
)
def test_what_is_listed(given: Given, second_requester: Requester, expect: Expect, clock: ClockDriver) -> None:
    """Two HITs that require the type, one that does not, and one of another Requester."""
    type_id = given.qualification_type()
    own, other = set(hits_requiring(given, type_id, 2)), Employer(given).hit()
    made_at = clock.now()
    (foreign,) = hits_requiring(given, type_id, requester=second_requester)
    reply = listed(given, type_id, own)
    waited = clock.now() - made_at
    shown = set(hit_ids(reply))
    expect(
        f"{HITS}.content",
        own <= shown and other not in shown,
        where=HITS,
        expected="the two HITs that require the type, and not the one that requires nothing",
        actual=f"{len(own & shown)} of the two{', and the other one' if other in shown else ''}",
    )
    expect(
        f"{HITS}.own-only",
        foreign not in shown,
        where=HITS,
        expected="no HIT of another Requester",
        actual="a HIT of another Requester that requires the type",
    )
    for element in reply.all("HIT"):
        if (element.findtext("HITId") or "").strip() in own:
            judge_listed(f"{HITS}.details", element, expect)
    told = f"listed after {waited:.0f} s" if own <= shown else f"not listed within {waited:.0f} s"
    expect.see(f"{HITS}.delay", where=HITS, actual=told)
    shown_requirements = [
        {child.tag: (child.text or "").strip() for child in requirement}
        for requirement in reply.all("HIT/QualificationRequirement")
    ]
    wrong = [
        ", ".join(f"{name} {text}" for name, text in texts.items())
        for texts in shown_requirements
        if texts.get("QualificationTypeId") == type_id and (texts.get("IntegerValue") != VALUE or "Value" in texts)
    ]
    expect(
        f"{HITS}.requirement-element",
        not wrong,
        where="HIT/QualificationRequirement, where it is shown",
        expected=f"IntegerValue {VALUE}, and no Value",
        actual="; ".join(wrong),
    )


@pytest.mark.verifies(f"{HITS}.any-status")
def test_hits_of_every_status(requester: Requester, given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    assignable, unassignable, reviewable, reviewing = hits_requiring(given, type_id, 4)
    values = {"QualificationTypeId": type_id, "WorkerId": worker, "IntegerValue": 20}
    requester.must("AssignQualification", values)
    given.workers.accept_assignment(worker, unassignable)
    for hit_id in (reviewable, reviewing):
        requester.must("ForceExpireHIT", {"HITId": hit_id})
    requester.must("SetHITAsReviewing", {"HITId": reviewing})
    made = {
        assignable: "Assignable",
        unassignable: "Unassignable",
        reviewable: "Reviewable",
        reviewing: "Reviewing",
    }
    shown = hit_ids(listed(given, type_id, set(made)))
    missing = ", ".join(status for hit_id, status in made.items() if hit_id not in shown)
    expect(
        f"{HITS}.any-status",
        not missing,
        where=HITS,
        expected=f"the HITs that are {', '.join(made.values())}",
        actual=f"missing: {missing}",
    )


@pytest.mark.verifies(f"{HITS}.not-disposed")
def test_hits_that_were_disposed_of(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    (hit_id,) = hits_requiring(given, type_id)
    listed(given, type_id, {hit_id})
    requester.must("ForceExpireHIT", {"HITId": hit_id})
    requester.must("DisposeHIT", {"HITId": hit_id})
    left = given.settled(
        lambda: hit_ids(requester.must(HITS, {"QualificationTypeId": type_id})), lambda ids: hit_id not in ids
    )
    expect(
        f"{HITS}.not-disposed",
        hit_id not in left,
        where=f"{HITS} after DisposeHIT",
        expected="a list without the HIT",
        actual="the HIT is listed",
    )


@pytest.mark.verifies(
    f"{HITS}.PageSize.default",
    f"{HITS}.PageNumber.default",
    f"{HITS}.NumResults.count",
    f"{HITS}.TotalNumResults.count",
    f"{HITS}.Pages.partition",
)
def test_pages(requester: Requester, given: Given, expect: Expect) -> None:
    """Eleven HITs, one more than a page has that nobody asked for."""
    type_id = given.qualification_type()
    made = set(hits_requiring(given, type_id, FIRST_PAGE + 1))
    listed(given, type_id, made)
    asked = {"QualificationTypeId": type_id}
    first = requester.must(HITS, asked)
    counted = counter(first, "NumResults")
    expect(
        f"{HITS}.PageSize.default",
        len(hit_ids(first)) == FIRST_PAGE and counted == str(FIRST_PAGE),
        where="no PageSize",
        expected=f"{FIRST_PAGE} of {len(made)} HITs, and NumResults {FIRST_PAGE}",
        actual=f"{len(hit_ids(first))} HITs, NumResults {counted}",
    )
    if requester.version != TODAY:
        _judge_first_number(requester, asked, first, expect)
    for size in (1, 4, 10, 100):
        pages = list(pages_of(requester, HITS, "HIT", asked, size))
        _judge_pages(pages, made, size, expect)
        if requester.version != TODAY:
            _judge_totals(pages, made, size, expect)


def _judge_first_number(requester: Requester, asked: dict[str, Any], first: Reply, expect: Expect) -> None:
    named = requester.call(HITS, {**asked, "PageNumber": 1})
    numbers = [counter(reply, "PageNumber") for reply in (first, named)]
    expect(
        f"{HITS}.PageNumber.default",
        hit_ids(first) == hit_ids(named) and numbers == ["1", "1"],
        where="no PageNumber, and PageNumber=1",
        expected="the same list twice, and PageNumber 1",
        actual=f"{hit_ids(first)} and {hit_ids(named)}, PageNumber {' and '.join(numbers)}",
    )


def _judge_pages(pages: list[Reply], made: set[str], size: int, expect: Expect) -> None:
    shown = [hit_id for page in pages for hit_id in hit_ids(page)]
    expect(
        f"{HITS}.Pages.partition",
        sorted(one for one in shown if one in made) == sorted(made),
        where=f"all pages with PageSize={size}",
        expected=f"each of the {len(made)} HITs once",
        actual=f"{len(made - set(shown))} are missing, {len(shown) - len(set(shown))} come twice",
    )
    wrong = [
        f"{counter(page, 'NumResults')} for {len(hit_ids(page))}"
        for page in pages
        if counter(page, "NumResults") != str(len(hit_ids(page)))
    ]
    expect(
        f"{HITS}.NumResults.count",
        not wrong,
        where=f"NumResults on all pages with PageSize={size}",
        expected="the number of HITs on the page",
        actual=", ".join(wrong),
    )


def _judge_totals(pages: list[Reply], made: set[str], size: int, expect: Expect) -> None:
    shown = [hit_id for page in pages for hit_id in hit_ids(page)]
    totals = {counter(page, "TotalNumResults") for page in pages}
    expect(
        f"{HITS}.TotalNumResults.count",
        totals == {str(len(made))} and len(shown) == len(made),
        where=f"TotalNumResults on all pages with PageSize={size}",
        expected=f"{len(made)} on each, as many as the pages have together",
        actual=f"{', '.join(sorted(totals))}; the pages have {len(shown)}",
    )


@pytest.mark.verifies(
    f"{HITS}.PageSize.range",
    f"{HITS}.PageNumber.positive",
    f"{HITS}.Pages.beyond-end",
    f"{HITS}.TotalNumResults.count",
)
def test_paging_parameters(requester: Requester, given: Given, expect: Expect) -> None:
    """Of a type that no HIT requires."""
    asked = {"QualificationTypeId": given.qualification_type()}
    judged = (
        ("PageSize", "range", ("1", "100"), True),
        ("PageSize", "range", ("0", "101", "x"), False),
        ("PageNumber", "positive", ("0", "-1", "x"), False),
    )
    if requester.version == TODAY:
        judge_values(requester, HITS, asked, judged[:2], expect)
        return
    judge_values(requester, HITS, asked, judged, expect)
    empty = requester.call(HITS, {**asked, "PageNumber": 9999})
    counted = counter(empty, "NumResults")
    expect(
        f"{HITS}.Pages.beyond-end",
        empty.accepted and counted == "0" and not hit_ids(empty),
        where="PageNumber=9999",
        expected="an empty page: NumResults 0 and no HIT",
        actual=f"{empty.summary}; NumResults {counted or 'missing'}, {len(hit_ids(empty))} HITs",
    )
    total = counter(empty, "TotalNumResults")
    expect(
        f"{HITS}.TotalNumResults.count",
        total == "0",
        where="TotalNumResults of an empty list",
        expected="0",
        actual=total or empty.summary,
    )
