"""How parameters travel: their percent-encoding, by POST and by GET; what a reply holds without a response group."""

from random import Random

import pytest

from conformance.checks.expectation import Expect
from conformance.strategies.text import sample_text
from conformance.suites.preconditions import Given
from conformance.target.requester import Requester

CONTENT = ("QualificationTypeId", "Name", "QualificationTypeStatus")
FIXED = 'a b+c%20d é ü 漢字 100% & = ? # <x> "quoted"'


@pytest.mark.verifies("Common.Parameters.percent-decoding")
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_text_comes_back_decoded(
    method: str, requester: Requester, given: Given, expect: Expect, random: Random
) -> None:
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
