"""What every suite starts from."""

from collections.abc import Callable

import pytest

from conformance.suites.preconditions import Given
from conformance.target.drivers import WorkerDriver
from conformance.target.profile import Profile
from conformance.target.requester import Requester


@pytest.fixture
def given(requester: Requester, workers: WorkerDriver, name: Callable[[str], str], profile: Profile) -> Given:
    """The named preconditions of the case."""
    return Given(requester, workers, name, profile.settling_time)
