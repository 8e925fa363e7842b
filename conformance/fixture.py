"""The fixture `mturk_endpoint` for the tests of other projects: pytest finds it wherever the kit is installed.

All that it needs is imported when a test asks for it, for each start of their pytest imports this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.target.embedded import EmbeddedProcess


@pytest.fixture
def mturk_endpoint() -> Iterator[EmbeddedProcess]:
    """An endpoint of the MTurk Requester API that is empty and ends with the test.

    It has ``url``, ``credentials``, ``workers``, ``requesters`` and ``clock``, and takes signatures of any date: a
    client need not know that the clock was moved.
    """
    from conformance.target.embedded import EmbeddedProcess

    with EmbeddedProcess(any_date=True) as endpoint:
        yield endpoint
