"""SearchQualificationTypes: what is found, in which order, and in which pages."""

from itertools import islice
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.versions import TODAY
from conformance.suites.forms import canonical, selection_form
from conformance.suites.paging import FIRST_PAGE, counter, pages_of
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import (
    CREATE,
    NEEDED,
    SEARCH,
    found,
    is_true,
    search,
    type_ids,
    word,
)
from conformance.suites.refusals import is_refusal, judge_values
from conformance.target.requester import Reply, Requester

OWN = {"MustBeRequestable": "false", "MustBeOwnedByCaller": "true"}
SYSTEM = "00000000000000000"
"""What the ids of the service's own types begin with."""
LETTERS = "dbkahcgfjie"


def names(reply: Reply) -> list[str]:
    """Return the names of the types that a search lists."""
    return [(one.text or "").strip() for one in reply.all("QualificationType/Name")]


@pytest.mark.verifies(
    f"{SEARCH}.Query.name",
    f"{SEARCH}.Query.description",
    f"{SEARCH}.Test.escaped",
    f"{CREATE}.Keywords.search",
)
def test_words_are_found(requester: Requester, given: Given, expect: Expect) -> None:
    in_name, in_keywords, in_text, nowhere = (word(given) for _ in range(4))
    form, _ = selection_form("q1")
    type_id = given.qualification_type(
        Name=f"{in_name} type",
        Keywords=f"conformance, {in_keywords}",
        Description=f"made by {in_text}",
        Test=form,
        TestDurationInSeconds="600",
    )
    for place, query in (("Name", in_name), ("Keywords", in_keywords)):
        reply = found(given, query, 1)
        for stated in (f"{SEARCH}.Query.name", *([f"{CREATE}.Keywords.search"] if place == "Keywords" else [])):
            expect(
                stated,
                type_id in type_ids(reply),
                where=f"Query for a word of {place}",
                expected=f"the type {type_id}",
                actual=f"{len(type_ids(reply))} types without it",
            )
        _judge_test(reply, type_id, form, expect)
    third = type_ids(search(requester, nowhere))
    expect(
        f"{SEARCH}.Query.name",
        type_id not in third,
        where="Query for a word that is nowhere",
        expected="a list without the type",
        actual=f"{len(third)} types, it among them",
    )
    told = type_id in type_ids(search(requester, in_text))
    expect.see(f"{SEARCH}.Query.description", where="Query for a word of Description", actual="found" if told else "no")


def _judge_test(reply: Reply, type_id: str, form: str, expect: Expect) -> None:
    own = [
        one for one in reply.all("QualificationType") if (one.findtext("QualificationTypeId") or "").strip() == type_id
    ]
    for test in (test for one in own for test in one.findall("Test")):
        expect(
            f"{SEARCH}.Test.escaped",
            not len(test) and canonical(test.text) == canonical(form),
            where="QualificationType/Test",
            expected=f"the form as text: {form}",
            actual=f"{len(test)} elements" if len(test) else str(test.text),
        )


@pytest.mark.verifies(
    f"{SEARCH}.sorted",
    f"{SEARCH}.SortDirection.values",
    f"{SEARCH}.SortDirection.default",
    f"{SEARCH}.SortProperty.values",
    f"{SEARCH}.PageSize.default",
    f"{SEARCH}.PageNumber.default",
    f"{SEARCH}.NumResults.count",
    f"{SEARCH}.TotalNumResults.count",
    f"{SEARCH}.Pages.partition",
    f"{SEARCH}.Pages.beyond-end",
)
def test_sorted_pages(requester: Requester, given: Given, expect: Expect) -> None:
    """Eleven types, one more than a page has unasked; 2017-01-17 can neither sort them nor number the pages."""
    mark = word(given)
    made = {given.qualification_type(Name=f"{mark} {letter}") for letter in LETTERS}
    ordered = [f"{mark} {letter}" for letter in sorted(LETTERS)]
    found(given, mark, len(made))
    asked = {**OWN, "Query": mark}
    numbered = requester.version != TODAY
    if numbered:
        _judge_directions(requester, asked, ordered, expect)
    whole = requester.must(SEARCH, asked)
    expect(
        f"{SEARCH}.PageSize.default",
        len(type_ids(whole)) == FIRST_PAGE,
        where="no PageSize",
        expected=f"{FIRST_PAGE} of {len(made)} types",
        actual=f"{len(type_ids(whole))} types",
    )
    if numbered:
        _judge_first_number(requester, asked, whole, expect)
    _judge_pages(requester, asked, made, expect)
    _judge_counts(requester, asked, expect)
    if numbered:
        _judge_beyond_end(requester, asked, expect)


def _judge_first_number(requester: Requester, asked: dict[str, Any], whole: Reply, expect: Expect) -> None:
    _judge_same(f"{SEARCH}.PageNumber.default", whole, requester.call(SEARCH, {**asked, "PageNumber": 1}), expect)
    for reply in (whole, requester.call(SEARCH, {**asked, "PageNumber": 1})):
        expect(
            f"{SEARCH}.PageNumber.default",
            counter(reply, "PageNumber") == "1",
            where="PageNumber",
            expected="1",
            actual=counter(reply, "PageNumber") or "none",
        )


def _judge_directions(requester: Requester, asked: dict[str, Any], ordered: list[str], expect: Expect) -> None:
    listed = {}
    for direction, names_in_order in (("Ascending", ordered), ("Descending", ordered[::-1])):
        reply = requester.call(SEARCH, {**asked, "SortDirection": direction, "PageSize": 100})
        listed[direction] = reply
        expect(
            f"{SEARCH}.SortDirection.values",
            reply.accepted,
            where="SortDirection",
            expected=f"{direction} is taken",
            actual=reply.summary,
        )
        got = [name for name in names(reply) if name in ordered]
        expect(
            f"{SEARCH}.sorted",
            got == names_in_order,
            where=f"SortDirection={direction}",
            expected=", ".join(names_in_order),
            actual=", ".join(got),
        )
    plain = requester.call(SEARCH, {**asked, "PageSize": 100})
    _judge_same(f"{SEARCH}.SortDirection.default", listed["Descending"], plain, expect)
    by_name = requester.call(SEARCH, {**asked, "PageSize": 100, "SortProperty": "Name"})
    _judge_same(f"{SEARCH}.SortProperty.values", plain, by_name, expect)


def _judge_same(requirement: str, one: Reply, other: Reply, expect: Expect) -> None:
    expect(
        requirement,
        one.accepted and other.accepted and type_ids(one) == type_ids(other),
        where=f"{SEARCH} with the value by default, and without it",
        expected=f"the same list: {', '.join(type_ids(one)) or one.summary}",
        actual=", ".join(type_ids(other)) or other.summary,
    )


def _pages(requester: Requester, asked: dict[str, Any], size: int) -> list[Reply]:
    """Return all pages of a search for the types of `LETTERS`; those that end with a token, and not many more."""
    most = -(-len(LETTERS) // size) + (2 if requester.version == TODAY else 0)
    return list(islice(pages_of(requester, SEARCH, "QualificationType", asked, size), most))


def _judge_pages(requester: Requester, asked: dict[str, Any], made: set[str], expect: Expect) -> None:
    for size in (1, 3, 10, 100):
        pages = _pages(requester, asked, size)
        listed = [one for page in pages for one in type_ids(page)]
        expect(
            f"{SEARCH}.Pages.partition",
            sorted(one for one in listed if one in made) == sorted(made),
            where=f"all pages with PageSize={size}",
            expected=f"each of the {len(made)} types once",
            actual=f"{len(made - set(listed))} are missing, {len(listed) - len(set(listed))} come twice",
        )
        if requester.version != TODAY:
            _judge_totals(pages, len(made), expect)


def _judge_totals(pages: list[Reply], count: int, expect: Expect) -> None:
    totals = {counter(page, "TotalNumResults") for page in pages}
    results = sum(len(type_ids(page)) for page in pages)
    expect(
        f"{SEARCH}.TotalNumResults.count",
        totals == {str(count)} and results == count,
        where="TotalNumResults on all pages",
        expected=f"{count} on each, as many as the pages have together",
        actual=f"{', '.join(sorted(totals))}; the pages have {results}",
    )


def _judge_counts(requester: Requester, asked: dict[str, Any], expect: Expect) -> None:
    pages = _pages(requester, asked, 4)
    nothing = requester.call(SEARCH, {**asked, "Query": f"{asked['Query']}q"})
    for where, reply in (
        ("a full page", pages[0]),
        ("the last page", pages[-1]),
        ("a search that finds nothing", nothing),
    ):
        counted, listed = counter(reply, "NumResults"), len(type_ids(reply))
        expect(
            f"{SEARCH}.NumResults.count",
            counted == str(listed),
            where=f"NumResults of {where}",
            expected=f"{listed}, as many as are listed",
            actual=counted or reply.summary,
        )
    if requester.version != TODAY:
        expect(
            f"{SEARCH}.TotalNumResults.count",
            counter(nothing, "TotalNumResults") == "0",
            where="TotalNumResults of a search that finds nothing",
            expected="0",
            actual=counter(nothing, "TotalNumResults") or nothing.summary,
        )


def _judge_beyond_end(requester: Requester, asked: dict[str, Any], expect: Expect) -> None:
    reply = requester.call(SEARCH, {**asked, "PageNumber": 9999})
    counted, listed = counter(reply, "NumResults"), len(type_ids(reply))
    expect(
        f"{SEARCH}.NumResults.count",
        counted == str(listed),
        where="NumResults of a page beyond the end",
        expected=f"{listed}, as many as are listed",
        actual=counted or reply.summary,
    )
    expect(
        f"{SEARCH}.Pages.beyond-end",
        reply.accepted and counted == "0" and listed == 0,
        where="PageNumber=9999",
        expected="an empty page: NumResults 0 and no type",
        actual=f"{reply.summary}; NumResults {counted or 'missing'}, {listed} types",
    )


@pytest.mark.verifies(
    f"{SEARCH}.SortDirection.values",
    f"{SEARCH}.SortProperty.values",
    f"{SEARCH}.PageSize.range",
    f"{SEARCH}.PageNumber.positive",
    f"{SEARCH}.MustBeRequestable.required",
)
def test_parameters_are_judged(requester: Requester, given: Given, expect: Expect) -> None:
    asked = {**OWN, "Query": word(given)}
    judged = (
        ("SortDirection", "values", ("up",), False),
        ("SortProperty", "values", ("CreationTime",), False),
        ("PageSize", "range", ("1", "100"), True),
        ("PageSize", "range", ("0", "101", "x"), False),
        ("PageNumber", "positive", ("0", "-1", "x"), False),
    )
    judge_values(requester, SEARCH, asked, judged[2:4] if requester.version == TODAY else judged, expect)
    reply = requester.call(SEARCH, {"Query": asked["Query"]})
    expect(
        f"{SEARCH}.MustBeRequestable.required",
        is_refusal(reply),
        where="no MustBeRequestable",
        expected="an error",
        actual=reply.summary,
    )


@pytest.mark.verifies(f"{SEARCH}.Query.optional")
def test_without_a_query_all_types_are_listed(requester: Requester, given: Given, expect: Expect) -> None:
    made = {given.qualification_type() for _ in range(2)}

    def listed() -> set[str]:
        pages = pages_of(requester, SEARCH, "QualificationType", OWN, 100)
        return {type_id for page in pages for type_id in type_ids(page)}

    missing = made - given.settled(listed, made.issubset)
    expect(
        f"{SEARCH}.Query.optional",
        not missing,
        where=f"all pages of {SEARCH} without Query",
        expected="every type of the caller's",
        actual=f"{len(missing)} of two new types are missing",
    )


@pytest.mark.verifies(f"{SEARCH}.MustBeRequestable.true", f"{SEARCH}.MustBeRequestable.false")
def test_types_of_the_service(requester: Requester, expect: Expect) -> None:
    """They have Locale in a name and cannot be asked for."""
    replies = {
        must: requester.must(SEARCH, {"Query": "Locale", "MustBeRequestable": must, "PageSize": 100})
        for must in ("true", "false")
    }
    flags = [one.text for one in replies["true"].all("QualificationType/IsRequestable")]
    kept = [one for one in type_ids(replies["true"]) if one.startswith(SYSTEM)]
    expect(
        f"{SEARCH}.MustBeRequestable.true",
        all(map(is_true, flags)) and not kept,
        where="MustBeRequestable=true",
        expected="only types that Workers can ask for",
        actual=f"IsRequestable {', '.join(sorted(set(map(str, flags))))}; types of the service: {', '.join(kept)}",
    )
    shown = [one for one in type_ids(replies["false"]) if one.startswith(SYSTEM)]
    expect(
        f"{SEARCH}.MustBeRequestable.false",
        bool(shown),
        where="MustBeRequestable=false, Query=Locale",
        expected=f"a type of the service, such as {SYSTEM}071",
        actual=f"{len(type_ids(replies['false']))} types, none of the service",
    )


@pytest.mark.verifies(f"{SEARCH}.MustBeRequestable.true", f"{SEARCH}.Query.name")
def test_requestable_types_are_found(requester: Requester, given: Given, expect: Expect) -> None:
    mark = word(given)
    type_id = given.qualification_type(Name=mark)
    listed = type_ids(found(given, mark, 1, MustBeRequestable="true"))
    for stated in (f"{SEARCH}.MustBeRequestable.true", f"{SEARCH}.Query.name"):
        expect(
            stated,
            type_id in listed,
            where="MustBeRequestable=true",
            expected=f"the type {type_id}, which Workers can ask for",
            actual=f"{len(listed)} types without it",
        )


@pytest.mark.verifies(f"{SEARCH}.MustBeOwnedByCaller.true", f"{SEARCH}.MustBeOwnedByCaller.default")
def test_types_of_others(requester: Requester, second_requester: Requester, given: Given, expect: Expect) -> None:
    mark = word(given)
    own = given.qualification_type(Name=f"{mark} own")
    foreign = second_requester.must(CREATE, {"Name": f"{mark} foreign", **NEEDED})
    both = {own, (foreign.text("QualificationTypeId") or "").strip()}
    asked = {"Query": mark, "MustBeRequestable": "false", "PageSize": 100}
    for values in ({"MustBeOwnedByCaller": "false"}, {}):
        both_asked = {**asked, **values}

        def listed_for(sent: dict[str, Any] = both_asked) -> set[str]:
            return set(type_ids(requester.must(SEARCH, sent)))

        listed = given.settled(listed_for, both.issubset)
        expect(
            f"{SEARCH}.MustBeOwnedByCaller.default",
            both <= listed,
            where=f"MustBeOwnedByCaller {'false' if values else 'left out'}",
            expected="the types of both Requesters",
            actual=f"{len(both & listed)} of the two",
        )
    listed = set(type_ids(found(given, mark, 1)))
    expect(
        f"{SEARCH}.MustBeOwnedByCaller.true",
        listed == {own},
        where="MustBeOwnedByCaller=true",
        expected=f"the caller's own type alone, {own}",
        actual=", ".join(sorted(listed)) or "none",
    )
