"""The pages of the requirements: one for each article, with a section for each requirement, and one of all articles."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from navigation import tree
from rendering import rendered

from conformance.cli.deciders import audits_for, checks_for, sweeps_for
from conformance.cli.explain import described, levels
from conformance.cli.verifying import suites_for
from conformance.spec.case_files import FOLDERS, CaseFiles
from conformance.spec.data import cases_dir
from conformance.spec.names import names
from conformance.spec.requirements import Requirement, cases_of, operations, requirements, requirements_of
from conformance.spec.shapes import shapes_for
from conformance.spec.statements import OperationTraits
from conformance.spec.versions import LATEST, TODAY, VERSIONS

FOLDER = "requirements"
LEVELS = ("MUST", "SHOULD", "MAY")
_TITLES = ("Common", "Operations", "Structures and documents", "Behaviour")
_EFFECTS = {"read": "changes nothing", "create": "creates something", "change": "changes something"}
_BINDINGS = {"query": "calls by the Query binding only", "soap": "calls by the SOAP binding only"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What the page says of one requirement: fields by label, and what decides it, by kind."""

    requirement: Requirement
    fields: dict[str, str]
    deciders: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The articles of one kind, each with its count by level."""

    title: str
    rows: list[tuple[str, Counter[str]]]


def places() -> set[str]:
    """Return the places of the articles' pages."""
    return {f"{FOLDER}/{name}.md" for group in _groups() for name, _ in group.rows}


def pages() -> Iterator[tuple[str, str]]:
    """Yield the place and the Markdown of every page."""
    groups = _groups()
    total = Counter(one.level for one in requirements().values())
    contents = "\n".join(tree(group.title, [name for name, _ in group.rows]) for group in groups)
    table = rendered("requirements.md.jinja", groups=groups, total=total, evidence=_evidence())
    yield f"{FOLDER}/index.md", f"{table}\n{contents}"
    for group in groups:
        for name, counts in group.rows:
            sections = [_section(one) for one in requirements_of(name).values()]
            about = _about(operations()[name]) if name in operations() else []
            place = f"{FOLDER}/{name}.md"
            yield place, rendered("article.md.jinja", name=name, about=about, counts=counts, sections=sections)


@cache
def _groups() -> list[Group]:
    counts: dict[str, Counter[str]] = {}
    for requirement in requirements().values():
        counts.setdefault(requirement.article, Counter())[requirement.level] += 1
    files = CaseFiles(cases_dir())
    return [
        Group(title=title, rows=[(name, counts[name]) for name in files.in_folder(folder) if name in counts])
        for folder, title in zip(FOLDERS, _TITLES, strict=True)
    ]


def _about(traits: OperationTraits) -> list[str]:
    """Return what calling an operation does, and in which versions there is one."""
    offered = [version for version in VERSIONS if traits.name in shapes_for(version).operations]
    span = f"in all versions from {offered[0]} on" if offered and offered[-1] == LATEST else ""
    if offered and not span:
        span = f"in the versions {offered[0]} to {offered[-1]}"
    if traits.name in shapes_for(TODAY).operations:
        newer = names().newer_operation(traits.name)
        span = ", ".join(filter(None, (span, f"in {TODAY} " + (f"as {newer}" if newer != traits.name else "too"))))
    effect = f"creates a {traits.creates}" if traits.creates else _EFFECTS[traits.effect]
    return [text for text in ("An operation", span, effect, "can move money" if traits.pays else "") if text]


def _evidence() -> list[tuple[str, Counter[str]]]:
    """Return how many requirements of each confidence the real service was seen to keep, or not."""
    counts: dict[str, Counter[str]] = {}
    for requirement in requirements().values():
        counts.setdefault(requirement.confidence, Counter())[requirement.real_service] += 1
    return sorted(counts.items())


def _section(requirement: Requirement) -> Section:
    code = requirement.code
    fields = {
        "Level": ", ".join(levels(requirement)),
        "How it is decided": requirement.how,
        "Needs": ", ".join(requirement.needs),
        "Speaks of": _BINDINGS.get(requirement.transport or "", ""),
        "Error code": f"{' or '.join(code.any_of)} ({code.level}; {code.evidence})" if code else "",
        "Source": requirement.source,
        f"Holds in {TODAY}": requirement.in_2017 or "",
        "Confidence": requirement.confidence,
        "Real service": requirement.real_service,
        "Disputed": requirement.disputed or "",
        "Untestable": requirement.untestable or "",
    }
    return Section(
        requirement=requirement,
        fields={label: text for label, text in fields.items() if text},
        deciders=list(_deciders(requirement)),
    )


def _deciders(requirement: Requirement) -> Iterator[tuple[str, str]]:
    for case in cases_of(requirement.id):
        yield "case", described(case)
    for kind, found in (("sweep", sweeps_for), ("suite", suites_for), ("check", checks_for), ("audit", audits_for)):
        for told in found(requirement):
            yield kind, told
