"""A profile becomes a target with the drivers that it names, or a refusal before anything is sent."""

from dataclasses import replace
from decimal import Decimal

import pytest

from conformance.errors import NotMeasured, RefusedForSafety, UsageError
from conformance.target.drivers import NoWorkers, RealClock
from conformance.target.embedded import EmbeddedInProcess, EmbeddedProcess
from conformance.target.opening import open_target
from conformance.target.profile import Profile

REMOTE = Profile(url="http://127.0.0.1:1/", worker_driver="none", clock_driver="none", restart_hook="none")
KEYS = {"MTURK_ACCESS_KEY_ID": "A", "MTURK_SECRET_KEY": "s"}
SECOND = {"MTURK_SECOND_ACCESS_KEY_ID": "B", "MTURK_SECOND_SECRET_KEY": "t"}
WORKER = {
    "worker:request-qualification",
    "worker:take-test",
    "worker:read-message",
    "worker:accept",
    "worker:submit",
    "worker:preview",
    "worker:return",
    "worker:upload-file",
    "approved-assignment",
    "funds",
    "layout",
    "mail-sink",
    "notification-receptor",
    "sqs-queue",
    "worker:locale",
    "worker:page",
}


@pytest.mark.parametrize("in_process", [False, True])
def test_the_embedded_endpoint_can_do_everything(in_process: bool) -> None:
    """Both kinds have Workers, clock, restart and a second Requester; now() is the endpoint's time."""
    with open_target(Profile(), {}, in_process=in_process) as target:
        assert target.embedded
        schemes = {"both-schemes"} if in_process else set()  # a certificate for the other one is nowhere to be had
        others = {"requester-only", "second-requester", "clock", "restart", "web-receptor"}
        assert target.capabilities == WORKER | others | schemes
        assert target.workers.new_worker()
        accounts = [target.new_requester("12.34") for _ in range(2)]
        assert len({account.access_key_id for account in accounts}) == 2
        before = target.now()
        target.clock.advance(60)
        assert target.now() == pytest.approx(before + 60, abs=2)
        assert isinstance(target.restart_hook, EmbeddedInProcess if in_process else EmbeddedProcess)
    target.close()


def test_what_the_profile_switches_off_is_not_there() -> None:
    """Drivers of the embedded endpoint can be taken away, and its time can be read all the same."""
    profile = Profile(worker_driver="none", clock_driver="none", restart_hook="none", plays="retired")
    with open_target(profile, {}, in_process=True) as target:
        assert target.capabilities == {"requester-only", "second-requester", "both-schemes", "web-receptor"}
        assert target.now() == pytest.approx(1_420_070_400, abs=1)


def test_a_remote_endpoint_offers_what_it_is_given() -> None:
    """Without drivers and second credentials there is one Requester, and nothing more."""
    with open_target(REMOTE, KEYS) as target:
        assert (target.url, target.embedded, target.credentials.access_key_id) == (REMOTE.url, False, "A")
        assert target.capabilities == {"requester-only"}
        assert isinstance(target.workers, NoWorkers)
        assert isinstance(target.clock, RealClock)
        with pytest.raises(NotMeasured, match="worker_driver"):
            target.new_requester("1.00")
    with open_target(REMOTE, KEYS | SECOND) as target:
        assert target.capabilities == {"requester-only", "second-requester"}


def test_a_served_endpoint_is_driven_over_its_control_api() -> None:
    """A target at a URL whose control API is named has Workers and a clock like the embedded one."""
    with EmbeddedProcess() as served:
        profile = Profile(url=served.url, worker_driver="http", clock_driver="http", restart_hook="http")
        environ = {
            "MTURK_ACCESS_KEY_ID": served.credentials.access_key_id,
            "MTURK_SECRET_KEY": served.credentials.secret_key,
            "MTURK_CONTROL_TOKEN": served._token,
        }
        with open_target(profile, environ) as target:
            assert target.capabilities == WORKER | {"requester-only", "clock", "restart"}
            worker, account = target.workers.new_worker(), target.new_requester("0.05")
            assert target.restart_hook is not None
            target.restart_hook.restart()
            assert target.workers.read_messages(worker) == ()
            assert target.new_requester("0.05") != account
            assert target.workers.new_worker() != target.workers.new_worker()
            before = target.now()
            target.clock.advance(100)
            assert served.clock.now() == pytest.approx(target.now(), abs=2)
            assert target.now() == pytest.approx(before + 100, abs=2)
        with pytest.raises(UsageError, match="MTURK_CONTROL_TOKEN"):
            open_target(profile, {**environ, "MTURK_CONTROL_TOKEN": ""})


def test_what_is_not_allowed_is_refused_before_anything_else() -> None:
    """The endpoint's host and that of its control API are both looked at; secrets come after."""
    with pytest.raises(RefusedForSafety):
        open_target(Profile(url="https://mechanicalturk.amazonaws.com/", spend_cap=Decimal(1)), {})
    control = "https://mechanicalturk.amazonaws.com/control"
    with pytest.raises(RefusedForSafety):
        open_target(Profile(url="http://localhost/", worker_driver="http", control_url=control), KEYS)
    with pytest.raises(UsageError, match="MTURK_SECRET_KEY"):
        open_target(REMOTE, {})


def test_the_restart_hook_alone_needs_the_control_api() -> None:
    """Its token is asked for, and nothing else is driven."""
    profile = Profile(url="http://127.0.0.1:1/", worker_driver="none", clock_driver="none", restart_hook="http")
    with open_target(profile, {**KEYS, "MTURK_CONTROL_TOKEN": "t"}) as target:
        assert target.capabilities == {"requester-only", "restart"}
    with pytest.raises(UsageError, match="MTURK_CONTROL_TOKEN"):
        open_target(profile, KEYS)


def test_credentials_in_the_clear_are_noted_once() -> None:
    """The same note about the endpoint and its control API is one note."""
    profile = Profile(url="http://mturk.example/", worker_driver="http", clock_driver="none", restart_hook="none")
    with open_target(profile, {**KEYS, "MTURK_CONTROL_TOKEN": "t"}) as target:
        assert len(target.notes) == 1


def test_a_receptor_is_there_where_the_profile_names_its_address() -> None:
    """It listens while somebody wants to hear, and not from the beginning."""
    profile = replace(REMOTE, receptor_urls=("http://127.0.0.1:1/",))
    with open_target(profile, KEYS) as target:
        assert target.capabilities == {"requester-only", "web-receptor"}
        assert target.receptor is not None
        assert target.receptor.inbox("x").destination == "http://127.0.0.1:1/x"
    with open_target(REMOTE, KEYS) as target:
        assert target.receptor is None
