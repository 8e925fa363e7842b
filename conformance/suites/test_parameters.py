"""How parameters travel: their percent-encoding, by POST and by GET."""

from random import Random

import pytest

from conformance.checks.expectation import Expect
from conformance.strategies.text import sample_text
from conformance.suites.preconditions import Given
from conformance.target.requester import Requester

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
