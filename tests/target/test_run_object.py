"""A run: its names and random values, what it needs, its probe and its cleaning up."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import EndpointUnreachable, NotMeasured
from conformance.reference.endpoint import Options
from conformance.spec.requirements import requirements
from conformance.target.ledger import Ledger
from conformance.target.profile import Profile
from conformance.target.run import Run, new_run_id, unmet_needs
from conformance.target.serving import make_endpoint, new_credentials
from conformance.transport.client import Client
from conformance.transport.server import running
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

FIRST = new_credentials()
ENVIRON = {"MTURK_ACCESS_KEY_ID": FIRST.access_key_id, "MTURK_SECRET_KEY": FIRST.secret_key, "MTURK_CONTROL_TOKEN": "t"}


def run_of(url: str, ledger: Ledger | None = None, worker: str = "none", clock: str = "none") -> Run:
    profile = Profile(
        url=url, worker_driver=worker, clock_driver=clock, restart_hook="none", connect_timeout=0.5, read_timeout=0.2
    )
    return Run(profile=profile, seed=1, environ=ENVIRON, ledger=ledger)


@contextmanager
def served(*broken: str) -> Iterator[str]:
    """Serve the embedded endpoint; operations and paths that are ``broken`` are answered with 503."""
    endpoint = make_endpoint([FIRST], Options(control_token="t"))

    def answer(request: HttpRequest) -> HttpResponse:
        if any(name.encode() in request.body or name in request.url for name in broken):
            return HttpResponse(status=503, headers=(("Retry-After", "0"),))
        return endpoint.handle(request, time.time())

    with running(answer) as url:
        yield url


@given(st.integers(0, 3), st.text(max_size=5), st.text(max_size=5))
def test_generated_values_depend_on_seed_and_case_alone(seed: int, case: str, other: str) -> None:
    """The run id has no part in them: a seed makes a run again."""
    first, second = (Run(profile=Profile(), seed=seed, environ={}) for _ in range(2))
    assert first.run_id != second.run_id
    assert first.random(case).random() == second.random(case).random()
    assert (first.random(case).random() == first.random(other).random()) == (case == other)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c|1"]), st.sampled_from(["type", "x"]))))
def test_no_two_names_are_equal(wishes: list[tuple[str, str]]) -> None:
    """Neither within a case, nor of two cases, nor of two runs; each holds the run id."""
    runs = [Run(profile=Profile(), seed=1, environ={}) for _ in range(2)]
    namers = {(run.run_id, case): run.namer(case) for run in runs for case, _ in wishes}
    names = [namers[run.run_id, case](label) for run in runs for case, label in wishes]
    assert len(set(names)) == len(names)
    assert all(run.run_id in name for run, name in zip([runs[0]] * len(wishes), names, strict=False))


def test_run_ids_differ() -> None:
    """They are random, so that two machines need not agree."""
    assert len({new_run_id() for _ in range(100)}) == 100


def test_a_second_requester_needs_credentials() -> None:
    """Without them what needs a second Requester is not measured."""
    with served() as url:
        run = run_of(url)
        with pytest.raises(NotMeasured, match="second pair of credentials"):
            run.requester(run.target, "2014-08-15", lambda *_: None, second=True)
        run.close()


def test_a_requirement_tells_what_it_lacks() -> None:
    """The words are those of the requirement's own needs."""
    durable = requirements()["RejectQualificationRequest.durable"]
    assert "restart" in unmet_needs(durable, frozenset({"requester-only"}))
    assert unmet_needs(durable, frozenset(durable.needs)) == ()


@pytest.mark.parametrize(
    ("broken", "worker", "clock", "told"),
    [
        ((), "none", "none", None),
        ((), "http", "http", None),
        (("GetAccountBalance",), "none", "none", None),
        (("/control",), "none", "none", None),
        (("/control",), "http", "none", "control API, POST /workers: HTTP 503"),
        (("/control",), "none", "http", "control API, GET /clock: HTTP 503"),
        (("/control", "GetAccountBalance"), "http", "http", "control API, GET /clock: HTTP 503"),
    ],
)
def test_the_probe_wants_an_answer_and_drivers_that_work(
    broken: tuple[str, ...], worker: str, clock: str, told: str | None
) -> None:
    """A throttle is an answer; a driver that the profile promises and that does not work is told at once."""
    with served(*broken) as url:
        run = run_of(url, worker=worker, clock=clock)
        if told is None:
            run.probe()
        else:
            with pytest.raises(EndpointUnreachable, match=told):
                run.probe()
        run.close()


def test_the_probe_of_nothing_says_what_was_called() -> None:
    """URL and reason are in the message."""
    run = run_of("http://127.0.0.1:1/")
    with pytest.raises(
        EndpointUnreachable, match=r"GetAccountBalance at http://127\.0\.0\.1:1/, no answer came: unreach"
    ):
        run.probe()
    run.close()


def test_cleaning_removes_what_this_run_created_only(tmp_path: Path) -> None:
    """Another run's objects on the same endpoint stay, in the ledger too."""
    with served() as url, Ledger(tmp_path / "ledger") as ledger:
        runs = [run_of(url, ledger) for _ in range(2)]
        for run in runs:
            values = {"Name": run.namer("c")("type"), "Description": "d", "QualificationTypeStatus": "Active"}
            requester = run.requester(run.target, "2014-08-15", lambda *_: None)
            requester.must("CreateQualificationType", values)
        assert [len(run.left()) for run in runs] == [1, 1]
        runs[0].clean()
        assert [len(run.left()) for run in runs] == [0, 1]
        for run in runs:
            run.close()


def test_cleaning_gives_up_where_no_answer_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that is gone costs one attempt, not one for each object; all stays in the ledger."""
    with Ledger(tmp_path / "ledger") as ledger:
        run = run_of("http://127.0.0.1:1/", ledger)
        for number in range(3):
            entry = ledger.intend(run.run_id, "CreateQualificationType", "http://127.0.0.1:1/", {}, 0.0)
            ledger.settle(entry, f"T{number}")
        url, calls = run.target.url, []

        def silence(_: Client, request: HttpRequest, **__: bool) -> Exchange:
            calls.append(request)
            return Exchange(request=request, response=None, sent_at=0, received_at=0, failure="timeout: no byte came")

        monkeypatch.setattr(Client, "send", silence)
        run.clean()
        assert [request.url for request in calls] == [url]
        assert len(run.left()) == 3
        run.close()


def test_the_embedded_endpoint_keeps_no_ledger() -> None:
    """What it holds ends with it."""
    run = Run(profile=Profile(), seed=1, environ={})
    assert run.left() == ()
    run.clean()
    run.close()
