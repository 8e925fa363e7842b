"""How much of how much a capture exercised."""

from itertools import islice

from conformance.record.audited import Audited, Coverage, FileAccount
from conformance.record.coverage import COMMON, by_operation, operations_exercised
from conformance.record.places import Place
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.strategies.bulk import bulk_exchanges
from conformance.traffic.entries import Entry
from conformance.traffic.judging import Judging, Options


def exercised(number: int, version: str = LATEST, operations: tuple[str, ...] | None = None) -> Coverage:
    """Return what bulk traffic exercises."""
    outcome = Audited(files={0: FileAccount(file="f", format="")})
    judging = Judging(Options())
    for count, exchange in enumerate(islice(bulk_exchanges(11, version, operations), number)):
        judging.take(Entry(place=Place(source=0, file="f", entry=count), exchange=exchange), outcome)
    judging.finish(outcome)
    return outcome.coverage


def test_nothing_is_exercised_by_nothing() -> None:
    """Of nothing."""
    assert by_operation(Coverage()) == ()
    assert operations_exercised(Coverage()).known == 0


def test_what_is_exercised_is_known() -> None:
    """Whatever is counted has its place among what there is, in any version."""
    for version in (VERSIONS[0], LATEST):
        coverage = exercised(400, version)
        for one in by_operation(coverage):
            for share, counted in ((one.parameters, coverage.parameters), (one.elements, coverage.elements)):
                names = {name for operation, name in counted if operation == one.operation} - set(COMMON)
                assert share.exercised == len(names), one.operation
                assert share.exercised + len(share.missing) == share.known
            assert one.versions == (version,)


def test_much_traffic_exercises_everything_that_it_can() -> None:
    """Every operation, every parameter of a simple one; refusals leave their codes."""
    coverage = exercised(1_500)
    assert (
        str(operations_exercised(coverage))
        == f"{len(shapes_for(LATEST).operations)} of {len(shapes_for(LATEST).operations)}"
    )
    block = next(one for one in by_operation(coverage) if one.operation == "BlockWorker")
    assert str(block.parameters) == "2 of 2"
    assert str(block.errors) == "0 of 0"
    assert block.other_errors
    assert block.calls == coverage.operations["BlockWorker", LATEST]


def test_values_of_enumerations() -> None:
    """In parameters by their name, in replies by their place."""
    coverage = exercised(300, operations=("SearchHITs",))
    (search,) = by_operation(coverage)
    assert ("SearchHITs", "SortDirection=Descending") in coverage.values
    assert ("SearchHITs", "HIT/HITStatus=Reviewable") in coverage.values
    assert 0 < search.values.exercised <= search.values.known
    assert not any(name.endswith("=x") for _, name in coverage.values)


def test_errors_are_those_that_requirements_name() -> None:
    """In the version that was called; other codes are told beside them."""
    layout = "AWS.MechanicalTurk.HITLayoutDoesNotExist"
    for version, known in (("2008-08-02", False), (LATEST, True)):
        coverage = Coverage()
        coverage.operations["CreateHIT", version] += 1
        coverage.errors["CreateHIT", "AWS.MechanicalTurk.XMLParseError"] += 1
        coverage.errors["CreateHIT", "AWS.Odd"] += 1
        (create,) = by_operation(coverage)
        assert create.errors.exercised == 1
        assert (layout in create.errors.missing) is known
        assert create.other_errors == ("AWS.Odd",)


def test_what_exists_in_no_version_has_no_coverage() -> None:
    """An operation or a version that an outcome of somewhere else names."""
    coverage = Coverage()
    coverage.operations["GetHIT", "2099-01-01"] += 1
    coverage.operations["GetNothing", LATEST] += 1
    assert by_operation(coverage) == ()


def test_operations_that_were_never_called_are_named() -> None:
    """Of the versions seen."""
    share = operations_exercised(exercised(20, operations=("GetHIT",)))
    assert share.exercised == 1
    assert "CreateHIT" in share.missing
