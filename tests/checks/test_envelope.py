"""The envelope of a reply: seen passing on good replies, and failing on each planted fault."""

from typing import Any

import pytest

from conformance.checks.finding import Outcome

ERROR = "<Error><Code>C</Code><Message>m</Message></Error>"
IS_VALID = "Common.Response.is-valid"
PRESENT = "Common.Response.isvalid-present"
NO_ERRORS = "Common.Response.success-has-no-errors"
ELEMENT = "RejectQualificationRequest.Result.element"
REJECT = "RejectQualificationRequest"
RESULT = f"/{REJECT}Response/{REJECT}Result[1]"


def refused(valid: str = "<IsValid>False</IsValid>") -> str:
    return f"<Request>{valid}<Errors>{ERROR}</Errors></Request>"


def test_a_good_success_meets_all_of_them(replies: Any) -> None:
    """Each check says so."""
    for requirement in (IS_VALID, PRESENT, NO_ERRORS, ELEMENT):
        assert replies.of(requirement, replies.rejection(), REJECT) == [Outcome.MET], requirement
    assert replies.missed(replies.rejection(), REJECT) == []


def test_a_good_refusal_misses_nothing(replies: Any) -> None:
    """What a success must have is not asked of it, nor does it show that."""
    body = replies.rejection(refused())
    assert replies.missed(body, REJECT) == []
    assert replies.of(IS_VALID, body, REJECT) == [Outcome.MET]
    assert replies.of(PRESENT, body, REJECT) == [Outcome.MET]
    assert [replies.of(name, body, REJECT) for name in (NO_ERRORS, ELEMENT)] == [[], []]
    assert replies.of(f"{REJECT}.Result.nothing-else", body, REJECT) == []


@pytest.mark.parametrize("text", ["true", "TRUE", " True", "True\n", "1", "False", "", "yes"])
def test_is_valid_of_a_success_is_true_to_the_letter(text: str, replies: Any) -> None:
    """No other spelling, no other case, no blanks around it."""
    found = replies.missed(replies.rejection(f"<Request><IsValid>{text}</IsValid></Request>"), REJECT)
    assert [(one.requirement, one.where) for one in found] == [(IS_VALID, f"{RESULT}/Request/IsValid")]
    assert found[0].expected == "exactly True, for an accepted call"
    assert found[0].actual == repr(text)


@pytest.mark.parametrize("text", ["True", "false", "FALSE", "0"])
def test_is_valid_of_a_refusal_is_false_to_the_letter(text: str, replies: Any) -> None:
    """Errors beside it say that it is one."""
    found = replies.missed(replies.rejection(refused(f"<IsValid>{text}</IsValid>")), REJECT)
    first = next(one for one in found if one.requirement == IS_VALID)
    assert (first.expected, first.actual) == ("exactly False, for a refused call", repr(text))


def test_is_valid_holds_no_elements(replies: Any) -> None:
    """Two checks look at it, and the fault is told once."""
    found = replies.missed(replies.rejection("<Request><IsValid>True<x/></IsValid></Request>"), REJECT)
    assert [one.requirement for one in found] == [IS_VALID]


def test_a_second_is_valid_is_told_by_its_number(replies: Any) -> None:
    """Its place tells it from the first one."""
    body = replies.rejection("<Request><IsValid>True</IsValid><IsValid>no</IsValid></Request>")
    found = [one.where for one in replies.missed(body, REJECT) if one.requirement == IS_VALID]
    assert found == [f"{RESULT}/Request/IsValid[2]"]


def test_each_request_has_its_own_is_valid(replies: Any) -> None:
    """The errors of one result say nothing of the other."""
    body = replies.rejection(f"{refused()}</{REJECT}Result><{REJECT}Result><Request><IsValid>False</IsValid></Request>")
    found = [one for one in replies.missed(body, REJECT) if one.requirement == IS_VALID]
    assert [one.where for one in found] == [f"/{REJECT}Response/{REJECT}Result[2]/Request/IsValid"]


@pytest.mark.parametrize("inner", ["", "<Request/>", "<Request>True</Request>", "<IsValid>True</IsValid>"])
def test_a_result_without_is_valid_is_reported(inner: str, replies: Any) -> None:
    """By the requirement that is about its presence, not by the one about its text."""
    found = replies.missed(replies.rejection(inner), REJECT)
    assert (PRESENT, f"/{REJECT}Response/{REJECT}Result") in [(one.requirement, one.where) for one in found]
    assert IS_VALID not in {one.requirement for one in found}
    assert next(one for one in found if one.requirement == PRESENT).expected == "Request/IsValid"


@pytest.mark.parametrize(
    ("inner", "where", "actual"),
    [
        ("<Request><IsValid>True</IsValid><Errors/></Request>", "Request/Errors", "an empty Errors element"),
        (refused("<IsValid>True</IsValid>"), "Request/Errors", "Errors beside IsValid 'True'"),
        ("<Request><Errors/></Request>", "Request/Errors", "an empty Errors element"),
        ("<Request><IsValid>True</IsValid></Request><x><Errors/></x>", "x/Errors", "an empty Errors element"),
        (f"<x><Errors>{ERROR}</Errors></x>", "x/Errors", "Errors beside IsValid None"),
    ],
    ids=["empty", "beside True", "empty without IsValid", "deep", "deep without IsValid"],
)
def test_a_success_with_errors_is_reported(inner: str, where: str, actual: str, replies: Any) -> None:
    """At any depth, empty or not."""
    found = [one for one in replies.missed(replies.rejection(inner), REJECT) if one.requirement == NO_ERRORS]
    assert [(one.where, one.actual) for one in found] == [(f"/{REJECT}Response/{REJECT}Result/{where}", actual)]


def test_an_empty_list_of_errors_beside_false_is_no_success(replies: Any) -> None:
    """The requirement speaks of successful answers only; that this one is neither is told by IsValid."""
    body = replies.rejection("<Request><IsValid>False</IsValid><Errors/></Request>")
    assert replies.of(NO_ERRORS, body, REJECT) == []
    assert replies.of(IS_VALID, body, REJECT) == [Outcome.MISSED]


@pytest.mark.parametrize(
    ("body", "actual"),
    [
        (
            f"<{REJECT}Response><{REJECT}Result/></{REJECT}Response>",
            "OperationRequest/RequestId is missing or empty",
        ),
        (
            f"<{REJECT}Response><OperationRequest><RequestId> </RequestId></OperationRequest>"
            f"<{REJECT}Result/></{REJECT}Response>",
            "OperationRequest/RequestId is missing or empty",
        ),
        (
            f"<{REJECT}Response><OperationRequest><RequestId>r</RequestId></OperationRequest></{REJECT}Response>",
            f"0 elements {REJECT}Result",
        ),
        (
            f"<{REJECT}Response><OperationRequest><RequestId>r</RequestId></OperationRequest>"
            f"<{REJECT}Result/><{REJECT}Result/></{REJECT}Response>",
            f"2 elements {REJECT}Result",
        ),
        (
            "<GrantQualificationResponse><OperationRequest><RequestId>r</RequestId></OperationRequest>"
            f"<{REJECT}Result/></GrantQualificationResponse>",
            "the root is GrantQualificationResponse",
        ),
        (
            f"<{REJECT}Result><Request/></{REJECT}Result>",
            f"the root is {REJECT}Result; OperationRequest/RequestId is missing or empty; 0 elements {REJECT}Result",
        ),
        ("not XML", "HTTP 200, not an XML reply"),
    ],
    ids=["no OperationRequest", "blank id", "no result", "two results", "another root", "a fragment", "no XML"],
)  # fmt: skip
def test_a_success_has_its_root_its_id_and_one_result(body: str, actual: str, replies: Any) -> None:
    """Each part that is missing or wrong is named."""
    found = [one for one in replies.missed(body, REJECT) if one.requirement == ELEMENT]
    assert len(found) == 1
    assert found[0].actual.startswith(actual)
    assert f"{REJECT}Response" in found[0].expected


def test_a_namespace_makes_no_difference(replies: Any) -> None:
    """Genuine replies of this binding have none; SOAP replies have it."""
    namespace = ' xmlns="http://requester.mturk.amazonaws.com/doc/2014-08-15"'
    body = replies.reply(REJECT, "<Request><IsValid>True</IsValid></Request>", namespace=namespace)
    assert replies.missed(body, REJECT) == []
    assert replies.findings(body, REJECT) == replies.findings(replies.rejection(), REJECT)


def test_an_authentication_fault_misses_nothing(replies: Any) -> None:
    """It has neither a result nor IsValid, under the root of the operation."""
    body = (
        f"<{REJECT}Response><OperationRequest><RequestId>r</RequestId><Errors><Error><Code>AWS.NotAuthorized</Code>"
        "<Message>The identity contained in the request is not authorized</Message></Error></Errors>"
        f"</OperationRequest></{REJECT}Response>"
    )
    assert [one for one in replies.findings(body, REJECT) if one.outcome is not Outcome.MET] == []


@pytest.mark.parametrize("status", [200, 400, 403, 503])
def test_an_error_of_the_front_end_misses_nothing(status: int, replies: Any) -> None:
    """Its root and its RequestID are in no schema."""
    body = f'<?xml version="1.0"?>\n<Response><Errors>{ERROR}</Errors><RequestID>r</RequestID></Response>'
    assert replies.findings(body, REJECT, status=status) == []


@pytest.mark.parametrize("operation", ["NoSuchOperation", ""])
def test_what_is_no_operation_is_not_judged(operation: str, replies: Any) -> None:
    """What an unknown call is answered with is not for these checks."""
    echoing = "<Request><RejectQualificationRequestRequest/><Errors/></Request>"
    for body in ("<Response/>", "nothing", replies.rejection(""), replies.rejection(echoing)):
        assert replies.missed(body, operation) == []
