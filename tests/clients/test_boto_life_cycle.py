"""boto 2.49 extends, expires, reviews, disables and disposes of HITs at the embedded endpoint."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if sys.version_info >= (3, 12):
    pytest.skip("boto 2.49 cannot be imported by Python 3.12", allow_module_level=True)

from boto.mturk.connection import MTurkRequestError
from boto.mturk.price import Price

if TYPE_CHECKING:
    from tests.clients.conftest import Driven


def registered(driven: Driven, title: str) -> str:
    """Return a HIT type of 50 cents."""
    (kind,) = driven.boto.register_hit_type(title, "what it is", Price(0.5), timedelta(hours=1))
    return str(kind.HITTypeId)


def status(driven: Driven, hit_id: str) -> str:
    """Return the HITStatus that boto reads."""
    (hit,) = driven.boto.get_hit(hit_id)
    return str(hit.HITStatus)


def test_boto_leads_a_hit_through_its_life(driven: Driven) -> None:
    """Extended, moved to another type, expired, reviewed, taken back from the review and disposed of."""
    boto, kind = driven.boto, registered(driven, "one")
    (hit,) = boto.create_hit(kind, driven.form, max_assignments=1)
    boto.extend_hit(hit.HITId, assignments_increment=2)
    boto.extend_hit(hit.HITId, expiration_increment=3600)
    (extended,) = boto.get_hit(hit.HITId)
    assert (extended.MaxAssignments, extended.HITStatus) == ("3", "Assignable")
    boto.change_hit_type_of_hit(hit.HITId, registered(driven, "two"))
    assert boto.get_hit(hit.HITId)[0].Title == "two"
    boto.expire_hit(hit.HITId)
    assert status(driven, hit.HITId) == "Reviewable"
    boto.set_reviewing(hit.HITId)
    assert status(driven, hit.HITId) == "Reviewing"
    boto.set_reviewing(hit.HITId, revert=True)
    assert status(driven, hit.HITId) == "Reviewable"
    boto.dispose_hit(hit.HITId)
    assert status(driven, hit.HITId) == "Disposed"


def test_boto_disables_a_hit_once(driven: Driven) -> None:
    """The second time it raises what the service says of the state."""
    (hit,) = driven.boto.create_hit(registered(driven, "one"), driven.form, max_assignments=1)
    driven.boto.disable_hit(hit.HITId)
    with pytest.raises(MTurkRequestError) as refused:
        driven.boto.disable_hit(hit.HITId)
    assert refused.value.error_code == "AWS.MechanicalTurk.InvalidHITState"
