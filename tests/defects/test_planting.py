"""The places where faults are planted."""

from collections.abc import Callable
from typing import Any

from conformance.bindings.query import Answer, read_answer
from conformance.defects.planting import (
    acting,
    changed_for_now,
    handling,
    named_request,
    pending,
    planting,
    putting,
    rejected,
    reshaping,
    text,
    viewing,
)
from conformance.wire.messages import HttpResponse


def last(guide: Any) -> Answer:
    """Read what the endpoint said last."""
    status, body = guide.said[-1]
    return read_answer(HttpResponse(status=status, headers=(), body=body))


def test_a_handler_is_wrapped(guide: Callable[..., Any]) -> None:
    """The wrapper gets the handler and what it would be given, and has the last word."""
    here = guide(handling("GetAccountBalance", lambda handler, context: {**handler(context), "OnHoldBalance": []}))
    here.call("GetAccountBalance")
    assert last(here).text("AvailableBalance/Amount") == "10000.00"
    here = guide(handling("GetAccountBalance", lambda handler, context: {}))
    here.call("GetAccountBalance")
    assert last(here).text("AvailableBalance/Amount") is None


def test_a_worker_s_action_is_wrapped(guide: Callable[..., Any]) -> None:
    """What a Worker does can be changed like what a Requester calls."""
    here = guide(acting("create-workers", lambda action, visit: {**action(visit), "extra": 1}))
    here.worker()
    assert b'"extra": 1' in here.said[-1][1]


def test_plants_can_be_put_over_each_other(guide: Callable[..., Any]) -> None:
    """The later one sees what the earlier one left."""
    here = guide(planting(putting("SubjectId", lambda value: "a"), putting("SubjectId", lambda value: value + "b")))
    type_id = here.type()
    here.ask(here.worker(), type_id)
    here.look(type_id)
    assert last(here).text("QualificationRequest/SubjectId") == "ab"


def test_a_view_is_changed_and_the_store_is_not(guide: Callable[..., Any]) -> None:
    """A change of what is shown gets the record behind it."""
    here = guide(viewing(lambda record, values, context: values.update(SubjectId=[record.state])))
    type_id, worker = here.type(), here.worker()
    request_id = here.ask(worker, type_id)
    here.look(type_id)
    assert last(here).text("QualificationRequest/SubjectId") == "Submitted"
    assert here.endpoint.store.qualification_requests[request_id].worker_id == worker


def test_only_successful_replies_are_reshaped(guide: Callable[..., Any]) -> None:
    """The tree of a refusal stays as it is."""
    here = guide(reshaping(None, lambda reply: reply.clear()))
    here.call("GetAccountBalance")
    assert last(here).results == ()
    here.call("GetQualificationType", {"QualificationTypeId": ["NONE"]})
    assert last(here).refused


def test_a_change_for_now_is_taken_back(guide: Callable[..., Any]) -> None:
    """Requests are as they were, and in their order, when it is over, also after an exception."""
    here = guide(None)
    type_id = here.type()
    for _ in range(2):
        here.ask(here.worker(), type_id)
    store = here.endpoint.store
    before = pending(store)
    with changed_for_now(store, before[:1], state="Rejected"):
        assert rejected(store)[0].qualification_request_id == before[0].qualification_request_id
        assert pending(store) == before[1:]
    assert pending(store) == before
    assert rejected(store) == []


def test_the_request_that_a_call_names_is_found(guide: Callable[..., Any]) -> None:
    """Whatever its state; None where the call names none."""
    found = []

    def look(handler: Any, context: Any) -> Any:
        found.append(named_request(context))
        return handler(context)

    here = guide(handling("RejectQualificationRequest", look))
    request_id = here.ask(here.worker(), here.type())
    for identifier in (request_id, request_id, "NONE"):
        here.call("RejectQualificationRequest", {"QualificationRequestId": [identifier]})
    assert [record and record.state for record in found] == ["Submitted", "Rejected", None]


def test_the_text_of_a_value_tree_is_read() -> None:
    """A missing member and a structure have none."""
    assert text({"A": ["b", "c"]}, "A") == "b"
    assert text({}, "A") == ""
    assert text({"A": [{"B": ["c"]}]}, "A") == ""
