"""What CreateQualificationType refuses: parameters that exclude or need each other, and documents that are none."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.requirements import requirements
from conformance.suites.answer_keys import (
    BIRD,
    choice_form,
    form_of,
    in_range,
    key_of,
    keyed,
    option,
    percentage,
    question,
    ranges,
    scale,
)
from conformance.suites.forms import form_and_answer
from conformance.suites.pages import external_question
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import CREATE, NEEDED, SEARCH, search, word
from conformance.suites.refusals import is_refusal
from conformance.suites.rows import Row
from conformance.target.requester import Requester

EXTERNAL = external_question("https://example.org/")
NO_CONTENT = form_of(
    "<Question><QuestionIdentifier>q</QuestionIdentifier><AnswerSpecification><FreeTextAnswer/></AnswerSpecification>"
    "</Question>"
)
UPLOAD = (
    "<FileUploadAnswer><MaxFileSizeInBytes>10</MaxFileSizeInBytes><MinFileSizeInBytes>1</MinFileSizeInBytes>"
    "</FileUploadAnswer>"
)
FREE = "<FreeTextAnswer/>"
OTHER = (
    "<SelectionAnswer><Selections><Selection><SelectionIdentifier>a</SelectionIdentifier><Text>A</Text></Selection>"
    "<OtherSelection/></Selections></SelectionAnswer>"
)
FORM, KEY = choice_form(), key_of(keyed("bird", option("robin", 5)))
TEST = {"Test": FORM, "TestDurationInSeconds": "600"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What CreateQualificationType has to take (in the order given), and what it has to refuse.

    ``without`` are parameters of a good call that are left out.
    """

    requirement: str
    refused: tuple[dict[str, Any], ...]
    accepted: tuple[dict[str, Any], ...] = ()
    without: str = ""


def _test(form: str) -> dict[str, str]:
    return {**TEST, "Test": form}


def _key(body: str, mapping: str = "") -> dict[str, str]:
    return {**TEST, "AnswerKey": key_of(body, mapping)}


_ROBIN = keyed("bird", option("robin", 5))
_PARAMETERS = (
    Parameter(requirement=f"{CREATE}.Description.required", refused=({},), without="Description"),
    Parameter(
        requirement=f"{CREATE}.QualificationTypeStatus.required", refused=({},), without="QualificationTypeStatus"
    ),
    Parameter(
        requirement=f"{CREATE}.Test.questionform",
        refused=(_test(FORM[:-3]), _test(KEY), _test(NO_CONTENT)),
    ),
    Parameter(requirement=f"{CREATE}.Test.no-externalquestion", refused=(_test(EXTERNAL),)),
    Parameter(
        requirement=f"{CREATE}.Test.no-fileupload",
        refused=(_test(form_of(question("q", UPLOAD))), _test(choice_form(BIRD, UPLOAD))),
    ),
    Parameter(requirement=f"{CREATE}.Test.needs-duration", refused=({"Test": FORM},)),
    Parameter(
        requirement=f"{CREATE}.Test.excludes-autogranted",
        refused=({**TEST, "AutoGranted": "true"},),
        accepted=({**TEST, "AutoGranted": "false"},),
    ),
    Parameter(
        requirement=f"{CREATE}.TestDurationInSeconds.positive",
        refused=tuple({**TEST, "TestDurationInSeconds": text} for text in ("0", "-1", "x")),
        accepted=({**TEST, "TestDurationInSeconds": "1"},),
    ),
    Parameter(
        requirement=f"{CREATE}.AnswerKey.valid",
        refused=({**TEST, "AnswerKey": KEY[:-3]}, {**TEST, "AnswerKey": form_and_answer("q1")[1]}),
    ),
    Parameter(requirement=f"{CREATE}.AnswerKey.needs-test", refused=({"AnswerKey": KEY},)),
    Parameter(
        requirement=f"{CREATE}.AnswerKey.no-freetext",
        refused=({**TEST, "Test": choice_form(BIRD, FREE), "AnswerKey": KEY},),
    ),
    Parameter(
        requirement=f"{CREATE}.AnswerKey.no-otherselection",
        refused=({**TEST, "Test": choice_form(BIRD, OTHER), "AnswerKey": KEY},),
    ),
    Parameter(
        requirement=f"{CREATE}.AutoGranted.values",
        refused=({"AutoGranted": "maybe"},),
        accepted=({"AutoGranted": "true"}, {"AutoGranted": "false"}),
    ),
    Parameter(
        requirement="AnswerKey.root",
        refused=(
            _key(""),
            {**TEST, "AnswerKey": key_of("", percentage(5)).replace("</AnswerKey>", f"{_ROBIN}</AnswerKey>")},
        ),
    ),
    Parameter(
        requirement="AnswerKey.question",
        accepted=(_key(_ROBIN), _key(keyed("bird", option("robin", 5), default=1))),
        refused=(
            _key(f"<Question>{option('robin', 5)}</Question>"),
            _key(keyed("bird")),
            _key(keyed("bird", "<DefaultScore>1</DefaultScore>", option("robin", 5))),
        ),
    ),
    Parameter(
        requirement="AnswerKey.option",
        refused=(
            _key(keyed("bird", option("robin", 5).replace("<AnswerScore>5</AnswerScore>", ""))),
            _key(keyed("bird", option("robin", "1.5"))),
        ),
    ),
    Parameter(requirement="AnswerKey.mapping-one", refused=(_key(_ROBIN, percentage(5) + scale("3")),)),
    Parameter(
        requirement="AnswerKey.mapping-position",
        refused=(
            _key(
                keyed(
                    "bird",
                    option("robin", 5),
                    f"<QualificationValueMapping>{percentage(5)}</QualificationValueMapping>",
                )
            ),
        ),
    ),
    Parameter(
        requirement="AnswerKey.range-outofrange-required",
        refused=(_key(_ROBIN, ranges()), _key(_ROBIN, ranges(in_range(5, 7, 50), outside=None))),
    ),
)


def parameter_rows(version: str) -> Iterator[Row]:
    """Yield what is refused in a version."""
    for one in _PARAMETERS:
        if requirements()[one.requirement].holds_in(version):
            yield Row(id=one.requirement, verifies=(one.requirement,), value=one)


@pytest.mark.each(rows=parameter_rows)
def test_refused(row: Row, requester: Requester, given: Given, expect: Expect) -> None:
    """The endpoint says no, and no type of that name is found afterwards."""
    one: Parameter = row.value
    names, mark = [], word(given)
    for number, values in enumerate((*one.accepted, *one.refused)):
        name, refuses = f"{mark} {number}", number >= len(one.accepted)
        good = {name: text for name, text in NEEDED.items() if name != one.without}
        reply = requester.call(CREATE, {"Name": name, **good, **values})
        told = ", ".join(f"{parameter}={text[:200]}" for parameter, text in values.items()) or f"no {one.without}"
        expect(
            one.requirement,
            is_refusal(reply) if refuses else reply.accepted,
            where=told,
            expected="an error with a code and no data" if refuses else "success",
            actual=reply.summary,
        )
        names += [name] if refuses else []
    listed = search(requester, mark)
    made = [text for one_name in listed.all("QualificationType/Name") if (text := one_name.text or "") in names]
    expect(
        one.requirement,
        not made,
        where=SEARCH,
        expected="no type made by a call that was refused",
        actual=f"{len(made)} types",
    )
