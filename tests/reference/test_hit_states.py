from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.hit_states import standing
from conformance.reference.records import HIT, Assignment

TIMES = st.integers(min_value=0, max_value=20)
STATES = st.sampled_from(["Accepted", "Submitted", "Approved", "Rejected"])


@given(st.lists(st.tuples(STATES, TIMES), max_size=8), st.integers(min_value=8, max_value=10), TIMES, TIMES)
def test_status_and_counters_agree(rows: list[tuple[str, int]], most: int, expires_at: int, at: int) -> None:
    """Free, taken and handed-in assignments are all of a living HIT; the status says which kind is left."""
    hit = HIT(
        hit_id="H",
        hit_type_id="T",
        owner="O",
        created_at=0,
        expires_at=expires_at,
        question="",
        max_assignments=most,
    )
    assignments = [
        Assignment(
            assignment_id=str(number),
            hit_id="H",
            worker_id="W",
            state=state,  # type: ignore[arg-type]
            accepted_at=0,
            deadline=deadline,
        )
        for number, (state, deadline) in enumerate(rows)
    ]
    stands = standing(hit, assignments, at)
    handed_in = sum(state != "Accepted" for state, _ in rows)
    assert stands.pending == sum(state == "Accepted" and at < deadline for state, deadline in rows)
    assert stands.completed == sum(state in ("Approved", "Rejected") for state, _ in rows)
    if at < expires_at:
        assert stands.available + stands.pending + handed_in == most
    else:
        assert stands.available == 0
    assert stands.status == ("Assignable" if stands.available else "Unassignable" if stands.pending else "Reviewable")
