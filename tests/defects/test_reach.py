"""Which operations a defect reaches, told from what planting it changes."""

from __future__ import annotations

import pytest

from conformance.defects.defect import defect
from conformance.defects.planting import handling, planting, rereading, reshaping
from conformance.defects.reach import operations_reached
from conformance.defects.table import defects
from conformance.reference.endpoint import HANDLERS, Endpoint


def no_store(endpoint: Endpoint) -> None:
    """Let every balance suffice."""
    setattr(endpoint.store, "can_pay", lambda *_: True)  # noqa: B010 - a method is replaced


def no_handler(endpoint: Endpoint) -> None:
    """Forget an operation."""
    del endpoint.handlers["GetHIT"]


CALLED = handling("GetHIT", lambda handler, context: handler(context))
SHAPED = reshaping("GrantBonus", lambda reply: None)
SAID_BY_ANOTHER = handling("ApproveRejectedAssignment", lambda handler, context: handler(context))
READ = rereading("CreateHIT", lambda values, endpoint: values)


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (CALLED, {"GetHIT"}),
        (SHAPED, {"GrantBonus"}),
        (READ, {"CreateHIT"}),
        (no_handler, {"GetHIT"}),
        (planting(SHAPED, CALLED, SHAPED, READ), {"GetHIT", "GrantBonus", "CreateHIT"}),
        (SAID_BY_ANOTHER, {"ApproveRejectedAssignment", "ApproveAssignment"}),
        (reshaping(None, lambda reply: None), None),
        (no_store, None),
        (planting(CALLED, no_store), None),
        (lambda endpoint: None, None),
    ],
    ids=[
        "handler",
        "reply",
        "parameters",
        "no handler",
        "several",
        "said by another",
        "all replies",
        "store",
        "also the store",
        "nothing",
    ],
)
def test_a_defect_reaches_the_operations_that_it_changes(plant: object, expected: set[str] | None) -> None:
    """None where it changes more than operations, or nothing that can be seen in a new endpoint."""
    assert operations_reached(defect("x", plant, "GrantBonus.pays")) == expected  # type: ignore[arg-type]


def test_most_defects_of_the_table_are_confined() -> None:
    """To operations that there are; else a self-test would run all cases against all defects."""
    reached = [operations_reached(one) for one in defects().values()]
    confined = [operations for operations in reached if operations is not None]
    assert all(operations <= HANDLERS.keys() for operations in confined)
    assert len(confined) > 0.8 * len(reached)
