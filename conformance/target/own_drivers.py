"""The drivers that a profile brings itself: a program, a Python object, or ids that exist already."""

from dataclasses import dataclass

from conformance.target.actions import ACTIONS, ActionRestart, Actions, command_actions, python_actions
from conformance.target.control_drivers import ControlClock, ControlRequesters, ControlWorkers
from conformance.target.drivers import ClockDriver, NoWorkers, RealClock, RequesterDriver, RestartHook, WorkerDriver
from conformance.target.profile import Profile

OF_REQUESTERS = frozenset({"new_requester", "new_layout", "sent_notifications"})
_CAPABILITIES = {
    "request_qualification": ("worker:request-qualification",),
    "submit_test": ("worker:take-test",),
    "read_messages": ("worker:read-message",),
    "preview": ("worker:preview",),
    "accept_assignment": ("worker:accept",),
    "return_assignment": ("worker:return",),
    "submit_assignment": ("worker:submit",),
    "upload_file": ("worker:upload-file",),
    # Whether it knows places and pages, its answers tell.
    "new_workers": ("worker:known", "worker:locale", "worker:page"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDrivers:
    """What a profile brings; where it brings none, the drivers of those who can do nothing."""

    workers: WorkerDriver
    requesters: RequesterDriver | None
    clock: ClockDriver
    restart_hook: RestartHook | None


def own_drivers(profile: Profile, url: str) -> OwnDrivers:
    """Return the drivers that ``profile`` brings for the endpoint at ``url``.

    Raises UsageError where the program or the object cannot be used.
    """
    found = {driver: _actions(profile, url, driver) for driver in ("command", "python") if driver in _named(profile)}
    workers: WorkerDriver = NoWorkers(profile.worker_ids, profile.approved_assignments)
    requesters: RequesterDriver | None = None
    if profile.worker_driver in found:
        actions, offered = found[profile.worker_driver]
        if "new_workers" in offered:
            able = (word for action in offered for word in _CAPABILITIES.get(action, ()))
            workers = ControlWorkers(actions, frozenset(able))
        # Who opens accounts is taken to deal in no real money: so only who says so.
        requesters = ControlRequesters(actions) if "new_requester" in offered else None
    return OwnDrivers(
        workers=workers,
        requesters=requesters,
        clock=ControlClock(found[profile.clock_driver][0]) if profile.clock_driver in found else RealClock(),
        restart_hook=ActionRestart(found[profile.restart_hook][0]) if profile.restart_hook in found else None,
    )


def _named(profile: Profile) -> tuple[str, ...]:
    return profile.worker_driver, profile.clock_driver, profile.restart_hook


def _actions(profile: Profile, url: str, driver: str) -> tuple[Actions, frozenset[str]]:
    """Return the actions of a driver, and which of them it offers."""
    if driver == "command":
        actions = command_actions(profile.driver_command, profile.driver_timeout)
        return actions, frozenset(profile.driver_actions) or ACTIONS - OF_REQUESTERS
    actions, found = python_actions(profile.driver_object or "", url, profile.driver_timeout)
    return actions, frozenset(action for action in ACTIONS if callable(getattr(found, action, None)))
