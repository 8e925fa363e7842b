"""The notice that the real service has given to every legacy call since 2019-06-01."""

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured
from conformance.target.profile import Profile
from conformance.target.requester import Requester

NOTICE = ("no longer supported", "tools-sdks")


@pytest.mark.verifies("Common.Version.retirement-message")
def test_retired_service_gives_notice(requester: Requester, profile: Profile, expect: Expect) -> None:
    if profile.plays != "retired":
        raise NotMeasured('the endpoint plays the living service (profile: plays = "living")')
    for operation in ("GetAccountBalance", "CreateQualificationType"):
        reply = requester.call(operation)
        error = reply.answer.errors[0] if reply.answer.errors else None
        as_observed = (
            reply.answer.status == 403
            and error is not None
            and error.place == "front end"
            and error.code == "Forbidden"
            and all(part in error.message for part in NOTICE)
        )
        told = "as the real service answers" if as_observed else "unlike the real service"
        expect.see("Common.Version.retirement-message", where=operation, actual=f"{told}: {reply.summary}")
