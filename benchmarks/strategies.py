"""Generated messages: derived strategies against ones written by hand, and the seeded generator against Hypothesis."""

import sys
import time
from collections.abc import Callable
from itertools import islice

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from timing import interleaved, verdict

from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST
from conformance.strategies.bulk import bulk_exchanges
from conformance.strategies.messages import valid_replies, valid_requests
from conformance.strategies.text import texts

ROUNDS = 7
EXAMPLES = 300
EXCHANGES = 2000
SHAPES = shapes_for(LATEST)
IDS = st.text("0123456789ABCDEF", min_size=30, max_size=30)


def once(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    """Return occurrences of which there is one."""
    return strategy.map(lambda value: [value])


def whole(low: int, high: int) -> st.SearchStrategy[list[str]]:
    """Return one whole number."""
    return once(st.integers(low, high).map(str))


PRICE = st.fixed_dictionaries(
    {
        "Amount": once(st.decimals(min_value=0, max_value=100, places=2).map(str)),
        "CurrencyCode": once(texts()),
    },
    optional={"FormattedPrice": once(texts())},
)
GROUPS = {"ResponseGroup": st.lists(texts(), min_size=1, max_size=3)}
BY_HAND = {
    "GrantBonus": st.fixed_dictionaries(
        {
            "WorkerId": once(IDS),
            "BonusAmount": PRICE.map(lambda value: [value]),
            "AssignmentId": once(IDS),
            "Reason": once(texts()),
        },
        optional={"UniqueRequestToken": once(texts(0, 64)), **GROUPS},
    ),
    "GetAssignmentsForHIT": st.fixed_dictionaries(
        {"HITId": once(IDS)},
        optional={
            "SortDirection": once(st.sampled_from(["Ascending", "Descending"])),
            "SortProperty": once(st.sampled_from(["AcceptTime", "SubmitTime", "Answer", "AssignmentStatus"])),
            "PageNumber": whole(1, 2**31 - 1),
            "PageSize": whole(1, 100),
            "AssignmentStatus": st.lists(
                st.sampled_from(["Submitted", "Approved", "Rejected"]), min_size=1, max_size=3
            ),
            **GROUPS,
        },
    ),
    "RegisterHITType": st.fixed_dictionaries(
        {
            "AssignmentDurationInSeconds": whole(30, 31_536_000),
            "Reward": PRICE.map(lambda value: [value]),
            "Title": once(texts()),
            "Description": once(texts()),
        },
        optional={
            "AutoApprovalDelayInSeconds": whole(0, 2_592_000),
            "Keywords": once(texts()),
            "QualificationRequirement": st.lists(
                st.fixed_dictionaries(
                    {
                        "QualificationTypeId": once(IDS),
                        "Comparator": once(st.sampled_from(["LessThan", "GreaterThan", "EqualTo", "In", "NotIn"])),
                    },
                    optional={
                        "IntegerValue": st.lists(st.integers(0, 100).map(str), min_size=1, max_size=3),
                        "LocaleValue": st.lists(
                            st.fixed_dictionaries({"Country": once(texts())}, optional={"Subdivision": once(texts())}),
                            min_size=1,
                            max_size=3,
                        ),
                        "RequiredToPreview": once(st.sampled_from(["true", "false", "1", "0"])),
                    },
                ),
                min_size=1,
                max_size=3,
            ),
            **GROUPS,
        },
    ),
}


def drawing(strategy: st.SearchStrategy[object], examples: int = EXAMPLES) -> Callable[[], float]:
    """Return a contestant: examples per second that Hypothesis draws from a strategy."""

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(_: object) -> None:
        """Do nothing with what is drawn."""

    def measure() -> float:
        begin = time.perf_counter()
        draw()
        return examples / (time.perf_counter() - begin)

    return measure


def in_bulk() -> float:
    """Measure exchanges per second of the seeded generator."""
    begin = time.perf_counter()
    for _ in islice(bulk_exchanges(1, LATEST), EXCHANGES):
        pass
    return EXCHANGES / (time.perf_counter() - begin)


def main() -> int:
    """Measure both; return 1 if a limit is missed."""
    held = True
    for operation, strategy in BY_HAND.items():
        contestants = {"derived": drawing(valid_requests(SHAPES, operation)), "by hand": drawing(strategy)}
        medians = interleaved(contestants, ROUNDS)
        sys.stdout.write(f"{operation}: {', '.join(f'{name} {rate:.0f}/s' for name, rate in medians.items())}\n")
        ratio = medians["derived"] / medians["by hand"]
        held &= verdict("derived / by hand", ratio, goal=0.8, limit=0.5, at_most=False)
    exchanges = st.sampled_from(SHAPES.operations).flatmap(
        lambda operation: st.tuples(valid_requests(SHAPES, operation), valid_replies(SHAPES, operation))
    )
    medians = interleaved({"bulk": in_bulk, "Hypothesis": drawing(exchanges)}, ROUNDS)
    sys.stdout.write(f"exchanges: {', '.join(f'{name} {rate:.0f}/s' for name, rate in medians.items())}\n")
    ratio = medians["bulk"] / medians["Hypothesis"]
    return 0 if verdict("bulk / Hypothesis", ratio, goal=5, limit=3, at_most=False) and held else 1


if __name__ == "__main__":
    sys.exit(main())
