"""Where two plays of one run part."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from conformance.record.divergences import Compared, compare
from conformance.record.events import RunHeader
from conformance.record.reader import Record
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse
from conformance.wire.timestamps import format_timestamp

HEADER = RunHeader(
    kit="1",
    run_id="aaaa1111",
    seed=1,
    url="http://one:1/",
    profile="default",
    versions=("2014-08-15",),
    bindings=("query",),
    selection=(),
    started_at="",
)
CASE = "a/b|2014-08-15|query"
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


def exchange(
    reply: str | None,
    *,
    sent: str = "",
    at: float = 1000.0,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
) -> Exchange:
    body = f"Service=X&Operation=GetHIT&Version=2014-08-15&Timestamp={format_timestamp(at)}&{sent}".encode()
    request = HttpRequest(method="POST", url="http://one:1/", headers=FORM, body=body)
    response = None if reply is None else HttpResponse(status=status, headers=headers, body=reply.encode())
    return Exchange(request=request, response=response, sent_at=at, received_at=at + 0.1)


def compared(first: Iterable[Exchange], second: Iterable[Exchange], run_id: str = "bbbb2222") -> Compared:
    records = [
        Record(path="r", header=header, exchanges={f"{CASE}#{number}": one for number, one in enumerate(side, 1)})
        for header, side in ((HEADER, first), (replace(HEADER, run_id=run_id), second))
    ]
    return compare(*records)


def kinds(found: Compared) -> list[tuple[str, str]]:
    return [(one.unlike.aspect, one.unlike.place) for one in found.divergences]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("<R><HITId>3AAAAAAAAAAAAAAA1</HITId></R>", "<R><HITId>17</HITId></R>"),
        ("<R><Title>t aaaa1111 1</Title></R>", "<R><Title>t bbbb2222 1</Title></R>"),
        ("<R><At>1970-01-01T00:16:40Z</At></R>", "<R><At>1970-01-01T00:16:42Z</At></R>"),
        ("<R><URL>http://one:1/x?id=3AAAAAAAAAAAA9</URL></R>", "<R><URL>http://one:1/x?id=3BBBBBBBBBBBB7</URL></R>"),
        (
            "<R><Errors><Error><Message>no</Message></Error></Errors></R>",
            "<R><Errors><Error><Message>not so</Message></Error></Errors></R>",
        ),
        ("no XML 1234567890123", "no XML 3210987654321"),
    ],
)
def test_ids_times_names_and_wordings_are_no_difference(first: str, second: str) -> None:
    """What differs from play to play at every endpoint."""
    assert kinds(compared([exchange(first)], [exchange(second)])) == []


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("<R><A>1</A></R>", "<R><A>2</A></R>", ("value", "R/A")),
        ("<R><A>1</A></R>", "<R><A>1</A><B/></R>", ("element", "R/B")),
        ("<R><L><A>1</A></L></R>", "<R/>", ("element", "R/L")),
        ("<R><A/><B/></R>", "<R><B/><A/></R>", ("order", "R/A")),
        ("<R><At>1970-01-01T00:16:40Z</At></R>", "<R><At>1970-01-01T01:16:40Z</At></R>", ("value", "R/At")),
        ("<R><At>1970-01-01T00:16:40Z</At></R>", "<R><At>1970-01-01T00:16:40.000Z</At></R>", ("value", "R/At")),
        ("<R/>", "no XML", ("body", "")),
    ],
)
def test_what_a_reply_says_is_compared(first: str, second: str, kind: tuple[str, str]) -> None:
    """Values, elements (the uppermost alone), their order, the form of times, and whether it is XML."""
    assert kinds(compared([exchange(first)], [exchange(second)])) == [kind]


def test_an_id_stands_for_one_other_id() -> None:
    """Two calls that show one thing at one endpoint, and two things at the other."""
    same = [exchange("<R><HITId>X1</HITId></R>"), exchange("<R><HITId>X1</HITId></R>")]
    other = [exchange("<R><HITId>Y1</HITId></R>"), exchange("<R><HITId>Y2</HITId></R>")]
    assert kinds(compared(same, same)) == []
    assert [(one.number, one.unlike.place) for one in compared(same, other).divergences] == [(2, "R/HITId")]


def test_another_outcome_ends_a_case() -> None:
    """What comes after it follows from it; no answer is an outcome too."""
    accepted, refused = exchange("<R/>"), exchange("<R/>", status=400)
    after, later = exchange("<R><A>1</A></R>"), exchange("<R><A>2</A></R>")
    assert kinds(compared([accepted, after], [refused, later])) == [("status", "")]
    assert kinds(compared([accepted, after], [exchange(None), later])) == [("failure", "")]
    assert kinds(compared([accepted, after], [accepted, later])) == [("value", "R/A")]


def test_plays_that_call_otherwise_are_compared_no_further() -> None:
    """That is told, unless a reply had differed before."""
    found = compared([exchange("<R/>", sent="A=1")], [exchange("<R/>", sent="A=2")])
    assert (kinds(found), found.parted, found.cases) == ([], (CASE,), 0)
    named = compared([exchange("<R/>", sent="Title=t+aaaa1111")], [exchange("<R/>", sent="Title=t+bbbb2222")])
    assert (named.parted, named.cases, named.exchanges) == ((), 1, 1)


def test_headers_but_those_of_transport_are_compared() -> None:
    """By name whatever its case, and by value."""
    one = exchange("<R/>", headers=(("Content-Type", "text/xml"), ("Date", "today")))
    other = exchange("<R/>", headers=(("content-type", "text/plain"), ("Server", "x")))
    assert kinds(compared([one], [other])) == [("header", "content-type")]


def test_the_first_of_each_kind_is_the_one_with_the_fewest_calls_before_and_noise_is_left_out() -> None:
    """What an endpoint differs in from itself counts nowhere."""
    first = [exchange("<R><A>1</A><B>1</B></R>")] * 2
    second = [exchange("<R><A>2</A><B>2</B></R>")] * 2
    noise = compared([exchange("<R><A>1</A></R>")], [exchange("<R><A>3</A></R>")], "aaaa1111").noise
    found = compared(first, second).first_of_each(noise)
    assert [(one.number, one.unlike.place) for one in found] == [(1, "R/B")]
