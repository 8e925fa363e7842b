"""What is found without looking through a table is what looking through it would find."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.groups import Groups
from conformance.reference.hit_orders import KEYS
from conformance.reference.records import HIT, Assignment, HITProperties, HITType, Requester
from conformance.reference.rows import record_of, row_of
from conformance.reference.store import Store

OWNERS = ("O", "P")
TYPES = [
    HITType(
        hit_type_id=f"T{number}",
        hit_group_id="g",
        owner="O",
        properties=HITProperties(
            title="ab"[number % 2], description="d", reward=number // 2, assignment_duration=1, auto_approval_delay=1
        ),
    )
    for number in range(4)
]
HITS = st.builds(
    HIT,
    hit_id=st.sampled_from("abcdef"),
    hit_type_id=st.sampled_from([kind.hit_type_id for kind in TYPES]),
    owner=st.sampled_from(OWNERS),
    created_at=st.integers(0, 3).map(float),
    expires_at=st.integers(0, 3).map(float),
    question=st.just(""),
    max_assignments=st.just(1),
    disposed_at=st.none() | st.just(1.0),
)


def filled() -> Store:
    store = Store(seed=0)
    for kind in TYPES:
        store.save_hit_type(kind)
    return store


def listed(store: Store, owner: str, name: str) -> list[str]:
    return [place[-1] for place in store.hits_in_order(owner, name)]


def looked_through(store: Store, owner: str, name: str) -> list[str]:
    own = [hit for hit in store.hits.values() if hit.owner == owner and hit.disposed_at is None]
    ordered = sorted(own, key=lambda hit: KEYS[name](hit, store.hit_types[hit.hit_type_id].properties))
    return [hit.hit_id for hit in ordered]


@given(st.lists(HITS, max_size=12), st.integers(0, 12))
def test_orders_are_those_of_the_table(changes: list[HIT], asked_after: int) -> None:
    """Whenever an order was first asked for, and whatever has come, changed and gone since; a copy has the same."""
    store = filled()
    for number, hit in enumerate(changes):
        if number == asked_after:
            for name in KEYS:
                listed(store, "O", name)
        store.save_hit(hit)
    for owner in OWNERS:
        for name in KEYS:
            assert listed(store, owner, name) == looked_through(store, owner, name)
            assert listed(store.copy(), owner, name) == looked_through(store, owner, name)
    for kind in TYPES:
        found = {hit.hit_id for hit in store.hits_of_type(kind.hit_type_id)}
        assert found == {hit.hit_id for hit in store.hits.values() if hit.hit_type_id == kind.hit_type_id}


def test_the_first_type_with_some_properties_is_found() -> None:
    """Of the Requester's own; the reward as a number, the requirements as a set are the records' concern."""
    store = filled()
    again = replace(TYPES[0], hit_type_id="again")
    store.save_hit_type(again)
    assert store.find_hit_type("O", again.properties) == TYPES[0]
    assert store.find_hit_type("P", again.properties) is None
    assert store.find_hit_type("O", replace(again.properties, reward=99)) is None


def test_a_group_forgets_who_has_left() -> None:
    """Who joins again joins last; who is put where he is keeps his place; a copy is another."""
    groups = Groups()
    for member in ("a", "b", "a"):
        groups.put(member, 1)
    other = copy(groups)
    assert list(groups.of(1)) == ["a", "b"]
    groups.put("a", 2)
    groups.put("a", 1)
    assert (list(groups.of(1)), list(groups.of(2))) == (["b", "a"], [])
    assert list(other.of(1)) == ["a", "b"]


def test_a_copy_knows_nothing_of_what_happens_afterwards(scene: Any) -> None:
    """Neither way, and in no table, group or order."""
    hit_id = scene.hit()
    scene.submission(hit_id)
    store: Store = scene.endpoint.store
    before = store.dump()
    other = store.copy()
    assert other.dump() == before
    other.add_requester(Requester(access_key_id="new", secret_key="k"))
    for hit in list(other.hits.values()):
        other.save_hit(replace(hit, disposed_at=1.0, owner="new"))
    for assignment in list(other.assignments.values()):
        other.save_assignment(replace(assignment, state="Approved", hit_id="elsewhere"))
    assert store.dump() == before
    assert [one.hit_id for one in store.hits_of("OWNER")] == [hit_id]
    assert [one.hit_id for one in store.assignments_of(hit_id)] == [hit_id]
    assert list(other.hits_of("OWNER")) == []


@pytest.mark.parametrize("spoil", [lambda row: row | {"unknown": 1}, lambda row: {"title": row["title"]}])
def test_a_row_of_another_shape_is_refused(spoil: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """A member too many, or one too few."""
    row = row_of(TYPES[0].properties)
    assert record_of(HITProperties, row) == TYPES[0].properties
    with pytest.raises(TypeError):
        record_of(HITProperties, spoil(row))


def test_a_submission_that_cannot_be_paid_waits_for_the_funds() -> None:
    """Its time is not forgotten while others come and go, and it is looked for at each request."""
    store = Store(seed=0)
    record = Assignment(
        assignment_id="late",
        hit_id="h",
        worker_id="w",
        state="Submitted",
        accepted_at=0.0,
        deadline=9.0,
        auto_approval_at=20.0,
    )
    store.save_assignment(record)
    store.save_assignment(replace(record, assignment_id="early", auto_approval_at=10.0))
    assert store.due_approvals(9.0) == []
    assert store.due_approvals(10.0) == [(10.0, "early")]
    assert store.due_approvals(10.0) == [(10.0, "early")]
    store.save_assignment(replace(record, assignment_id="early", state="Approved"))
    assert store.due_approvals(19.0) == []
    assert store.due_approvals(20.0) == [(20.0, "late")]
