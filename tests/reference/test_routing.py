from dataclasses import replace
from typing import Any

import pytest

from conformance.bindings.query import read_answer
from conformance.spec.versions import VERSIONS
from conformance.wire.messages import HttpRequest


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("url", ["/", "/onca/xml", "http://endpoint.test", "https://endpoint.test/onca/xml"])
def test_calls_are_served_at_both_paths_by_both_methods(scene: Any, method: str, url: str) -> None:
    """The root and the path of 2006 are served, with an absolute URL or a path alone."""
    request = scene.request("GetAccountBalance", wire={"method": method})
    _, _, query = request.url.partition("?")
    assert read_answer(scene.send(replace(request, url=f"{url}?{query}"))).accepted


def test_query_string_and_body_are_taken_together(scene: Any) -> None:
    """Some clients put Service into the URL and the rest into the body."""
    request = scene.request("GetAccountBalance")
    moved = replace(
        request,
        url=request.url + "?Service=AWSMechanicalTurkRequester",
        body=request.body.replace(b"Service=AWSMechanicalTurkRequester&", b"&"),
    )
    assert read_answer(scene.send(moved)).accepted


@pytest.mark.parametrize(
    ("method", "url", "status"), [("POST", "/x", 404), ("POST", "http://[", 404), ("PUT", "/", 405), ("HEAD", "/", 405)]
)
def test_other_paths_and_methods_are_not_served(scene: Any, method: str, url: str, status: int) -> None:
    """They get the front end's document with a status that fits."""
    answer = read_answer(scene.send(replace(scene.request("GetAccountBalance"), method=method, url=url)))
    assert (answer.status, answer.errors[0].place) == (status, "front end")


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        ({"omit": ["Operation"]}, "MissingParameter"),
        ({"common": {"Operation": "NoSuchOperation"}}, "InvalidAction"),
        ({"common": {"Operation": "getaccountbalance"}}, "InvalidAction"),
        ({"common": {"Operation": "<&\u00e9"}}, "InvalidAction"),
        ({"common": {"Service": "AWSMechanicalTurkWorker"}}, "InvalidParameterValue"),
        ({"common": {"Version": "2017-01-17"}}, "InvalidParameterValue"),
        ({"common": {"Version": "1999-01-01"}}, "InvalidParameterValue"),
    ],
)
def test_front_end_refuses_what_it_cannot_route(scene: Any, wire: Any, code: str) -> None:
    """Without a known operation, service and version the front end answers, with HTTP 400."""
    answer = scene.call("GetAccountBalance", wire=wire)
    assert answer.root.tag == "Response"
    assert (answer.status, [error.code for error in answer.errors]) == (400, [code])
    assert answer.root.findtext("RequestID")


@pytest.mark.parametrize(
    "query", ["Operation=%ff", "Operation=%zz", "A.0=x", "A=%00", "A%01=x", "A=1&A.1.B=2", "A=%EF%BF%BE"]
)
def test_unreadable_parameters_are_refused(scene: Any, query: str) -> None:
    """Broken escapes, broken names and characters that no reply could hold are refused, never an exception."""
    answer = read_answer(scene.send(HttpRequest(method="GET", url=f"/?{query}")))
    assert (answer.status, [error.code for error in answer.errors]) == (400, ["InvalidParameterValue"])


def test_service_may_be_left_out(scene: Any) -> None:
    """Boto never sent it."""
    assert scene.call("GetAccountBalance", wire={"omit": ["Service"], "signing": "version-1"}).accepted


def test_action_is_an_alias_of_operation(scene: Any) -> None:
    """An old boto sent Action."""
    wire = {"omit": ["Operation"], "common": {"Action": "GetAccountBalance"}}
    assert scene.call("GetAccountBalance", wire=wire).accepted


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_offered(scene: Any, version: str) -> None:
    """Calls name any of the dated versions."""
    assert scene.call("GetAccountBalance", wire={"version": version}).accepted


def test_without_version_the_newest_one_offered_answers(scenes: Any) -> None:
    """Description is required from 2008-08-02 on, which shows what version a call without one is given."""
    for offered, accepted in ((frozenset({"2006-10-31", "2007-06-21"}), True), (frozenset(VERSIONS), False)):
        scene = scenes(versions=offered)
        answer = scene.call("CreateQualificationType", Name="n", wire={"omit": ["Version"]})
        assert answer.accepted is accepted


def test_version_not_offered_is_refused(scenes: Any) -> None:
    """An endpoint that offers some versions refuses the others."""
    scene = scenes(versions=frozenset({"2012-03-25"}))
    assert scene.call("GetAccountBalance", wire={"version": "2012-03-25"}).accepted
    assert scene.call("GetAccountBalance", wire={"version": "2014-08-15"}).refused


@pytest.mark.parametrize(
    ("groups", "data", "echo"),
    [([], True, False), (["Minimal"], True, False), (["Request"], False, True), (["Minimal", "Request"], True, True)],
)
def test_response_groups_choose_data_and_echo(scene: Any, groups: list[str], data: bool, echo: bool) -> None:
    """Minimal is the default and gives the data; Request gives the echo, alone nothing else."""
    answer = scene.call("GetAccountBalance", ResponseGroup=groups)
    assert answer.accepted
    assert answer.is_valid == "True"
    assert (answer.text("AvailableBalance/Amount") is not None) is data
    assert (answer.results[0].find("Request/GetAccountBalanceRequest") is not None) is echo


def test_unknown_response_group_is_an_error_of_the_operation(scene: Any) -> None:
    """A group that the operation does not have is refused below the result's Request."""
    answer = scene.call("GetAccountBalance", ResponseGroup=["Minimal", "HITDetail"])
    assert [(error.code, error.place) for error in answer.errors] == [("AWS.InvalidEnumeratedParameter", "Request")]
    assert answer.is_valid == "False"
    assert answer.text("AvailableBalance/Amount") is None


def test_echo_holds_the_known_parameters_as_sent(scene: Any) -> None:
    """The echo repeats the texts sent, defaults and unknown parameters do not appear."""
    sent = {"SortDirection": "Descending", "PageSize": "020", "Foo": "bar", "ResponseGroup": ["Request"]}
    answer = scene.call("GetQualificationRequests", **sent)
    echo = answer.results[0].find("Request/GetQualificationRequestsRequest")
    assert [(node.tag, node.text) for node in echo] == [
        ("SortDirection", "Descending"),
        ("PageSize", "020"),
        ("ResponseGroup", "Request"),
    ]


def test_operation_without_a_place_for_the_echo_is_served(scene: Any) -> None:
    """GetQualificationScore has no echo in any version."""
    type_id, worker = scene.type(), scene.worker()
    scene.call("AssignQualification", QualificationTypeId=type_id, WorkerId=worker)
    groups = ["Minimal", "Request"]
    answer = scene.call("GetQualificationScore", QualificationTypeId=type_id, SubjectId=worker, ResponseGroup=groups)
    assert answer.accepted
    assert [node.tag for node in answer.results[0].find("Request")] == ["IsValid"]
