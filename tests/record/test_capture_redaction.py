"""What an audit tells holds no key, no signature and no Worker, wherever in a capture they stood."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.record.audited import LARGEST_KEPT, MOST_KEPT, Audited, FaultKey, Kept, Sighting
from conformance.record.capture_redaction import without_secrets
from conformance.record.places import Place
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

KEY = "1QEXAMPLEKEY00000000"
WORKER = "A2EXAMPLEWORKER1"
SIGNATURE = "q5k5rQsT8aB4uC3vD2wE1xF0yG9z%3D"


def fault(where: str = "/a", expected: str = "e", actual: str = "", note: str = "", file: str = "c.har") -> Audited:
    """Return an outcome with one fault."""
    audited = Audited()
    key = FaultKey(
        grade="fail",
        requirement="r",
        level="MUST",
        version="v",
        binding="query",
        difference="value",
        where=where,
        expected=expected,
        actual=actual,
    )
    at = Place(source=0, file=file, entry=1)
    audited.see(key, Sighting(place=at, where=where, actual=actual, note=note), expected)
    return audited


def exchange(body: bytes, answer: bytes = b"", url: str = "https://e.example/", **headers: str) -> Exchange:
    """Return an exchange with this body, and these headers on both sides."""
    pairs = tuple(headers.items())
    request = HttpRequest(method="POST", url=url, headers=pairs, body=body)
    return Exchange(
        request=request, response=HttpResponse(status=200, headers=pairs, body=answer), sent_at=0.0, received_at=0.0
    )


@pytest.mark.parametrize(
    "text",
    [
        f"AWSAccessKeyId={KEY}",
        f'<Argument Name="AWSAccessKeyId" Value="{KEY}"/>',
        f"<Key>AWSAccessKeyId</Key><Value>{KEY}</Value>",
        f"<AWSAccessKeyId>{KEY}</AWSAccessKeyId>",
        f"AWSAccessKeyId%3D{KEY}",
        f"{{'AWSAccessKeyId': '{KEY}'}}",
        f"Signature={SIGNATURE}&x",
        f"<Signature>{SIGNATURE}</Signature>",
        f"WorkerId={WORKER}",
        f"<WorkerId>{WORKER}</WorkerId>",
        f"SubjectId.1={WORKER}&",
        "it was AKIAIOSFODNN7EXAMPLE",
        f"s3://somebody:{KEY}@bucket/capture.har",
        f"https://b.example/c.har?X-Amz-Credential={KEY}%2F2014&X-Amz-Signature={SIGNATURE}",
    ],
)
@pytest.mark.parametrize("field", ["expected", "actual", "note", "where", "file"])
def test_no_text_holds_a_secret(text: str, field: str) -> None:
    told = repr(without_secrets(fault(**{field: text})))
    assert not [secret for secret in (KEY, SIGNATURE, WORKER, "AKIAIOSFODNN7EXAMPLE") if secret in told]


@pytest.mark.parametrize("where", ["/x/WorkerId", "/x/Worker/WorkerId[2]", "SubjectId", "WorkerId.3"])
def test_what_stands_where_workers_stand_is_a_worker(where: str) -> None:
    """Though the text itself does not say so."""
    audited = without_secrets(fault(where=where, actual=f"'{WORKER}'"))
    assert [one.first[0].actual for one in audited.faults.values()] == ["'worker-1'"]


def test_what_stands_where_keys_stand_is_hidden_whole() -> None:
    (told,) = without_secrets(fault(where="/x/AWSAccessKeyId", actual="'k'")).faults.values()
    assert told.first[0].actual == "REDACTED"


def test_prose_about_keys_is_left_alone() -> None:
    text = "AWSAccessKeyId, that is missing; the Signature of 2014-08-15"
    (told,) = without_secrets(fault(expected=text)).faults.values()
    assert told.expected == text


def test_a_kept_exchange_can_be_sent_again_and_holds_no_secret() -> None:
    """Its key, its signature and its Workers are hidden in every text; of its headers those needed are left."""
    body = f"AWSAccessKeyId={KEY}&Signature={SIGNATURE}&WorkerId={WORKER}&Operation=GetHIT".encode()
    audited = fault(actual=f"{KEY} of {WORKER} signed {SIGNATURE}")
    headers = {"Content-Type": "text/plain", "Cookie": "session=1", "Authorization": f"AWS {KEY}:x"}
    (key,) = audited.faults
    audited.keep(key, Place(source=0, file="c.har", entry=1), exchange(body, f"<a>{WORKER}</a>".encode(), **headers))
    told = without_secrets(audited)
    assert not [secret for secret in (KEY, WORKER, SIGNATURE, "session") if secret in repr(told)]
    (kept,) = told.kept.values()
    assert list(told.kept) == list(told.faults)
    assert (
        kept.exchange.request.body == b"AWSAccessKeyId=REDACTED&Signature=REDACTED&WorkerId=worker-1&Operation=GetHIT"
    )
    assert kept.exchange.request.headers == (("Content-Type", "text/plain"),)


@pytest.mark.parametrize("key", ["k", "AKIAEXAMPLEREQUESTER", "x" * 40])
def test_a_key_of_any_sort_is_known_by_its_place(key: str) -> None:
    audited = fault()
    (of,) = audited.faults
    place = Place(source=0, file="c.har", entry=1)
    audited.keep(of, place, exchange(b"", url=f"https://e.example/?AWSAccessKeyId={key}&Operation=GetHIT"))
    ((_, kept),) = without_secrets(audited).kept_in_order()
    assert kept.exchange.request.url == "https://e.example/?AWSAccessKeyId=REDACTED&Operation=GetHIT"


def test_faults_that_differ_by_a_secret_are_one() -> None:
    first, second = fault(actual="AWSAccessKeyId=aaaaaaaaaaaaa1"), fault(actual="AWSAccessKeyId=bbbbbbbbbbbbb2")
    first.merge(second)
    (told,) = without_secrets(first).faults.values()
    assert told.count == 2


def keys(count: int) -> list[FaultKey]:
    """Return the keys of different faults."""
    (key,) = fault().faults
    return [replace(key, actual=f"{number:04}") for number in range(count)]


def test_what_is_kept_is_bounded_and_the_same_in_any_order_of_merging() -> None:
    """The first exchange of each of the first faults, though parts come in any order."""
    parts = []
    for source, of in itertools.product(range(3), range(4)):
        part = Audited()
        for number, key in enumerate(keys(3 * MOST_KEPT)[of::2]):
            at = Place(source=source, file=str(source), entry=number % 97 + of)
            part.keep(key, at, exchange(f"{source} {at.entry}".encode()))
        parts.append(part)
    found: list[list[tuple[FaultKey, Kept]]] = []
    for order in (parts, parts[::-1], parts[5:] + parts[:5]):
        whole = Audited()
        for part in order:
            whole.merge(part)
        assert len(whole.kept) < 3 * MOST_KEPT
        found.append(whole.kept_in_order())
    assert len(found[0]) == MOST_KEPT
    assert found[0] == found[1] == found[2]


def test_what_is_too_large_is_not_kept() -> None:
    audited = Audited()
    (key,) = keys(1)
    large, small = exchange(b"x" * LARGEST_KEPT), exchange(b"x")
    audited.keep(key, Place(source=0, file="c", entry=1), large)
    audited.keep(key, Place(source=0, file="c", entry=2), small)
    assert [kept.exchange for kept in audited.kept.values()] == [small]


def test_redaction_takes_no_time_whatever_the_text(tmp_path: Path) -> None:
    """Texts of captures are long and hostile."""
    for text in (
        "AWSAccessKeyId" * 20_000,
        "AccessKeyId" + "%25" * 100_000,
        "AWSAccessKeyId" + "&a;" * 100_000,
        "://" + "x" * 300_000,
    ):
        without_secrets(fault(actual=text))


def test_many_keys_are_hidden_in_the_time_of_one() -> None:
    """A capture may name another key in each exchange."""
    audited = Audited()
    for number in range(3_000):
        audited.merge(
            fault(where=f"/a/b{number}c", actual=f"AWSAccessKeyId={number:08}EXAMPLEKEY; {number:08}EXAMPLEKEY")
        )
    assert "EXAMPLEKEY" not in repr(without_secrets(audited))


def test_a_password_in_the_url_of_a_call_is_hidden() -> None:
    audited = fault()
    (of,) = audited.faults
    audited.keep(of, Place(source=0, file="c.har"), exchange(b"", url="https://me:secret@e.example/?Operation=GetHIT"))
    assert "secret" not in repr(without_secrets(audited))


def test_a_kept_call_of_json_can_be_sent_again_and_holds_no_secret() -> None:
    """The headers that name its operation and say that it was signed are left, and none of what they said."""
    scope = "20170117/us-east-1/mturk-requester/aws4_request"
    signature = "0123456789abcdef" * 4
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "MTurkRequesterServiceV20170117.SendBonus",
        "X-Amz-Date": "20170117T000000Z",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders=host, Signature={signature}",
        "X-Amz-Security-Token": "token-of-a-session",
        "User-Agent": "Boto3",
    }
    audited = fault(actual=f"{KEY} of {WORKER} signed {signature}")
    (key,) = audited.faults
    body = f'{{"WorkerIds": ["{WORKER}"]}}'.encode()
    audited.keep(key, Place(source=0, file="c.har", entry=1), exchange(body, body, **headers))
    told = without_secrets(audited)
    assert not [secret for secret in (KEY, WORKER, signature, "token-of", "Boto3") if secret in repr(told)]
    (kept,) = told.kept.values()
    assert kept.exchange.request.body == b'{"WorkerIds": ["worker-1"]}'
    assert dict(kept.exchange.request.headers) == {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "MTurkRequesterServiceV20170117.SendBonus",
        "X-Amz-Date": "20170117T000000Z",
        "Authorization": "REDACTED",
    }
