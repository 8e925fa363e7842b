from typing import Any


def names(scene: Any, path: str, **parameters: Any) -> list[str]:
    """Return the texts at a path of an answer of Help."""
    answer = scene.call("Help", **parameters)
    assert answer.accepted, answer.summary
    return [node.text for node in answer.results[0].iterfind(path)]


def test_an_operation_is_described_by_its_parameters_and_groups(scene: Any) -> None:
    asked = {"HelpType": "Operation", "About": "BlockWorker"}
    assert names(scene, "OperationInformation/Name", **asked) == ["BlockWorker"]
    assert names(scene, "OperationInformation/RequiredParameters/Parameter", **asked) == ["WorkerId", "Reason"]
    assert names(scene, "OperationInformation/DefaultResponseGroups/ResponseGroup", **asked) == ["Minimal"]


def test_a_response_group_is_described_by_its_operations_and_elements(scene: Any) -> None:
    asked = {"HelpType": "ResponseGroup", "About": "Parameters"}
    valid = names(scene, "ResponseGroupInformation/ValidOperations/Operation", **asked)
    assert valid == ["GetRequesterStatistic", "GetRequesterWorkerStatistic"]
    assert names(scene, "ResponseGroupInformation/Elements/Element", **asked) == ["Statistic", "TimePeriod"]


def test_what_there_is_not_is_refused(scene: Any) -> None:
    """Nor is a call without HelpType taken."""
    for values in ({"HelpType": "Operation", "About": "Oops"}, {"HelpType": "ResponseGroup", "About": "GetHIT"}):
        assert scene.call("Help", **values).refused
    assert scene.call("Help", About="GetHIT").refused
