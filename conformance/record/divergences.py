"""Where two plays of one seeded run part: the first divergence of each kind, but for what is noise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance.record.likeness import OUTCOMES, Pairing, Unlike, operation_of
from conformance.record.reader import Record
from conformance.wire.messages import Exchange

Kind = tuple[str, str, str]
"""Operation, aspect, place; of what came of a call the place is what each of them says."""
Noise = tuple[str, str, str]
"""Operation, aspect, place in which two plays of one endpoint differ; of what came of a call the place is the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """A difference, in the exchange of this ``number`` of a ``case`` (``<case>|<version>|<binding>``)."""

    case: str
    number: int
    operation: str
    unlike: Unlike

    @property
    def kind(self) -> Kind:
        """What it is of."""
        outcome = f"{self.unlike.first} / {self.unlike.second}" if self.unlike.aspect in OUTCOMES else ""
        return (self.operation, self.unlike.aspect, self.unlike.place or outcome)

    @property
    def as_noise(self) -> Noise:
        """What is noise if it is: a race is one where it is run, and a value that changes does so everywhere."""
        return (self.operation, self.unlike.aspect, self.case if self.unlike.aspect in OUTCOMES else self.unlike.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """All ``divergences`` of two plays; ``exchanges`` were compared, in ``cases`` the two called alike to the end.

    ``parted`` are cases in which the plays went on with different calls though no reply had differed, ``alone`` those
    that one of them did not come to.
    """

    divergences: tuple[Divergence, ...]
    exchanges: int
    cases: int
    parted: tuple[str, ...]
    alone: tuple[str, ...]

    def first_of_each(self, noise: frozenset[Noise]) -> tuple[Divergence, ...]:
        """Return for each kind that is no noise the divergence that the fewest calls come before."""
        first: dict[Kind, Divergence] = {}
        for one in sorted(self.divergences, key=lambda one: one.number):
            if one.as_noise not in noise:
                first.setdefault(one.kind, one)
        return tuple(first.values())

    @property
    def noise(self) -> frozenset[Noise]:
        """What is noise, where both are plays of one endpoint."""
        return frozenset(one.as_noise for one in self.divergences)


def compare(first: Record, second: Record) -> Compared:
    """Return where two plays part; a case counts no further than to a reply with another outcome."""
    sides = _by_case(first), _by_case(second)
    found: list[Divergence] = []
    parted: list[str] = []
    exchanges = whole = 0
    began = tuple(min((one.sent_at for one in record.exchanges.values()), default=0.0) for record in (first, second))
    for case in sides[0]:
        if case not in sides[1]:
            continue
        pairing = Pairing(run_ids=(first.header.run_id, second.header.run_id), began=(began[0], began[1]))
        told = list(_walk(case, sides[0][case], sides[1][case], pairing))
        exchanges += sum(1 for one in told if one is not None)
        own = [one for of in told if of is not None for one in of]
        found += own
        if None in told and not own:
            parted.append(case)
        whole += None not in told
    return Compared(
        divergences=tuple(found),
        exchanges=exchanges,
        cases=whole,
        parted=tuple(parted),
        alone=tuple(sorted(sides[0].keys() ^ sides[1].keys())),
    )


def _walk(
    case: str, first: Mapping[int, Exchange], second: Mapping[int, Exchange], pairing: Pairing
) -> Iterator[list[Divergence] | None]:
    """Yield what differs in each exchange; None where the plays went on with different calls."""
    for number in sorted(first):
        if number not in second or not pairing.same_call(first[number], second[number]):
            yield None
            return
        operation = operation_of(first[number].request)
        unlike = pairing.unlike(first[number], second[number])
        yield [Divergence(case=case, number=number, operation=operation, unlike=one) for one in unlike]
        if any(one.aspect in OUTCOMES for one in unlike):
            return


def _by_case(record: Record) -> dict[str, dict[int, Exchange]]:
    cases: dict[str, dict[int, Exchange]] = {}
    for id_, exchange in record.exchanges.items():
        case, _, number = id_.rpartition("#")
        if number.isdigit():
            cases.setdefault(case, {})[int(number)] = exchange
    return cases
