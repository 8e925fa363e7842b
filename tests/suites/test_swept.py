"""A fault inside a structure: around it stand good values, so that nothing else can be the reason of a refusal."""

from typing import Any

import pytest

from conformance.suites.swept import placed

GOOD = {"QualificationTypeId": "T", "Comparator": "EqualTo", "LocaleValue": [{"Country": "US", "Subdivision": "CA"}]}


@pytest.mark.parametrize(
    ("faulty", "path", "expected"),
    [
        ({"Comparator": ["green"]}, ["Comparator"], {**GOOD, "Comparator": ["green"]}),
        ({"QualificationTypeId": ["text"]}, ["Comparator"], {k: v for k, v in GOOD.items() if k != "Comparator"}),
        (
            {"Comparator": ["LessThan"], "LocaleValue": [{"Country": [""]}]},
            ["LocaleValue", "Country"],
            {**GOOD, "LocaleValue": [{"Country": [""], "Subdivision": "CA"}]},
        ),
        (
            {"LocaleValue": [{"Subdivision": ["text"]}]},
            ["LocaleValue", "Country"],
            {**GOOD, "LocaleValue": [{"Subdivision": "CA"}]},
        ),
        ({"IntegerValue": ["1", "1"]}, ["IntegerValue"], {**GOOD, "IntegerValue": ["1", "1"]}),
        ({"QualificationTypeId": ["text"]}, [], GOOD),
    ],
)
def test_only_the_member_named_is_taken_from_the_swept_structure(
    faulty: dict[str, Any], path: list[str], expected: dict[str, Any]
) -> None:
    """Twice or not at all where that is the fault; the rest is the good one's."""
    assert placed(GOOD, faulty, path) == expected
