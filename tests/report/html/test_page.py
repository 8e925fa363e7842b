"""The page as a document: what stands in it, that it can be found, and that it stays small and the same."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from urllib.parse import unquote

import pytest
from lxml import html

from conformance.record.events import End, Verdict
from conformance.record.known import Known
from conformance.record.reader import Record

RecordNamed = Callable[..., Record]
PageOf = Callable[[Record], str]
MOST_BYTES = 5_000_000


@pytest.fixture
def ordinary(record_named: RecordNamed, page_of: PageOf) -> html.HtmlElement:
    """Return the page of the ordinary record."""
    return html.document_fromstring(page_of(record_named("ordinary")))


def text(element: html.HtmlElement) -> str:
    """Return the text of an element with single blanks."""
    return " ".join(element.text_content().split())


def test_the_top_tells_the_conclusion_and_how_the_run_was_set_up(ordinary: html.HtmlElement) -> None:
    """Conclusion, MUSTs measured, versions, bindings, money, run, seed, drivers, date."""
    top = text(ordinary.get_element_by_id("top"))
    for part in (
        "DOES NOT CONFORM",
        "of 5 MUSTs measured",
        "http://127.0.0.1:1/",
        "2008-08-02, 2014-08-15",
        "query, soap",
        "0.50 of 10.00 US dollars spent",
        "abcd1234",
        "Seed11",
        "worker by http",
        "2026-01-01 00:00:00 UTC",
        "1 min 5 s",
    ):
        assert part in top


def test_what_was_known_stands_apart(record_named: RecordNamed, page_of: PageOf) -> None:
    """With the reason why it was known, in a table and below all that is new."""
    record = record_named("ordinary")
    failing = next(one for one in record.verdicts if one.verdict is Verdict.FAIL)
    known = Known(by="deviation", reason="we <store> it otherwise")
    verdicts = tuple(
        replace(one, known=known) if one.requirement == failing.requirement else one for one in record.verdicts
    )
    header = replace(record.header, deviations={failing.requirement: known.reason})
    page = html.document_fromstring(page_of(replace(record, header=header, verdicts=verdicts)))
    assert "we <store> it otherwise" in text(page.get_element_by_id("gate"))
    assert failing.requirement in text(page.get_element_by_id("known"))
    assert all(failing.requirement not in text(one) for one in page.xpath("//section[@id='failures']"))


def test_a_fault_tells_all_that_is_known_of_it(ordinary: html.HtmlElement) -> None:
    """Sentence, source, place, exchange, what was done, and the lines that show it again."""
    entry = text(ordinary.get_element_by_id("fault-1"))
    for part in (
        "Reason is kept and returned by GetBlockedWorkers.",
        "API Reference",
        "WorkerBlock/Reason",
        "POST http://127.0.0.1:1/",
        "Operation = GetHIT",
        "HTTP 200",
        "after 200 ms",
        "mturk-conformance replay r.jsonl BlockWorker.Reason.stored",
        "curl -sS",
        "case/one in 2014-08-15 query",
    ):
        assert part in entry


def test_xml_is_compared_line_by_line(ordinary: html.HtmlElement) -> None:
    """The word that differs is marked, and the line that is missing."""
    entry = ordinary.get_element_by_id("fault-1")
    assert [text(one) for one in entry.iter("del")] == ["bad", "<X/>"]
    assert [text(one) for one in entry.iter("ins")] == ["BAD"]


def test_the_example_of_a_machine_is_told_step_by_step(ordinary: html.HtmlElement) -> None:
    """Workers have letters instead of ids."""
    entry = ordinary.get_element_by_id("fault-2")
    assert [text(step) for step in entry.iter("li")] == [
        "GetHIT → taken",
        "Worker A: accept assignment",
        "the clock: advance 60.0 s",
        "GetHIT → Odd",
    ]
    assert "The smallest sequence" in text(entry)


def test_one_exchange_is_shown_once(ordinary: html.HtmlElement) -> None:
    """The warning about it links to the failure that has it."""
    warning = next(one for one in ordinary.iter("article") if "BlockWorker.Result.element" in text(one))
    assert "Its exchange stands at fault 1" in text(warning)
    assert "HTTP 200" not in text(warning)


def test_what_was_not_decided_is_folded_by_reason(ordinary: html.HtmlElement) -> None:
    """One cause, two requirements."""
    blocked = text(ordinary.get_element_by_id("blocked"))
    assert "CreateHIT: refused with X 2 requirements, 2 cases" in blocked
    assert "nobody restarts the endpoint" in text(ordinary.get_element_by_id("not-measured"))


def test_the_map_tells_how_each_field_stands(ordinary: html.HtmlElement) -> None:
    """In a sign, in figures and in words, never by colour alone."""
    (table,) = [one for one in ordinary.iter("table") if one.get("class") == "heat"]
    fields = {
        cell.find("a").get("title"): (cell.get("class"), text(cell.find("a")[0]))
        for cell in table.iter("td")
        if len(cell)
    }
    assert fields["BlockWorker, state: 1 fail, of 1"] == ("fail", "1/1")
    assert fields["BlockWorker, shape: 1 warn, of 1"] == ("warn", "1/1")
    assert fields["GetAccountBalance, shape: 1 pass, of 1"] == ("ok", "1")


def test_a_row_tells_where_versions_differ(ordinary: html.HtmlElement) -> None:
    """The fail in one version, the pass in the other."""
    row = next(one for one in ordinary.iter("tr") if one.get("data-seen") == "p0.0 f1.0")
    assert "fail in 2014-08-15 query; pass in 2008-08-02 query" in text(row)


def test_the_slowest_cases_come_first(ordinary: html.HtmlElement) -> None:
    """With their seconds."""
    rows = [text(row) for row in ordinary.get_element_by_id("timings").iter("tr")]
    assert "20.00" in rows[1]
    assert "1.50" in rows[2]


@pytest.mark.parametrize("name", ["ordinary", "hostile"])
def test_every_requirement_has_one_place_to_link_to(name: str, record_named: RecordNamed, page_of: PageOf) -> None:
    """No id stands twice, and no link of the page leads nowhere."""
    page = html.document_fromstring(page_of(record_named(name)))
    ids = Counter(page.xpath("//@id"))
    assert [one for one, count in ids.items() if count > 1] == []
    links = {unquote(link[1:]) for link in page.xpath("//a/@href")}
    assert links <= set(ids)
    assert {event.requirement for event in record_named("ordinary").verdicts} <= set(ids) or name == "hostile"


def test_people_who_do_not_see_it_can_find_their_way(ordinary: html.HtmlElement) -> None:
    """Language, landmarks, one h1, headings without gaps, scopes, labels, a live region, a way past the top."""
    assert ordinary.get("lang") == "en"
    assert len(ordinary.xpath("//main")) == len(ordinary.xpath("//h1")) == 1
    levels = [int(one.tag[1]) for one in ordinary.iter("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert ordinary.xpath("//th[not(@scope)]") == []
    assert ordinary.xpath("//form//*[self::input or self::select][not(ancestor::label)]") == []
    assert ordinary.xpath("//nav[not(@aria-label)] | //form[not(@aria-label)]") == []
    assert len(ordinary.xpath("//form//*[@aria-live='polite'][@role='status']")) == 1
    assert ordinary.xpath("//body/*[1]/@href") == ["#main"]
    assert ordinary.xpath("//section[not(@aria-label or @aria-labelledby)]") == []


def test_nothing_that_can_be_read_is_left_to_the_script(ordinary: html.HtmlElement) -> None:
    """Hidden at first are the filters alone, which do nothing without it."""
    assert [one.get("class") for one in ordinary.xpath("//*[@hidden]")] == ["filters"]
    assert ordinary.xpath("//button[@type!='reset']") == []


def test_the_same_record_gives_the_same_bytes(record_named: RecordNamed, page_of: PageOf) -> None:
    """Whenever it is written."""
    assert page_of(record_named("ordinary")) == page_of(record_named("ordinary"))


def test_two_thousand_faults_stay_below_five_megabytes(record_named: RecordNamed, page_of: PageOf) -> None:
    """Each with a long exchange and long texts; the first are told whole, the rest in brief, none is left out."""
    page = page_of(record_named("large", 2000))
    assert len(page.encode()) <= MOST_BYTES
    assert page.count("<article ") == 2000
    assert 50 < page.count("<details><summary>Exchange") < 2000


def test_a_run_that_was_killed_says_so(record_named: RecordNamed, page_of: PageOf) -> None:
    """As it says that it ended early, and why."""
    record = record_named("ordinary")
    assert "the run was killed" in page_of(replace(record, end=None, truncated=True))
    assert "cut short" in page_of(replace(record, end=None, truncated=True))
    early = replace(record, end=End(finished_at="", exit_code=3, interrupted=True, reason="the endpoint went away"))
    assert "the endpoint went away" in page_of(early)


def test_a_run_without_verdicts_is_a_page_too(record_named: RecordNamed, page_of: PageOf) -> None:
    """With nothing to filter."""
    assert "NOT JUDGED" in page_of(replace(record_named("ordinary"), verdicts=(), end=None))


def test_a_page_of_passes_has_no_faults(record_named: RecordNamed, page_of: PageOf) -> None:
    """The requirements are still listed."""
    record = record_named("ordinary")
    passes = tuple(event for event in record.verdicts if event.verdict is Verdict.PASS)
    page = html.document_fromstring(page_of(replace(record, verdicts=passes, end=End(finished_at="", exit_code=0))))
    assert page.xpath("//article") == []
    assert len(page.xpath("//tr[@data-seen]")) == 2
