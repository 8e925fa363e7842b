"""What suites say in the words of Query is said by SOAP, or not measured."""

from typing import Any

import pytest

from conformance.bindings.query import Credentials
from conformance.bindings.soap import read_call, sign_call
from conformance.errors import NotMeasured
from conformance.target.soap_calls import write

OPTIONS: dict[str, Any] = {
    "url": "http://e.test/",
    "credentials": Credentials(access_key_id="AKID", secret_key="a secret"),
    "version": "2012-03-25",
    "timestamp": "2014-08-15T10:00:00Z",
    "common": {},
    "omit": (),
}


def test_operation_and_version_are_in_the_name_and_service_in_the_url() -> None:
    common = {"Operation": "SearchHITs", "Version": "2007-06-21", "Service": "Other", "Validate": "true"}
    call = read_call(write("GetHIT", [{}], **{**OPTIONS, "common": common}))
    assert (call.operation, call.version, call.service) == ("SearchHITs", "2007-06-21", "Other")
    assert call.common["Validate"] == "true"
    assert set(call.common) == {"AWSAccessKeyId", "Timestamp", "Validate", "Signature"}
    assert call.common["Signature"] == sign_call(call, "a secret")


def test_what_is_left_out_is_left_out_of_every_request() -> None:
    requests: list[Any] = [{"HITId": ["1"], "ResponseGroup": ["Minimal"]}, {"HITId": ["2"]}]
    call = read_call(write("GetHIT", requests, **{**OPTIONS, "omit": ("HITId", "Signature", "Service")}))
    assert call.requests == ({"ResponseGroup": ["Minimal"]}, {})
    assert "Signature" not in call.common
    assert call.service is None


@pytest.mark.parametrize(
    "changes",
    [
        {"common": {"Action": "GetHIT"}},
        {"common": {"SignatureVersion": "1"}},
        {"omit": ("Version",)},
        {"omit": ("Operation",)},
        {"common": {"Operation": "no name"}},
    ],
)
def test_what_only_query_can_say_is_not_measured(changes: dict[str, Any]) -> None:
    with pytest.raises(NotMeasured):
        write("GetHIT", [{}], **{**OPTIONS, **changes})


def test_characters_that_xml_has_none_for_are_not_measured() -> None:
    with pytest.raises(NotMeasured, match="SOAP cannot say it"):
        write("GetHIT", [{"HITId": ["\0"]}], **OPTIONS)
