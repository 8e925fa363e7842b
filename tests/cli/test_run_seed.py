"""`run --seed`: two runs with one seed do the same, and say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.record.reader import read_record
from conformance.wire.parameters import read_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.record.reader import Record
    from tests.conftest import Kit

SELECTED = ("GrantBonus.Reason*", "Common.Version*", "RejectQualificationRequest.Reason*", "CreateHIT.Unique*")
OF_THE_MOMENT = {"Timestamp", "Signature"}


def judged(kit: Kit, url: str | None, record: Path, seed: str = "11") -> Record:
    """Run a selection with a seed and return the record; without a URL, on the embedded endpoint."""
    where = [url, *kit.driven] if url else []
    selection = [word for name in SELECTED for word in ("--select", name)]
    kit.call(
        "run", *where, "--record", record, "--ledger", kit.ledger, "--seed", seed, *selection, "--version=2014-08-15"
    )
    return read_record(record)


def verdicts(record: Record) -> list[tuple[str, ...]]:
    """Return what was decided, in order; which of the exchanges at one moment shows it is chance."""
    return [
        (one.requirement, one.case, one.version, one.binding, one.verdict, one.where, one.reason)
        for one in record.verdicts
    ]


def sent(record: Record) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield what was sent, in order: the exchange's id and the parameters, names of this run as those of any other."""
    for number, exchange in record.exchanges.items():
        if exchange.request.url.startswith("http") and "/control/" not in exchange.request.url:
            parameters = read_parameters(exchange.request)
            kept = [(name, value) for name, value in parameters if name not in OF_THE_MOMENT]
            yield number, [(name, value.replace(record.header.run_id, "RUN")) for name, value in kept]


def test_two_runs_with_one_seed_do_the_same(kit: Kit, tmp_path: Path) -> None:
    """Verdicts in their order, and each call with its values, ids and names, but for the run's own mark and times."""
    first, second = (judged(kit, kit.serve().url, tmp_path / name) for name in ("first", "second"))
    assert len(first.verdicts) > 20
    assert verdicts(first) == verdicts(second)
    assert len([*sent(first)]) > 50
    assert [*sent(first)] == [*sent(second)]


def test_two_runs_of_the_embedded_endpoint_say_the_same(kit: Kit, tmp_path: Path) -> None:
    """Its accounts are new each time; what is decided is not."""
    first, second = (judged(kit, None, tmp_path / name) for name in ("first", "second"))
    assert len(first.verdicts) > 20
    assert verdicts(first) == verdicts(second)


def test_another_seed_sends_other_texts(kit: Kit, tmp_path: Path) -> None:
    """What is generated depends on the seed, or the tests above would say nothing of it."""
    first, second = (judged(kit, kit.serve().url, tmp_path / seed, seed) for seed in ("11", "12"))
    assert verdicts(first) == verdicts(second)
    assert [*sent(first)] != [*sent(second)]
