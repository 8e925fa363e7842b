"""Which requirements the words of a user select."""

from contextlib import suppress
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.spec.requirements import requirements
from conformance.spec.selection import FIELDS, matching, select

IDS = st.sampled_from(sorted(requirements()))


def test_no_term_selects_everything() -> None:
    """A run without a selection is about all there is."""
    assert select([]) == frozenset(requirements())


@given(chosen=st.lists(IDS, min_size=1, max_size=5))
def test_ids_select_themselves(chosen: list[str]) -> None:
    """Several terms add up."""
    assert select(chosen) == frozenset(chosen)


def test_a_glob_selects_by_the_whole_id() -> None:
    """With a star at the end, all that begins so; without it, the exact id only."""
    found = select(["QualificationRequest.SubmitTime.*"])
    assert found == {name for name in requirements() if name.startswith("QualificationRequest.SubmitTime.")}
    assert len(found) == 3
    assert select(["QualificationRequest.SubjectId"]) == {"QualificationRequest.SubjectId"}


@pytest.mark.parametrize("pattern", ["Grant?onus.pays", "[G]rantBonus.pays", "G*Bonus.pays", "*.pays"])
def test_a_glob_may_leave_the_article_open(pattern: str) -> None:
    """Wherever the sign stands."""
    assert "GrantBonus.pays" in {found.id for found in matching(pattern)}


@given(id_=IDS, cut=st.integers(0, 40), end=st.sampled_from(["*", "?*", "", "[a-z]*"]))
def test_a_glob_finds_the_same_whether_it_names_an_article_or_not(id_: str, cut: int, end: str) -> None:
    """One that begins with an article is looked up in that article alone."""
    pattern = id_[:cut] + end
    expected = sorted(name for name in requirements() if fnmatchcase(name, pattern))
    if expected:
        assert [found.id for found in matching(pattern)] == expected
    else:
        with pytest.raises(UsageError, match="there is no requirement"):
            matching(pattern)


def test_a_glob_minds_the_case() -> None:
    """On every platform alike; the nearest id is told."""
    with pytest.raises(UsageError, match=r"did you mean Common\.REST\.get\?"):
        select(["common.rest.get"])


@pytest.mark.parametrize(
    ("term", "one"),
    [
        ("kind:timestamp", "Common.Response.timestamps-utc"),
        ("level:MAY", "Common.REST.path-onca-xml"),
        ("article:Common", "Common.REST.get"),
        ("needs:restart", "RejectQualificationRequest.durable"),
    ],
)
def test_a_field_selects_by_its_value(term: str, one: str) -> None:
    """Each field that the requirements have."""
    found = select([term])
    field, _, value = term.partition(":")
    assert one in found
    assert found == {name for name, requirement in requirements().items() if value in FIELDS[field](requirement)}
    assert len(found) < len(requirements())


def test_terms_of_several_kinds_add_up() -> None:
    """A union, never an intersection."""
    both = select(["kind:timestamp", "Common.REST.get"])
    assert both == select(["kind:timestamp"]) | {"Common.REST.get"}


@pytest.mark.parametrize(
    ("term", "message"),
    [
        ("RejectQualificationRequest.durabel", "did you mean RejectQualificationRequest.durable?"),
        ("kind:timestmap", "did you mean timestamp?"),
        ("level:must", "did you mean MUST?"),
        ("nothing-like-it-*", "`mturk-conformance list` shows all"),
        ("knid:shape", "did you mean kind? Known: kind:…, level:…, article:…, needs:…"),
        ("", "no requirement ''"),
        ("kind:", "nothing is selected by 'kind:'. Known: "),
    ],
)
def test_a_term_that_selects_nothing_is_refused(term: str, message: str) -> None:
    """A run that measures nothing by a slip must not pass, also where another term selects something."""
    with pytest.raises(UsageError) as refusal:
        select(["Common.REST.get", term])
    assert message in str(refusal.value)


@given(term=st.text(max_size=30))
def test_any_text_selects_something_or_is_refused(term: str) -> None:
    """No other error."""
    with suppress(UsageError):
        assert frozenset() < select([term]) <= frozenset(requirements())


def test_an_operation_may_have_its_name_of_2017() -> None:
    """In an id, a glob or an article; a glob that finds ids of the kit finds those alone."""
    assert select(["SendBonus.*"]) == select(["article:SendBonus"]) == select(["GrantBonus.*"])
    assert select(["SendBonus.Reason.required"]) == {"GrantBonus.Reason.required"}
    assert select(["Send*.Reason.required"]) == {"GrantBonus.Reason.required"}
    assert {name.partition(".")[0] for name in select(["Send*"])} == {"SendTestEventNotification"}
