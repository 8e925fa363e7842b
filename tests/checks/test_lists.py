"""The counters of paged lists."""

from typing import Any

import pytest

from conformance.checks.finding import Outcome
from conformance.checks.lists import CHECKS
from conformance.spec.requirements import requirements

ELEMENTS = "GetQualificationRequests.Result.elements"
RESULT = "/GetQualificationRequestsResponse/GetQualificationRequestsResult[1]"


def counters(**texts: str) -> str:
    return "".join(f"<{name}>{text}</{name}>" for name, text in texts.items())


def test_only_results_that_count_are_lists() -> None:
    """A requirement of the same name on another kind of result is not judged by counters that it has not."""
    (counted,) = CHECKS
    assert ELEMENTS in counted.decides
    assert {name.partition(".")[2] for name in counted.decides} == {"Result.elements"}
    assert counted.decides < {name for name in requirements() if name.endswith(".Result.elements")}


@pytest.mark.parametrize(
    "order",
    [
        ("NumResults", "TotalNumResults", "PageNumber"),
        ("PageNumber", "NumResults", "TotalNumResults"),
        ("NumResults", "PageNumber", "TotalNumResults"),
    ],
    ids=" ".join,
)
def test_counters_that_agree_are_met_in_any_known_order(order: tuple[str, ...], replies: Any) -> None:
    """That of genuine replies, and those of the published schemas."""
    body = replies.listing(replies.item("A"), replies.item("B"), counters=counters(**dict.fromkeys(order, "2")))
    assert replies.missed(body) == []
    assert set(replies.of(ELEMENTS, body)) == {Outcome.MET}


def test_an_empty_list_and_a_page_of_many_are_met(replies: Any) -> None:
    """NumResults counts the page, TotalNumResults all of them; white space around a number does not count."""
    assert replies.missed(replies.listing()) == []
    page = counters(NumResults=" 1\n", TotalNumResults="250", PageNumber="250")
    assert replies.missed(replies.listing(replies.item(), counters=page)) == []


@pytest.mark.parametrize(
    ("texts", "actual"),
    [
        ({"TotalNumResults": "1", "PageNumber": "1"}, "NumResults is ''"),
        ({"NumResults": "1", "PageNumber": "1"}, "TotalNumResults is ''"),
        ({"NumResults": "1", "TotalNumResults": "1"}, "PageNumber is ''"),
        ({}, "NumResults is ''; TotalNumResults is ''; PageNumber is ''"),
        ({"NumResults": "2", "TotalNumResults": "2", "PageNumber": "1"}, "NumResults is 2 beside 1 items"),
        ({"NumResults": "0", "TotalNumResults": "1", "PageNumber": "1"}, "NumResults is 0 beside 1 items"),
        ({"NumResults": "1", "TotalNumResults": "0", "PageNumber": "1"}, "TotalNumResults is 0 beside 1 items"),
        ({"NumResults": "-1", "TotalNumResults": "1", "PageNumber": "1"}, "NumResults is '-1'"),
        ({"NumResults": "one", "TotalNumResults": "1", "PageNumber": "1"}, "NumResults is 'one'"),
        ({"NumResults": "1", "TotalNumResults": "1", "PageNumber": "١"}, "PageNumber is '١'"),
    ],
)
def test_counters_that_lack_or_disagree_are_reported(texts: dict[str, str], actual: str, replies: Any) -> None:
    """Once, at the result."""
    body = replies.listing(replies.item(), counters=counters(**texts))
    (finding,) = replies.missed(body)
    assert (finding.requirement, finding.where, finding.actual) == (ELEMENTS, RESULT, actual)
    assert finding.expected == "NumResults, TotalNumResults, PageNumber as numbers that agree with the items listed"


def test_a_number_too_long_to_read_is_reported(replies: Any) -> None:
    """And not read."""
    body = replies.listing(counters=counters(NumResults="9" * 5000, TotalNumResults="0", PageNumber="1"))
    assert [one.requirement for one in replies.missed(body)] == [ELEMENTS]


def test_a_counter_that_stands_twice_is_reported_once(replies: Any) -> None:
    """Both the shape and the counters see it, at one place."""
    twice = "<NumResults>7</NumResults><NumResults>7</NumResults><TotalNumResults>7</TotalNumResults>"
    found = replies.missed(replies.listing(counters=twice))
    assert [(one.requirement, one.where, one.actual) for one in found] == [
        (ELEMENTS, RESULT, "NumResults stands 2 times")
    ]


@pytest.mark.parametrize(
    ("groups", "judged"),
    [
        ([], True),
        ([""], True),
        (["Minimal"], True),
        (["Request", "Minimal"], True),
        (["Request"], False),
    ],
)
def test_a_call_for_nothing_but_the_echo_has_no_data(groups: list[str], judged: bool, replies: Any) -> None:
    """The group Request alone brings Request alone."""
    values = {"ResponseGroup": groups} if groups else {}
    echo = "<GetQualificationRequestsRequest/>" if "Request" in groups else ""
    body = replies.listing(counters="", request=f"<Request><IsValid>True</IsValid>{echo}</Request>")
    missed = [one.requirement for one in replies.missed(body, "GetQualificationRequests", values)]
    assert missed == ([ELEMENTS] if judged else [])


def test_another_operation_has_no_counters(replies: Any) -> None:
    """Nor has a refusal."""
    assert replies.of(ELEMENTS, replies.rejection(), "RejectQualificationRequest") == []
    error = "<Request><IsValid>False</IsValid><Errors><Error><Code>C</Code><Message/></Error></Errors></Request>"
    assert replies.missed(replies.listing(counters="", request=error)) == []
