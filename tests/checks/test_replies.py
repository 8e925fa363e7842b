"""What all replies have in common: each fault at its requirement, and nothing where all is well."""

import pytest

from conformance.checks.finding import Outcome
from conformance.checks.judge import judge
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

URL = "http://localhost/?Operation=GetHIT&Version=2014-08-15&HITId=2X"
GOOD = (
    '<?xml version="1.0"?>\n<GetHITResponse><OperationRequest><RequestId>r</RequestId></OperationRequest>'
    "<HIT><Request><IsValid>True</IsValid></Request><HITId>2X</HITId>"
    "<CreationTime>2014-08-15T10:00:00Z</CreationTime></HIT></GetHITResponse>"
)
ERRORS = (
    "<Errors><Error><Code>AWS.X</Code><Message>no (1 s)</Message><Data><Key>k</Key><Value>v</Value></Data></Error>"
    "</Errors>"
)
BAD = GOOD.replace("True</IsValid>", f"False</IsValid>{ERRORS}").partition("<HITId>")[0] + "</HIT></GetHITResponse>"
R = "Common.Response."
OURS = (
    *(f"{R}{topic}" for topic in ("well-formed", "declaration", "rest-no-namespace", "root", "operation-request")),
    *(f"{R}{topic}" for topic in ("error-structure", "invalid-empty", "schema-names", "no-fraction")),
    *("Common.Error.code-prefix", "Common.Error.message-nonempty", "KeyValuePair.error-data"),
)


def missed(body: str | bytes, status: int = 200, kind: str = "text/xml") -> set[str]:
    """Return which of the requirements a reply misses."""
    data = body if isinstance(body, bytes) else body.encode()
    response = HttpResponse(status=status, headers=(("Content-Type", kind),), body=data)
    exchange = Exchange(request=HttpRequest(method="GET", url=URL), response=response, sent_at=0.0, received_at=0.0)
    findings = judge(exchange)
    return {one.requirement for one in findings if one.outcome is Outcome.MISSED and one.requirement in OURS}


def test_replies_as_they_should_be_miss_nothing() -> None:
    assert missed(GOOD) == missed(BAD) == set()


def test_a_page_of_a_web_server_shows_nothing() -> None:
    assert missed("<html><body/></html>", status=404, kind="text/html") == set()


@pytest.mark.parametrize(
    ("body", "topics"),
    [
        (GOOD[:-5], {f"{R}well-formed"}),
        (
            GOOD.replace("2X", "é").encode("latin-1").replace(b'"1.0"', b'"1.0" encoding="ISO-8859-1"'),
            {f"{R}well-formed", f"{R}declaration"},
        ),
        ("\ufeff" + GOOD, {f"{R}declaration"}),
        (
            GOOD.replace(
                "<GetHITResponse>", '<GetHITResponse xmlns="http://requester.mturk.amazonaws.com/doc/2014-08-15">'
            ),
            {f"{R}rest-no-namespace"},
        ),
        (GOOD.replace("GetHITResponse", "GetTaskResponse"), {f"{R}root"}),
        (GOOD.replace("<RequestId>r</RequestId>", "<RequestId/>"), {f"{R}operation-request"}),
        (GOOD.replace("<HITId>", "<Task/><HITId>"), {f"{R}schema-names"}),
        (GOOD.replace("00Z", "00.5Z"), {f"{R}no-fraction"}),
        (BAD.replace("</HIT>", "<HITId>2X</HITId></HIT>"), {f"{R}invalid-empty"}),
        (BAD.replace("AWS.X", "X"), {"Common.Error.code-prefix"}),
        (BAD.replace("no (1 s)", " "), {"Common.Error.message-nonempty"}),
        (BAD.replace("<Value>v</Value>", ""), {f"{R}error-structure", "KeyValuePair.error-data"}),
        (BAD.replace("<Code>", "<Code>a</Code><Code>"), {f"{R}error-structure", "Common.Error.code-prefix"}),
    ],
)
def test_a_fault_is_told_at_its_requirement(body: str | bytes, topics: set[str]) -> None:
    assert missed(body) == topics
