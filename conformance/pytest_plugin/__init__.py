"""The pytest plugin: options, fixtures, markers, and the road of a case to its verdicts.

Loaded by ``-p conformance.pytest_plugin`` only.  No assertion lives here: suites decide through ``expect``, and
what a single exchange shows is judged by the checks.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

import pytest

from conformance.checks.expectation import Expect
from conformance.checks.judge import judge
from conformance.errors import Blocked, EndpointUnreachable, KitError, NotMeasured, UsageError
from conformance.pytest_plugin.collection import MARKERS, arrange, binding_of, case_of, deselect
from conformance.pytest_plugin.examples import PLANTED_EXAMPLES, Examples
from conformance.pytest_plugin.noting import noted, with_accounts
from conformance.pytest_plugin.options import add_options, settings_of
from conformance.pytest_plugin.outcome import show, stop_of
from conformance.pytest_plugin.parallel import (
    Controller,
    check_distribution,
    distributes,
    is_worker,
    note_at_work,
    open_own_accounts,
    tell_controller,
    turn,
    worker_session,
)
from conformance.pytest_plugin.repeating import again, attempt_of, repeat
from conformance.pytest_plugin.secrecy import cleaned
from conformance.pytest_plugin.session import EVENTS, NETWORK_DEAD_AFTER, NOTICE, RETIRED, SESSION, Session
from conformance.pytest_plugin.settings import make_session
from conformance.record.case_log import CaseLog
from conformance.spec.requirements import requirements
from conformance.target.drivers import ClockDriver, WorkerDriver
from conformance.target.opening import Target
from conformance.target.profile import Profile
from conformance.target.receptor import Receptor
from conformance.target.requester import Requester
from conformance.target.run import unmet_needs

CASE: pytest.StashKey[CaseLog] = pytest.StashKey()
STARTED: pytest.StashKey[float] = pytest.StashKey()


@dataclass(frozen=True, kw_only=True, eq=False)
class Ready:
    """A plugin object by which the command line hands over a session that it has made itself."""

    session: Session


pytest_addoption = add_options


def pytest_configure(config: pytest.Config) -> None:
    """Read the profile and the selection; what cannot be used ends the session with its exit code."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    told = worker_session(config)
    if told is not None:
        config.stash[SESSION] = told
        repeat(config, told)
        return
    ready = next((plugin for plugin in config.pluginmanager.get_plugins() if isinstance(plugin, Ready)), None)
    try:
        kit = config.stash[SESSION] = ready.session if ready else make_session(settings_of(config))
        if distributes(config):
            check_distribution(config)
            config.pluginmanager.register(Controller(kit))
        repeat(config, kit)
    except KitError as error:
        pytest.exit(f"error: {error}", returncode=error.exit_code)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Tell what the session is about, and what the user should know before anything is sent."""
    kit = config.stash[SESSION]
    where = kit.run.profile.url or "the embedded endpoint"
    about = f"mturk-conformance: {where}, {', '.join(kit.run.profile.versions)}, run {kit.run.run_id}"
    return [f"{about}, seed {kit.run.seed}", *(f"note: {note}" for note in kit.notes())]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize the suites by version, row and defect."""
    arrange(metafunc, metafunc.config.stash[SESSION])


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the cases that the selection and the versions ask for."""
    kit = config.stash[SESSION]
    with _ending(kit, session):
        deselect(config, items, kit)


@contextmanager
def _ending(kit: Session, session: pytest.Session | None = None) -> Iterator[None]:
    """End the session, with the exit code of what went wrong, where the kit cannot go on."""
    try:
        yield
    except KitError as error:
        kit.cut_short = error
        if session is not None and is_worker(session.config):
            session.shouldstop = str(error)
            pytest.exit(f"error: {error}", returncode=pytest.ExitCode.INTERNAL_ERROR)  # 2 would have it started again
        pytest.exit(f"error: {error}", returncode=error.exit_code)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Open the target and the record before the first case."""
    kit = session.config.stash[SESSION]
    if kit.plan is not None or session.testsfailed or session.config.option.collectonly:
        return
    with _ending(kit, session), turn(session, kit.lock):
        if distributes(session.config) and kit.run.profile.url is None:
            kit.begin("embedded")  # each worker starts one of its own
            return
        kit.run.probe()
        if kit.lock is not None:
            open_own_accounts(kit)
        kit.begin(kit.run.target.url)


def _target(item: pytest.Item) -> Target | None:
    """Return the target of a case; None where its own, with a defect planted, could not be made."""
    kit = item.config.stash[SESSION]
    return kit.run.target if kit.plan is None else item.funcargs.get("target")  # type: ignore[attr-defined]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let cases of several processes take turns where they share an endpoint."""
    kit = item.config.stash[SESSION]
    with turn(item, kit.lock):
        if kit.lock is not None:
            kit.run.target.clock.refresh()  # another process may have moved it
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin the log of a case; a case that decides nothing on this target is not run."""
    case, decides = case_of(item)
    if case is None:
        return
    kit = item.config.stash[SESSION]
    version = item.callspec.params["version"]  # type: ignore[attr-defined]
    item.stash[STARTED] = time.perf_counter()
    kit.run.opened.clear()  # accounts are opened for one case; the fewer secrets to look for, the faster
    log = CaseLog(
        case,
        decides=decides,
        version=version,
        binding=binding_of(item),
        wanted=kit.wanted.__contains__,
        judging=kit.plan.judge if kit.plan else judge,
        attempt=attempt_of(item),
    )
    item.stash[CASE] = log
    note_at_work(kit, item, case, version, decides)
    if kit.plan is None and kit.run.profile.plays == "retired":
        log.judge_only({NOTICE}, RETIRED)
    elif kit.plan is None:
        log.leave_out(
            {
                name: f"needs {', '.join(unmet)}, which the target does not offer"
                for name in decides
                if (unmet := unmet_needs(requirements()[name], kit.run.target.capabilities))
            }
        )
    if decides and log.nothing_left:
        raise NotMeasured("the target does not offer what the case needs")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn what a case said and did into verdicts, and the verdicts into the outcome that pytest shows."""
    log, raised = item.stash.get(CASE, None), call.excinfo
    error = raised.value if raised else None
    ended = call.when == "call" or (call.when == "setup" and error is not None)
    if log is None or not ended or isinstance(error, KeyboardInterrupt | pytest.exit.Exception):
        return (yield)
    # Of these nobody is shown the traceback, and to write it takes longer than most cases.
    if isinstance(error, Blocked | NotMeasured | KitError):
        call.excinfo = None
    report = yield
    call.excinfo = raised
    kit = item.config.stash[SESSION]
    if isinstance(error, KitError) and not isinstance(error, UsageError):
        _stop(item, kit, error)  # the next case would meet the same
    exchanges = list(log.exchange_events()) if kit.plan is None else []  # a plan asks for verdicts only
    kit.refused_for_safety |= isinstance(error, NotMeasured) and error.for_safety
    stop = stop_of(error)
    verdicts = log.conclude(stop, time.perf_counter() - item.stash[STARTED])
    if stop is not None and stop.lacking:
        verdicts += kit.told_lacking(log, stop, verdicts)
    target = _target(item)
    exchanges, actions = with_accounts(exchanges, log.actions, target.second_credentials if target else None)
    if target is not None and not kit.keep_secrets:
        known = [target.credentials, target.second_credentials, *kit.run.opened]
        exchanges, verdicts = cleaned(exchanges, verdicts, [account for account in known if account])
    show(report, verdicts, fail_on=kit.fail_on, excuse=kit.excuse)
    _watch_network(item, error, kit)
    lines = [event.to_json() for event in (*exchanges, *(actions if exchanges else ()), *verdicts)]
    setattr(report, EVENTS, [lines, item.callspec.params["defect"]])  # type: ignore[attr-defined]
    return report


def _stop(item: pytest.Item, kit: Session, error: KitError) -> None:
    kit.cut_short = error
    item.session.shouldstop = str(error)


def _watch_network(item: pytest.Item, error: BaseException | None, kit: Session) -> None:
    """End the session when case after case ended without an answer, and the endpoint does not answer a probe."""
    silent = isinstance(error, Blocked) and error.silent
    kit.dead_in_a_row = kit.dead_in_a_row + 1 if silent else 0
    if kit.dead_in_a_row < NETWORK_DEAD_AFTER:
        return
    try:
        kit.run.probe()
        kit.dead_in_a_row = 0
    except EndpointUnreachable as why:
        _stop(item, kit, EndpointUnreachable(f"the endpoint stopped answering: {why}"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write the verdicts of a finished case to the record."""
    taken = getattr(report, EVENTS, None)
    if taken is not None and _current is not None:
        with _ending(_current):
            _current.take(*taken)
    elif report.failed:
        _note_broken(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Take note of a suite that could not be read."""
    if report.failed:
        _note_broken(report)


def _note_broken(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Take note of a failure of the kit's own suites that is no matter of any case."""
    if _current is not None and _current.alone:
        told = report.longreprtext.strip().splitlines()
        why = next((line[1:].strip() for line in reversed(told) if line.startswith("E ")), told[-1] if told else "")
        _current.broken.append(f"a suite of this kit failed outside of any case: {report.nodeid}: {why}")


_current: Session | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember whose reports come in: the hook that gets them has no other way to know."""
    global _current  # noqa: PLW0603
    _current = session.config.stash[SESSION]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Close record and target, and give the kit's exit code instead of pytest's."""
    kit = session.config.stash.get(SESSION, None)
    if kit is not None and not session.config.option.collectonly:
        with turn(session, kit.lock):
            session.exitstatus = kit.end(int(exitstatus))
        tell_controller(session.config, kit)


@pytest.fixture
def target(request: pytest.FixtureRequest, defect: str | None) -> Target:
    """The endpoint under test."""
    kit = request.config.stash[SESSION]
    return kit.run.target if kit.plan is None else kit.plan.target(defect)


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Expect:
    """Decide requirements: ``expect(id, condition, where=…, expected=…, actual=…)``."""
    log: Expect = request.node.stash[CASE]
    return log


@pytest.fixture
def requester(request: pytest.FixtureRequest, target: Target, version: str) -> Requester:
    """The Requester that the case is about."""
    log = request.node.stash[CASE]
    return request.config.stash[SESSION].run.requester(target, version, log.watch, binding=log.binding)


@pytest.fixture
def second_requester(request: pytest.FixtureRequest, target: Target, version: str) -> Requester:
    """Another Requester of the same endpoint."""
    log, run = request.node.stash[CASE], request.config.stash[SESSION].run
    return run.requester(target, version, log.watch, second=True, binding=log.binding)


@pytest.fixture
def fund(request: pytest.FixtureRequest, target: Target, version: str) -> Callable[[str], Requester]:
    """Return a Requester alone on an account with the balance given, in US dollars."""
    run, log = request.config.stash[SESSION].run, request.node.stash[CASE]

    def funded(balance: str) -> Requester:
        requester = run.funded(target, version, log.watch, balance, binding=log.binding)
        log.note("new_requester", [balance], requester.credentials.access_key_id)
        return requester

    return funded


@pytest.fixture
def workers(request: pytest.FixtureRequest, target: Target) -> WorkerDriver:
    """The driver that acts as Workers."""
    return noted(target.workers, request.node.stash[CASE])


@pytest.fixture
def clock(request: pytest.FixtureRequest, target: Target) -> ClockDriver:
    """The endpoint's clock."""
    return noted(target.clock, request.node.stash[CASE])


@pytest.fixture
def restart(request: pytest.FixtureRequest, target: Target) -> Callable[[], None]:
    """Restart the endpoint."""
    if target.restart_hook is None:
        raise NotMeasured("no way to restart the endpoint: set restart_hook in the profile")
    hook = noted(target.restart_hook, request.node.stash[CASE])

    def restarted() -> None:
        hook.restart()
        target.workers.refresh()

    return restarted


@pytest.fixture
def other_scheme_url(target: Target) -> str:
    """The endpoint's URL by the other one of http and https."""
    if target.other_scheme_url is None:
        raise NotMeasured("only one of http and https is known: set other_scheme_url in the profile")
    return target.other_scheme_url


@pytest.fixture
def receptor(target: Target) -> Iterator[Receptor]:
    """The kit's web service for notifications, listening during the case."""
    if target.receptor is None:
        raise NotMeasured("no web service that the endpoint could call: set receptor_urls in the profile")
    with target.receptor.listen():
        yield target.receptor


@pytest.fixture
def profile(request: pytest.FixtureRequest) -> Profile:
    """The profile of the run."""
    return request.config.stash[SESSION].run.profile


def _case_key(request: pytest.FixtureRequest, version: str) -> str:
    log = request.node.stash[CASE]
    return f"{log.case}|{version}" + ("" if log.binding == "query" else f"|{log.binding}")


@pytest.fixture
def examples(request: pytest.FixtureRequest, target: Target, version: str, defect: str | None) -> Examples:
    """How many sequences of calls to try, and which."""
    kit, log = request.config.stash[SESSION], request.node.stash[CASE]
    _, decides = case_of(request.node)
    return Examples(
        most=PLANTED_EXAMPLES if defect else kit.budget.most,
        seconds=kit.budget.seconds,
        seed=kit.run.random(_case_key(request, version)).getrandbits(32),
        shrinks=kit.plan is None,
        may_pay=target.requesters is not None or kit.budget.examples is not None,
        log=log,
        wanted=lambda requirement: requirement in decides and not log.is_left_out(requirement),
    )


@pytest.fixture
def name(request: pytest.FixtureRequest, version: str) -> Callable[[str], str]:
    """Make names that no other case, no other run and no repetition of the case uses."""
    return request.config.stash[SESSION].run.namer(_case_key(request, version) + again(request.node))


@pytest.fixture
def random(request: pytest.FixtureRequest, version: str) -> Random:
    """The source of generated values: the same for the same seed and case."""
    return request.config.stash[SESSION].run.random(_case_key(request, version))
