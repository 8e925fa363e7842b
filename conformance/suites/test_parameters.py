"""How parameters travel: their percent-encoding, by POST and by GET; what a reply holds without a response group."""

from dataclasses import replace
from random import Random
from urllib.parse import urlsplit

import pytest

from conformance.checks.expectation import Expect
from conformance.strategies.text import sample_text
from conformance.suites.assignments import Employer
from conformance.suites.life_cycle import status_of
from conformance.suites.preconditions import Given
from conformance.suites.rows import Row
from conformance.target.requester import Requester

CONTENT = ("QualificationTypeId", "Name", "QualificationTypeStatus")
REVIEW = "SetHITAsReviewing"
FIXED = 'a b+c%20d é ü 漢字 100% & = ? # <x> "quoted"'


@pytest.mark.verifies("Common.Parameters.percent-decoding")
@pytest.mark.each(rows=lambda version: [Row(id=method, verifies=(), value=method) for method in ("POST", "GET")])
def test_text_comes_back_decoded(row: Row, requester: Requester, given: Given, expect: Expect, random: Random) -> None:
    method = row.value
    for text in (FIXED, f"x{sample_text(random, 60).strip()}x"):
        values = {"Name": given.name("type"), "Description": text, "QualificationTypeStatus": "Active"}
        created = requester.must("CreateQualificationType", values, method=method)
        type_id = (created.text("QualificationTypeId") or "").strip()
        found = requester.must("GetQualificationType", {"QualificationTypeId": type_id}, method=method)
        expect(
            "Common.Parameters.percent-decoding",
            found.text("Description") == text,
            where=f"Description, sent by {method}",
            expected=repr(text),
            actual=repr(found.text("Description")),
        )


@pytest.mark.verifies("Common.ResponseGroup.omitted")
def test_reply_without_response_group_has_its_content(requester: Requester, given: Given, expect: Expect) -> None:
    balance = requester.call("GetAccountBalance")
    expect(
        "Common.ResponseGroup.omitted",
        balance.accepted and bool(balance.text("AvailableBalance/Amount")),
        where="GetAccountBalance",
        expected="success with AvailableBalance",
        actual=balance.summary if balance.text("AvailableBalance/Amount") else f"{balance.summary}, without it",
    )
    type_id = given.qualification_type()
    reply = requester.call("GetQualificationType", {"QualificationTypeId": type_id})
    missing = [name for name in CONTENT if not reply.text(name)]
    expect(
        "Common.ResponseGroup.omitted",
        reply.accepted and not missing,
        where="GetQualificationType",
        expected=f"success with {', '.join(CONTENT)}",
        actual=f"{reply.summary}, without {', '.join(missing)}" if missing else reply.summary,
    )


@pytest.mark.verifies("Common.REST.booleans")
def test_booleans_are_true_and_false(requester: Requester, given: Given, expect: Expect) -> None:
    values = {"HITId": Employer(given).reviewable_hit()}
    status_of(given, values["HITId"], "Reviewable")
    for text, status in (("false", "Reviewing"), ("true", "Reviewable")):
        reply = requester.call(REVIEW, {**values, "Revert": text})
        expect(
            "Common.REST.booleans",
            reply.accepted,
            where=f"{REVIEW} with Revert={text}",
            expected="success",
            actual=reply.summary,
        )
        if reply.accepted:
            status_of(given, values["HITId"], status)
    for text in ("0", "1", "False", "True"):
        reply = requester.call(REVIEW, {**values, "Revert": text})
        expect.see("Common.REST.booleans", where=f"{REVIEW} with Revert={text}", actual=reply.summary)


@pytest.mark.verifies("Common.REST.https")
def test_both_schemes_reach_the_same_account(requester: Requester, expect: Expect, other_scheme_url: str) -> None:
    """The balance is read before and after by the one scheme and in between by the other: others may draw on it."""
    before = requester.must("GetAccountBalance")
    request = replace(requester.write("GetAccountBalance"), url=other_scheme_url)
    between = requester.send("GetAccountBalance", request)
    after = requester.must("GetAccountBalance")
    told = [reply.text("AvailableBalance/Amount") for reply in (before, between, after)]
    expect(
        "Common.REST.https",
        between.accepted and told[1] in (told[0], told[2]),
        where=f"AvailableBalance by {urlsplit(other_scheme_url).scheme}",
        expected=f"{told[0]}, as by {urlsplit(requester.url).scheme}",
        actual=f"{told[1]}; {between.summary}",
    )
