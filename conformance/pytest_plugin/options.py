"""The options of the plugin: the bare pytest door."""

from pathlib import Path
from typing import Any

import pytest

from conformance.pytest_plugin.examples import Budget
from conformance.pytest_plugin.gate import make_gate
from conformance.pytest_plugin.settings import Settings

# Option → key of the profile that it overrides.
PROFILE_OPTIONS = {
    "--endpoint": ("url", "URL of the endpoint; without it the embedded endpoint is started"),
    "--mturk-worker-driver": ("worker_driver", "who plays the Workers: reference, http, command, python, ids or none"),
    "--mturk-clock-driver": ("clock_driver", "who moves the clock: reference, http, command, python or none"),
    "--mturk-restart-hook": ("restart_hook", "who restarts the endpoint: reference, http, command, python or none"),
    "--mturk-control-url": ("control_url", "URL of the control API of the http drivers"),
    "--mturk-plays": ("plays", "living or retired: which service the endpoint stands for"),
    "--mturk-settling-time": ("settling_time", "seconds until what was written can be read"),
    "--mturk-spend-cap": ("spend_cap", "US dollars that the run may spend"),
}
FLAGS = {
    "--mturk-allow-sandbox": ("allow_sandbox", "allow Amazon's sandbox as the endpoint"),
    "--mturk-allow-production": ("allow_production", "allow a production host; needs --mturk-spend-cap as well"),
}


def _destination(option: str) -> str:
    return option.lstrip("-").replace("-", "_")


def add_options(parser: pytest.Parser) -> None:
    """Add the options of the kit in a group of their own."""
    group = parser.getgroup("mturk-conformance", "conformance of an MTurk Requester endpoint")
    for option, (_, text) in PROFILE_OPTIONS.items():
        group.addoption(option, metavar="X", default=None, help=text)
    for option, (_, text) in FLAGS.items():
        group.addoption(option, action="store_true", default=None, help=text)
    group.addoption("--mturk-profile", metavar="NAME|FILE", help="profile in pyproject.toml, or a TOML file")
    group.addoption("--mturk-version", action="append", metavar="V", help="API version to test; may be repeated")
    group.addoption("--mturk-binding", action="append", metavar="B", help="binding to test: query or soap")
    group.addoption(
        "--mturk-select", action="append", metavar="ID|GLOB|kind:X", default=[], help="requirements to test"
    )
    group.addoption("--mturk-case", action="append", metavar="CASE", default=[], help="case to run again")
    group.addoption("--mturk-record", metavar="FILE", help="write the record of the run to FILE")
    group.addoption("--mturk-ledger", metavar="FILE", help="note what is created in FILE")
    group.addoption("--mturk-seed", type=int, metavar="N", help="seed of all generated values")
    group.addoption("--mturk-max-examples", type=int, metavar="N", help="sequences of calls to try of each kind")
    group.addoption("--mturk-max-time", type=float, metavar="SECONDS", help="how long to try each kind of them")
    group.addoption("--mturk-fail-on", choices=("must", "should"), default="must", help="what makes the run fail")
    _add_gate(group)
    group.addoption("--mturk-explore", action="store_true", help="send also what no requirement speaks of")
    group.addoption("--mturk-keep-secrets", action="store_true", help="keep keys and signatures in the record")


def _add_gate(group: pytest.OptionGroup) -> None:
    """Add the options that say, beside the verdicts, what passes."""
    group.addoption("--mturk-baseline", metavar="FILE", help="failures that are known")
    group.addoption("--mturk-baseline-update", action="store_true", help="add new failures to the baseline")
    group.addoption("--mturk-baseline-prune", action="store_true", help="take out of it what is not seen any more")
    group.addoption("--mturk-require-measured", metavar="N|N%", help="how many MUSTs have to be measured at least")
    group.addoption("--mturk-repeat", type=int, default=1, metavar="N", help="run each case so often")
    group.addoption("--mturk-rerun-failures", type=int, default=0, metavar="N", help="run what failed so often again")
    group.addoption(
        "--mturk-flaky", choices=("fail", "warn"), default="fail", help="what becomes of what fails at times"
    )


def settings_of(config: pytest.Config) -> Settings:
    """Return what the options ask for."""
    overrides: dict[str, Any] = {
        key: value
        for table in (PROFILE_OPTIONS, FLAGS)
        for option, (key, _) in table.items()
        if (value := config.getoption(_destination(option))) is not None
    }
    if versions := config.getoption("mturk_version"):
        overrides["versions"] = versions
    if bindings := config.getoption("mturk_binding"):
        overrides["bindings"] = bindings
    record, ledger = config.getoption("mturk_record"), config.getoption("mturk_ledger")
    return Settings(
        profile=config.getoption("mturk_profile"),
        overrides=overrides,
        selection=tuple(config.getoption("mturk_select")),
        cases=tuple(config.getoption("mturk_case")),
        seed=config.getoption("mturk_seed"),
        record=Path(record) if record else None,
        ledger=Path(ledger) if ledger else None,
        fail_on=config.getoption("mturk_fail_on"),
        explore=config.getoption("mturk_explore"),
        keep_secrets=config.getoption("mturk_keep_secrets"),
        gate=make_gate(
            baseline=Path(baseline) if (baseline := config.getoption("mturk_baseline")) else None,
            update=config.getoption("mturk_baseline_update"),
            prune=config.getoption("mturk_baseline_prune"),
            demand=config.getoption("mturk_require_measured"),
            flaky=config.getoption("mturk_flaky"),
            repeat=config.getoption("mturk_repeat"),
            rerun_failures=config.getoption("mturk_rerun_failures"),
        ),
        budget=Budget(examples=config.getoption("mturk_max_examples"), seconds=config.getoption("mturk_max_time")),
    )
