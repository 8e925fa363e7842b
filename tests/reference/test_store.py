import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.endpoint import Endpoint
from conformance.reference.records import (
    HIT,
    Assignment,
    BonusPayment,
    HITProperties,
    HITType,
    Locale,
    Message,
    Qualification,
    QualificationRequest,
    QualificationRequirement,
    QualificationTest,
    QualificationType,
    Requester,
    UsedToken,
    Worker,
)
from conformance.reference.store import TOKEN_LIFE, Store

TEXT = st.text(max_size=8)
TIME = st.floats(allow_nan=False, allow_infinity=False)
TESTS = st.none() | st.builds(QualificationTest, form=TEXT, duration=st.integers(), answer_key=st.none() | TEXT)
REQUIREMENTS = st.builds(
    QualificationRequirement,
    qualification_type_id=TEXT,
    comparator=TEXT,
    integers=st.lists(st.integers(), max_size=2).map(tuple),
    locales=st.lists(st.builds(Locale, country=st.none() | TEXT), max_size=2).map(tuple),
)
PROPERTIES = st.builds(
    HITProperties,
    title=TEXT,
    description=TEXT,
    reward=st.integers(),
    assignment_duration=st.integers(),
    auto_approval_delay=st.integers(),
    requirements=st.lists(REQUIREMENTS, max_size=2).map(tuple),
)
ASSIGNMENTS = st.builds(
    Assignment,
    assignment_id=TEXT,
    hit_id=st.just(""),
    worker_id=TEXT,
    state=st.sampled_from(["Accepted", "Submitted", "Approved", "Rejected"]),
    accepted_at=TIME,
    deadline=TIME,
    auto_approval_at=st.none() | TIME,
).map(lambda record: replace(record, hit_id=f"of {record.assignment_id[:1]}"))
RECORDS = {
    "add_requester": st.builds(
        Requester, access_key_id=TEXT, secret_key=TEXT, balance=st.integers(), opened=st.booleans()
    ),
    "save_hit_type": st.builds(HITType, hit_type_id=TEXT, hit_group_id=TEXT, owner=TEXT, properties=PROPERTIES),
    "save_hit": st.builds(
        HIT,
        hit_id=TEXT,
        hit_type_id=TEXT,
        owner=TEXT,
        created_at=TIME,
        expires_at=TIME,
        question=TEXT,
        max_assignments=st.integers(),
    ),
    "save_assignment": ASSIGNMENTS,
    "record_payment": st.builds(
        BonusPayment, owner=TEXT, worker_id=TEXT, assignment_id=TEXT, amount=st.integers(), granted_at=TIME
    ),
    "remember_token": st.builds(UsedToken, owner=TEXT, operation=TEXT, token=TEXT, used_at=TIME, first=TEXT),
    "add_worker": st.builds(Worker, worker_id=TEXT),
    "save_type": st.builds(
        QualificationType,
        qualification_type_id=TEXT,
        owner=TEXT,
        created_at=TIME,
        name=TEXT,
        status=TEXT,
        description=st.none() | TEXT,
        retry_delay=st.none() | st.integers(),
        test=TESTS,
    ),
    "save_request": st.builds(
        QualificationRequest,
        qualification_request_id=TEXT,
        qualification_type_id=TEXT,
        worker_id=TEXT,
        state=st.sampled_from(["Started", "Submitted", "Granted", "Rejected"]),
        requested_at=TIME,
        test=TESTS,
        answer=st.none() | TEXT,
    ),
    "save_qualification": st.builds(
        Qualification, qualification_type_id=TEXT, worker_id=TEXT, value=st.integers(), granted_at=TIME
    ),
    "send_message": st.builds(Message, worker_id=TEXT, subject=TEXT, text=TEXT, at=TIME),
}
REQUIREMENT = {
    "QualificationTypeId": ["00000000000000000071"],
    "Comparator": ["In"],
    "LocaleValue": [{"Country": ["US"]}],
}
CHANGES = st.lists(
    st.sampled_from(sorted(RECORDS)).flatmap(lambda name: st.tuples(st.just(name), RECORDS[name])), max_size=12
)


@given(CHANGES, st.integers(), st.integers(min_value=0), TIME)
def test_dump_survives_json_and_is_loaded_as_it_was(
    changes: list[tuple[str, Any]], seed: int, issued: int, offset: float
) -> None:
    """Whatever is in the tables, a store that was dumped to JSON and loaded has the same tables and counters."""
    store = Store(seed=seed)
    store.issued, store.clock_offset = issued, offset
    for method, record in changes:
        getattr(store, method)(record)
    loaded = Store.load(json.loads(json.dumps(store.dump())))
    marks = {"to_review", "to_notify", "alarms", "next_approval"}
    assert {name: of_loaded for name, of_loaded in vars(loaded).items() if name not in marks} == {
        name: of_store for name, of_store in vars(store).items() if name not in marks
    }


def test_a_loaded_store_has_everything_looked_at_again(scene: Any) -> None:
    """Nobody knows what happened to the HITs while there was no endpoint."""
    hit_id = scene.hit()
    loaded = Store.load(scene.endpoint.store.dump())
    assert hit_id in loaded.to_review
    assert hit_id in loaded.to_notify
    assert hit_id in {one for _, one in loaded.alarms}


def test_a_hit_wakes_when_it_expires(scene: Any) -> None:
    """And not before."""
    hit_id = scene.hit()
    store = scene.endpoint.store
    assert hit_id not in store.to_notify
    store.wake(store.hits[hit_id].expires_at - 1)
    assert hit_id not in store.to_notify
    store.wake(store.hits[hit_id].expires_at)
    assert hit_id in store.to_notify


def test_loaded_store_goes_on_as_the_dumped_one(scene: Any, documents: Any) -> None:
    """After a restart the same requests get the same bytes."""
    type_id = scene.type(Test=documents.form("q"), TestDurationInSeconds="60")
    worker = scene.worker()
    scene.ask(worker, type_id)
    scene.call("RejectQualificationRequest", QualificationRequestId=scene.pending(scene.type()))
    assignment, rewarded, hit_id = scene.approved(QualificationRequirement=REQUIREMENT, AutoApprovalDelayInSeconds="5")
    scene.bonus(assignment, rewarded, UniqueRequestToken="t")
    scene.submission(scene.hit(AutoApprovalDelayInSeconds="5"))
    loaded = Endpoint(Store.load(json.loads(json.dumps(scene.endpoint.store.dump()))), options=scene.endpoint.options)
    scene.now += 5
    listing = {"HITId": hit_id}
    for operation, parameters in (
        ("GetHIT", listing),
        ("GetAssignmentsForHIT", listing),
        ("GetBonusPayments", listing),
    ):
        request = scene.request(operation, **parameters)
        assert loaded.handle(request, scene.now) == scene.send(request)
    for operation in ("GetQualificationRequests", "GetAccountBalance", "CreateQualificationType"):
        request = scene.request(operation, Name="new", Description="d", QualificationTypeStatus="Active")
        assert loaded.handle(request, scene.now) == scene.send(request)


def test_dump_of_another_format_is_refused() -> None:
    """A store says that it cannot read what it did not write."""
    with pytest.raises(ValueError, match="format 1"):
        Store.load({"format": 1})


def test_secrets_are_not_in_representations() -> None:
    """A Requester in a traceback does not show the key."""
    assert "hidden" not in repr(Requester(access_key_id="A", secret_key="hidden"))


def test_queries_see_the_latest_records() -> None:
    """A saved record takes the place of the one with its id; the last request is the one asked last."""
    store = Store(seed=0)
    store.save_type(QualificationType(qualification_type_id="T", owner="O", created_at=0, name="n", status="Active"))
    for request_id, state in (("1", "Submitted"), ("2", "Submitted"), ("1", "Rejected")):
        store.save_request(
            QualificationRequest(
                qualification_request_id=request_id,
                qualification_type_id="T",
                worker_id="W",
                state=state,
                requested_at=0,
            )
        )
    assert [record.qualification_request_id for record in store.pending_requests("O")] == ["2"]
    assert list(store.pending_requests("P")) == []
    last = store.last_request("T", "W")
    assert last is not None
    assert last.qualification_request_id == "2"
    assert store.last_request("T", "X") is None


def test_a_token_is_remembered_for_its_life() -> None:
    """To the second; the latest use counts, and each Requester, operation and text is its own."""
    store = Store(seed=0)
    used = UsedToken(owner="O", operation="GrantBonus", token="t", used_at=100.0, first="r")
    store.remember_token(used)
    assert store.find_token("O", "GrantBonus", "t", 100.0 + TOKEN_LIFE - 1) == used
    assert store.find_token("O", "GrantBonus", "t", 100.0 + TOKEN_LIFE) is None
    for elsewhere in (("P", "GrantBonus", "t"), ("O", "CreateHIT", "t"), ("O", "GrantBonus", "T")):
        assert store.find_token(*elsewhere, 100.0) is None
    later = replace(used, used_at=200_000.0)
    store.remember_token(later)
    assert store.find_token("O", "GrantBonus", "t", 200_000.0) == later


def test_a_charge_is_amount_and_fee() -> None:
    """What can be paid to the cent can be charged."""
    store = Store(seed=0)
    store.add_requester(Requester(access_key_id="A", secret_key="s", balance=120))
    assert store.can_pay("A", 100, 20)
    assert not store.can_pay("A", 100, 21)
    store.charge("A", 100, 20)
    assert store.requesters["A"].balance == 0
