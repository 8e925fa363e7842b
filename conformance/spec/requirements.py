"""The requirements, the operations' traits and the cases, as the files under ``cases/`` state them.

The files are read article by article, when the first id of an article is asked for: a look-up costs one file or two,
an iteration all of them.  The vocabulary of the files is checked by ``case_files``, what no vocabulary can express by
``laws``; an article that breaks a law is refused as a whole, so that no run ever judges by a wrong rule.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from conformance.errors import KitError
from conformance.spec.case_files import CaseFile, CaseFiles
from conformance.spec.data import cases_dir
from conformance.spec.laws import case_faults, requirement_faults
from conformance.spec.statements import (
    PAID_FOR,
    PLACEHOLDER,
    PRECONDITIONS,
    Case,
    ErrorCode,
    Level,
    OperationTraits,
    Requirement,
    article_of,
)
from conformance.spec.versions import TODAY

__all__ = [
    "PAID_FOR",
    "PLACEHOLDER",
    "PRECONDITIONS",
    "Article",
    "Case",
    "Catalogue",
    "ErrorCode",
    "Level",
    "OperationTraits",
    "Requirement",
    "cases",
    "cases_of",
    "operations",
    "read_catalogue",
    "requirements",
    "requirements_of",
]

Stated = TypeVar("Stated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the files of one article state; ``traits`` is empty for anything but an operation."""

    requirements: Mapping[str, Requirement]
    traits: Mapping[str, OperationTraits]
    cases: tuple[Case, ...]


class _ByArticle(Mapping[str, Stated]):
    """What the articles state, by its name: a look-up reads one article, iteration all of them."""

    def __init__(self, catalogue: "Catalogue", stated: Callable[[Article], Mapping[str, Stated]]) -> None:
        self._catalogue = catalogue
        self._stated = stated

    def __getitem__(self, name: str) -> Stated:
        return self._stated(self._catalogue.article(article_of(name)))[name]

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._stated(article) for article in self._catalogue.articles())

    def __len__(self) -> int:
        return sum(len(self._stated(article)) for article in self._catalogue.articles())


class Catalogue:
    """Everything that the files of one ``cases/`` folder state.

    What asks for an article raises KitError, with file, id and remedy, for the first law that its files break.
    """

    def __init__(self, directory: Path) -> None:
        self._files = CaseFiles(directory)
        self._articles: dict[str, Article] = {}
        # An operation is known by its file, whose header is a law of that file: no other article needs to be read.
        self._operations = self._files.in_folder("operations")
        self.requirements: Mapping[str, Requirement] = _ByArticle(self, lambda article: article.requirements)
        self.operations: Mapping[str, OperationTraits] = _ByArticle(self, lambda article: article.traits)

    @property
    def cases(self) -> tuple[Case, ...]:
        """All cases, in the order of the files."""
        return tuple(chain.from_iterable(article.cases for article in self.articles()))

    def articles(self) -> Iterator[Article]:
        """Yield all articles, in the order of the files."""
        return map(self.article, self._files.places)

    def article(self, name: str) -> Article:
        """Return what the article ``name`` states: nothing where there is none of that name."""
        if name not in self._files.places:
            return _NOTHING
        if name not in self._articles:
            self._articles[name] = _article(self._files.read(name), self._operations)
        return self._articles[name]


_NOTHING = Article(requirements={}, traits={}, cases=())


def requirements() -> Mapping[str, Requirement]:
    """Return the kit's requirements by id; raise KitError if the files break a law."""
    return _catalogue().requirements


def requirements_of(article: str) -> Mapping[str, Requirement]:
    """Return the requirements of one article: none where there is no such article."""
    return _catalogue().article(article).requirements


def operations() -> Mapping[str, OperationTraits]:
    """Return the traits of the operations that the kit knows, by name; raise KitError if the files break a law."""
    return _catalogue().operations


def cases() -> tuple[Case, ...]:
    """Return the kit's cases, in the order of the files; raise KitError if the files break a law."""
    return _all_cases()


def cases_of(requirement_id: str) -> tuple[Case, ...]:
    """Return the cases that verify one requirement, in the order of its file."""
    known = _catalogue().article(article_of(requirement_id)).cases
    return tuple(case for case in known if case.verifies == requirement_id)


@cache
def _catalogue() -> Catalogue:
    return Catalogue(cases_dir())


@cache
def _all_cases() -> tuple[Case, ...]:
    return _catalogue().cases


def read_catalogue(directory: Path) -> Catalogue:
    """Read all files under ``directory``; raise KitError with file, id and remedy for the first law broken."""
    catalogue = Catalogue(directory)
    for _ in catalogue.articles():
        pass
    return catalogue


def _article(files: list[CaseFile], operations: list[str]) -> Article:
    """Put the files of one article together; ``operations`` are the names of all operations."""
    traits = _traits(files)
    found: dict[str, Requirement] = {}
    found_cases: list[Case] = []
    for file in files:
        for table in file.content.get("requirement", ()):
            requirement = _requirement(table)
            own_cases = [_case(file, requirement, entry) for entry in table.get("case", ())]
            faults = chain(
                requirement_faults(requirement, file.article, own_cases, found),
                *(case_faults(case, operations) for case in own_cases),
            )
            first = next(faults, None)
            if first is not None:
                raise KitError(f"{file.path}: {first}")
            found[requirement.id] = requirement
            found_cases += own_cases
    return Article(requirements=MappingProxyType(found), traits=MappingProxyType(traits), cases=tuple(found_cases))


def _traits(files: list[CaseFile]) -> dict[str, OperationTraits]:
    traits: dict[str, OperationTraits] = {}
    for file in files:
        if "operation" not in file.content:
            continue
        header = OperationTraits(**file.content["operation"])
        if file.folder != "operations" or header.name != file.article:
            raise KitError(
                f"{file.path}: [operation] {header.name} stands in the wrong file; move it to operations/{header.name}."
            )
        if header.name in traits:
            raise KitError(f"{file.path}: [operation] {header.name} stands in two files; keep one of them.")
        if (header.creates is not None) != (header.effect == "create"):
            raise KitError(f'{file.path}: creates goes with effect = "create", and only with it; add or remove it.')
        traits[header.name] = header
    for file in files:
        if file.folder == "operations" and file.article not in traits:
            raise KitError(f"{file.path}: the operation has no header; add [operation] with its name and effect.")
    return traits


def _requirement(table: dict[str, Any]) -> Requirement:
    fields = {key: value for key, value in table.items() if key != "case"}
    fields["needs"] = tuple(table.get("needs", ()))
    if "code" in table:
        fields["code"] = ErrorCode(**table["code"] | {"any_of": tuple(table["code"]["any_of"])})
    return Requirement(**fields)


def _case(file: CaseFile, requirement: Requirement, table: dict[str, Any]) -> Case:
    fields = {key: value for key, value in table.items() if key != "name"}
    own_operation = file.folder == "operations" and table.get("each") != "operations"
    defaults = {
        "operation": file.article if own_operation else "",
        "since": requirement.since,
        "until": requirement.until,
        "in_2017": requirement.holds_in(TODAY) and "until" not in table,
    }
    for key in ("given", "omit"):
        fields[key] = tuple(table.get(key, ()))
    name = f"/{table['name']}" if "name" in table else ""
    return Case(id=requirement.id + name, verifies=requirement.id, **defaults | fields)
