"""Running the suites from the command line: pytest in this process, shut off from the folder it stands in."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import conformance.suites
from conformance.pytest_plugin import Ready
from conformance.pytest_plugin.parallel import check_sharing
from conformance.pytest_plugin.session import Session
from conformance.record.events import Verdict

SUITES = Path(conformance.suites.__file__).parent
# pytest reads these and would load plugins and options that the user never gave to this command.
FOREIGN = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")


@contextmanager
def _own_environment() -> Iterator[None]:
    """Keep pytest from options and plugins of the environment, and put the environment back afterwards."""
    names = (*FOREIGN, "PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    before = {name: os.environ.get(name) for name in names}
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class ProgressBar:
    """A bar on the terminal while cases run; nothing where standard error is not a terminal."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=self._console, transient=True)
        self._task = self._progress.add_task("judging", total=None)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn how many cases there are."""
        self._start(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Learn it from the processes that judge: each of them has found all cases."""
        self._start(len(ids))

    def _start(self, cases: int) -> None:
        if cases:  # the process that hands them out has none itself
            self._progress.update(self._task, total=cases)
        if self._console.is_terminal:
            self._progress.start()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Move on by a case."""
        if report.when == "teardown":
            tally = self._session.tally
            failed = tally[Verdict.FAIL]
            self._progress.update(self._task, advance=1, description=f"judging ({failed} failed)" if failed else None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Take the bar away."""
        if self._console.is_terminal:
            self._progress.stop()


def run_suites(session: Session, *, show_progress: bool, workers: int = 1) -> int:
    """Run the suites for a session, in so many processes; return the kit's exit code, whatever the endpoint does.

    Raises UsageError for an endpoint that so many processes cannot share.
    """
    session.alone = True
    if workers > 1:
        check_sharing(session.run.profile)
    plugins: list[object] = [Ready(session=session), *([ProgressBar(session)] if show_progress else [])]
    arguments = [
        f"--config-file={SUITES / 'pytest.ini'}",
        f"--rootdir={SUITES}",
        f"--confcutdir={SUITES}",
        "-p",
        "conformance.pytest_plugin",
        *(f"-pno:{name}" for name in ("cacheprovider", "terminal", "doctest", "junitxml", "pastebin", "stepwise")),
        *(("-p", "xdist.plugin", f"--numprocesses={workers}", "--dist=worksteal") if workers > 1 else ()),
        str(SUITES),
    ]
    with _own_environment():
        return int(pytest.main(arguments, plugins=plugins))
