"""Signed calls of a Requester, on one connection that stays open, for benchmarks."""

import http.client
import time
from collections.abc import Mapping

from conformance.bindings.query import Answer, Credentials, read_answer, write_call
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, HttpResponse
from conformance.wire.timestamps import format_timestamp

VERSION = "2014-08-15"
QUESTION = (
    '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
    'ExternalQuestion.xsd"><ExternalURL>https://site.example/</ExternalURL><FrameHeight>400</FrameHeight>'
    "</ExternalQuestion>"
)
NEW_HIT: Values = {
    "Title": ["Name the animal"],
    "Description": ["Look at the picture and name the animal in it"],
    "Reward": [{"Amount": ["0.05"], "CurrencyCode": ["USD"]}],
    "AssignmentDurationInSeconds": ["3600"],
    "LifetimeInSeconds": ["86400"],
    "MaxAssignments": ["3"],
    "Question": [QUESTION],
}


class Caller:
    """Makes calls to an endpoint; ``environment`` holds the credentials."""

    def __init__(self, url: str, environment: Mapping[str, str]) -> None:
        self._url = url
        self._credentials = Credentials(
            access_key_id=environment["MTURK_ACCESS_KEY_ID"], secret_key=environment["MTURK_SECRET_KEY"]
        )
        self._connection = http.client.HTTPConnection(url.split("/")[2])

    def request(self, operation: str, values: Values) -> HttpRequest:
        """Return the signed call, as of now."""
        return write_call(
            operation,
            values,
            url=self._url,
            credentials=self._credentials,
            version=VERSION,
            timestamp=format_timestamp(time.time()),
        )

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send a call and read the answer."""
        self._connection.request("POST", "/", request.body, dict(request.headers))
        response = self._connection.getresponse()
        return HttpResponse(status=response.status, headers=tuple(response.getheaders()), body=response.read())

    def call(self, operation: str, values: Values) -> Answer:
        """Make a call that has to succeed."""
        answer = read_answer(self.send(self.request(operation, values)))
        assert answer.accepted, answer.summary
        return answer
