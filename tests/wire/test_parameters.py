"""Parameters of a request: read from URL and body, written for both."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.wire.messages import HttpRequest
from conformance.wire.parameters import ParametersUnreadable, encode_parameters, read_parameters

PAIRS = st.lists(st.tuples(st.text(), st.text()))


def request(url: str = "/", body: bytes = b"") -> HttpRequest:
    return HttpRequest(method="POST", url=url, body=body)


@given(in_url=PAIRS, in_body=PAIRS)
def test_any_text_survives_in_url_and_body(in_url: list[tuple[str, str]], in_body: list[tuple[str, str]]) -> None:
    """What `encode_parameters` writes, `read_parameters` reads, the URL's first."""
    sent = request(f"http://127.0.0.1/?{encode_parameters(in_url)}", encode_parameters(in_body).encode("ascii"))
    assert read_parameters(sent) == in_url + in_body


@given(body=st.binary() | st.text(alphabet="%&=+.aF0é").map(str.encode))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    """No body makes the reader fail in another way than it says."""
    try:
        pairs = read_parameters(request(body=body))
    except ParametersUnreadable:
        return
    assert read_parameters(request(body=encode_parameters(pairs).encode())) == pairs


def test_blanks_are_written_as_percent_20() -> None:
    """A plus would be a plus to a reader of RFC 3986; slashes and dots of names keep their meaning."""
    assert encode_parameters([("Reward.1.Amount", "a b+c/d~")]) == "Reward.1.Amount=a%20b%2Bc%2Fd~"


@pytest.mark.parametrize("url", ["http://h/?A=1#B=2", "/?A=1", "/path?A=1#", "?A=1"])
def test_the_query_is_found_in_any_url(url: str) -> None:
    """Absolute or not, with a fragment or without."""
    assert read_parameters(request(url)) == [("A", "1")]


@pytest.mark.parametrize("url", ["http://h/#?A=1", "http://h/A=1", ""])
def test_a_url_without_query_has_no_parameters(url: str) -> None:
    """A question mark within the fragment begins no query."""
    assert read_parameters(request(url)) == []


def test_further_question_marks_belong_to_the_query() -> None:
    """Only the first one divides."""
    assert read_parameters(request("/?A=1?2")) == [("A", "1?2")]


def test_a_get_with_a_body_and_a_foreign_content_type_is_read_too() -> None:
    """Neither method nor content type is judged here."""
    sent = HttpRequest(method="GET", url="/?A=1", headers=(("Content-Type", "text/plain"),), body=b"B=2")
    assert read_parameters(sent) == [("A", "1"), ("B", "2")]


def test_the_limit_counts_pairs_of_url_and_body_together() -> None:
    """As many as allowed are read, one more is refused, empty pairs are not counted."""
    assert len(read_parameters(request("/?a=1&&&a=2", b"&a=3&"), max_pairs=3)) == 3
    with pytest.raises(ParametersUnreadable, match="more than 3 parameters"):
        read_parameters(request("/?a=1&a=2", b"a=3&a=4"), max_pairs=3)


def test_ten_thousand_pairs_are_the_limit_by_default() -> None:
    """A body of many parameters cannot occupy the reader for long."""
    assert len(read_parameters(request(body=b"a&" * 10_000))) == 10_000
    with pytest.raises(ParametersUnreadable, match="more than 10000 parameters"):
        read_parameters(request(body=b"a&" * 5_000_000))


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (request("/?Query=100%"), r"the query string has '100%': a % that"),
        (request(body=b"Query=%zz"), r"the body has '%zz': a % that"),
        (request(body=b"Query=Gr%FC%DFe"), r"the body has 'Gr\\xfc\\xdfe', which is not UTF-8"),
        (request("/?Query=\ud800"), "lone surrogate"),
    ],
)
def test_a_refusal_says_where_and_why(sent: HttpRequest, message: str) -> None:
    """The place and an excerpt, so that the sender can be mended."""
    with pytest.raises(ParametersUnreadable, match=message):
        read_parameters(sent)


def test_an_excerpt_stays_short() -> None:
    """A refusal does not repeat a megabyte."""
    with pytest.raises(ParametersUnreadable) as refused:
        read_parameters(request(body=b"Q=" + b"x" * 1_000_000 + b"%" + b"y" * 1_000_000))
    assert len(str(refused.value)) < 200


@given(st.integers(0, 9000), st.text(min_size=1, max_size=8))
def test_a_long_value_is_decoded_whole(before: int, text: str) -> None:
    """Wherever its escapes stand: it is decoded by pieces, in little memory."""
    value = "x" * before + 1500 * text
    assert read_parameters(HttpRequest(method="POST", url="/", body=encode_parameters([("a", value)]).encode())) == [
        ("a", value)
    ]


def test_decoding_takes_little_memory() -> None:
    """No more than some copies of the value, though each of its characters is an escape."""
    request = HttpRequest(method="POST", url="/", body=b"a=" + 100_000 * b"%3C")
    tracemalloc.start()
    read_parameters(request)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3_000_000
