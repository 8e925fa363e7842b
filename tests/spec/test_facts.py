"""The shapes against the published schemas, copied into tables that owe nothing to ours: ``tests/facts``.

Both ways: nothing that a WSDL has is missing, nothing is there that it has not, except where real replies or the
articles know better, and each of these exceptions is a line of ``differences.tsv`` with its reason.
"""

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from conformance.spec.annotated_xsd import XS
from conformance.spec.data import schemas_dir
from conformance.spec.fitting import in_order
from conformance.spec.shapes import ElementShape, Shapes, TypeShape, shapes_for

FOLDER = Path(__file__).parents[1] / "facts"
PUBLISHED = ("2007-06-21", "2012-03-25", "2013-11-15", "2014-08-15")
OWN = "(own)"
COUNTERS = {"NumResults", "TotalNumResults", "PageNumber"}

Line = tuple[str, str, str, str]
"""Owner, element, type and occurs; of a value, the enumeration, the value after ``=``, and ``-`` twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a schema says: the members of each type, in their order, and the values of each enumeration."""

    members: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=dict)

    def lines(self) -> Counter[Line]:
        """Return all of it but the order."""
        members = [(owner, *member) for owner, members in self.members.items() for member in members]
        values = [(owner, f"={value}", "-", "-") for owner, values in self.values.items() for value in values]
        return Counter([*members, *values])


@cache
def table(name: str) -> tuple[tuple[str, ...], ...]:
    lines = (FOLDER / f"{name}.tsv").read_text("utf-8").splitlines()
    head, *rows = [tuple(line.split("\t")) for line in lines if not line.startswith("#")]
    assert all(len(row) == len(head) for row in rows), [row for row in rows if len(row) != len(head)]
    return tuple(rows)


def in_version(versions: str, version: str) -> bool:
    return versions == "all" or version[:4] in versions.split()


@cache
def official(version: str) -> Facts:
    """Return what the WSDL of a version says."""
    facts = Facts()
    for owner, *member, versions in table("members"):
        if in_version(versions, version):
            facts.members.setdefault(owner, []).append((member[0], member[1], member[2]))
    for enumeration, value, versions in table("enumerations"):
        if in_version(versions, version):
            facts.values.setdefault(enumeration, set()).add(value)
    call, echoes = facts.members.pop("(call)"), []
    for name, requests, result, echo, versions in table("operations"):
        if in_version(versions, version):
            facts.members.setdefault(name, list(call)).append(("Request", f"{name}Request", requests))
            replies = [("OperationRequest", "OperationRequest", "0..1"), (result, result, "0..*")]
            facts.members[f"{name}Response"] = replies
            if echo != "-":
                echoes.append((echo, f"{name}Request", "0..1"))
    facts.members["Request"][1:1] = echoes
    return facts


def operations(version: str) -> dict[str, tuple[str, str]]:
    """Return the operations of a version, with the result and the echo of each."""
    return {row[0]: (row[2], row[3]) for row in table("operations") if in_version(row[-1], version)}


def occurs(member: ElementShape) -> str:
    most = "*" if member.max is None else str(member.max)
    return most if str(member.min) == most else f"{member.min}..{most}"


class Ours:
    """Our schemas told in the words of the tables: a type whose name they do not know is its member's own."""

    def __init__(self, shapes: Shapes, known: Facts) -> None:
        self.facts = Facts()
        self._shapes, self._known = shapes, known
        self._owned: set[str] = set()
        self._document = shapes.document()
        complex_types = list(shapes.complex_types())
        for strangers in (False, True):  # the known ones first: they tell which of the others are somebody's own
            for shape in complex_types:
                if (shape.name not in known.members) == strangers and shape.name not in self._owned:
                    self._put(shape.name, shape)
        for simple in self._document.iterfind(f"{XS}simpleType"):
            name = simple.get("name", "")
            if name not in self._owned and (values := self._values(name)):
                self.facts.values[name] = values

    def _values(self, name: str) -> set[str]:
        simple = self._shapes.simple(name)
        return set(simple.enumeration) if simple else set()

    def _put(self, owner: str, shape: TypeShape) -> None:
        found = [(one.name, self._type(f"{owner}/{one.name}", one.type), occurs(one)) for one in shape.elements]
        self.facts.members[owner] = found
        for attribute in self._document.iterfind(f"{XS}complexType[@name='{shape.name}']/{XS}attribute"):
            use = "1" if attribute.get("use") == "required" else "0..1"
            found.append((f"@{attribute.get('name')}", attribute.get("type", ""), use))

    def _type(self, place: str, name: str) -> str:
        """Return a type's name as the tables have it: of a type with facets the built-in it restricts."""
        if shape := self._shapes.type(name):
            if name in self._known.members:
                return name
            self._owned.add(name)
            self._put(place, shape)
            return OWN
        if values := self._values(name):
            if name in self._known.values:
                return name
            self._owned.add(name)
            self.facts.values[place] = values
            return OWN
        simple = self._shapes.simple(name)
        return simple.base if simple else name


def listed(version: str) -> Iterator[tuple[str, Line]]:
    """Yield the side and the line of each difference that is meant."""
    for side, owner, element, kind, number, versions, _ in table("differences"):
        if in_version(versions, version):
            for one in element.split():
                yield side, (owner, one, kind, number)


def disagreements(shapes: Shapes) -> list[str]:
    """Return what differs and is not listed, and what is listed and does not differ."""
    facts = official(shapes.version)
    theirs, ours = facts.lines(), Ours(shapes, facts).facts.lines()
    found = Counter([("-", line) for line in (theirs - ours).elements()])
    found += Counter([("+", line) for line in (ours - theirs).elements()])
    meant = Counter(listed(shapes.version))
    return [
        *(f"{side} {' '.join(line)}" for side, line in (found - meant).elements()),
        *(f"no longer {side} {' '.join(line)}" for side, line in (meant - found).elements()),
    ]


def ordered(names: Sequence[str], common: set[str]) -> list[str]:
    """Return the names in common in their order, the counters of a list as one: replies have them in three orders."""
    kept = ["counters" if name in COUNTERS else name for name in names if name in common]
    return list(dict.fromkeys(kept))


def disorders(shapes: Shapes) -> list[str]:
    """Return the types whose members stand in another order.

    Of Request only the place of the echo counts: no message has two of them.
    """
    facts = official(shapes.version)
    ours = Ours(shapes, facts).facts
    found = []
    for owner in set(facts.members) & set(ours.members) - {"Request"}:
        names = [[member[0] for member in side.members[owner]] for side in (facts, ours)]
        common = set(names[0]) & set(names[1])
        if ordered(names[0], common) != ordered(names[1], common):
            found.append(owner)
    return sorted(found)


def test_the_tables_hold_what_the_wsdls_count() -> None:
    """Operations, types (global elements of replies among them), enumerations: a table cannot lose lines unseen."""
    counts = {}
    for version in PUBLISHED:
        facts = official(version)
        messages = {f"{name}{end}" for name in operations(version) for end in ("", "Response")}
        types = {owner for owner in facts.members if "/" not in owner} - messages
        counts[version] = (len(messages) // 2, len(types), len(facts.values), sum(facts.lines().values()))
    assert counts == {
        "2007-06-21": (40, 86 + 8, 18 + 1, 807),
        "2012-03-25": (44, 102 + 8, 20 + 1, 931),
        "2013-11-15": (44, 102 + 8, 20 + 1, 934),
        "2014-08-15": (44, 102 + 8, 20 + 1, 940),
    }


def test_every_difference_gives_its_reason() -> None:
    """And is of a side and of versions that exist."""
    for side, *_, versions, reason in table("differences"):
        assert side in ("-", "+")
        assert versions == "all" or set(versions.split()) < {version[:4] for version in PUBLISHED}
        assert len(reason) > 15, reason


@pytest.mark.parametrize("version", PUBLISHED)
def test_the_shapes_say_what_the_published_schema_says(version: str) -> None:
    """Nothing missing, nothing extra, no listed difference that is gone; + is ours alone, - is theirs alone."""
    assert disagreements(shapes_for(version)) == []


@pytest.mark.parametrize("version", PUBLISHED)
def test_members_stand_in_the_published_order(version: str) -> None:
    """But for the counters of lists and the slots of the echo."""
    assert disorders(shapes_for(version)) == []


def narrowed(shapes: Shapes) -> Iterator[tuple[str, ...]]:
    """Yield what the published schema allows and ours does not: a type and one or two of its optional members."""
    for owner, members in official(shapes.version).members.items():
        if shapes.type(owner) is not None:
            least = {name for name, _, number in members if not number.startswith("0")}
            names = [name for name, *_ in members if not name.startswith("@")]
            for chosen in combinations([name for name in names if name not in least], 2):
                for some in (chosen[:1], chosen[1:], chosen):
                    if not in_order(shapes, owner, [name for name in names if name in {*least, *some}]):
                        yield owner, *some


@pytest.mark.parametrize("version", PUBLISHED)
def test_optional_members_may_come_in_every_company(version: str) -> None:
    """A choice, made for the orders of genuine replies, must not forbid what the published order allows."""
    assert sorted(narrowed(shapes_for(version))) == []


@pytest.mark.parametrize("version", PUBLISHED)
def test_an_operation_is_read_as_it_is_published(version: str) -> None:
    """Parameters, root and result of the reply, and echo, as the rest of the kit asks for them."""
    shapes = shapes_for(version)
    assert set(shapes.operations) == set(operations(version))
    for name, (result, echo) in operations(version).items():
        shape = shapes.operation(name)
        found = (shape.request.name, shape.response, shape.result.name, shape.echo or "-")
        assert found == (f"{name}Request", f"{name}Response", result, echo)


def mutated(folder: Path, version: str, file: str, old: str, new: str) -> Shapes:
    """Return the shapes of a copy of our schemas in which one file says something else."""
    copy = Path(shutil.copytree(schemas_dir() / "requester", folder / "requester"))
    text = (copy / file).read_text("utf-8")
    assert text.count(old) == 1, f"{file} has {old!r} {text.count(old)} times: adjust the test"
    (copy / file).write_text(text.replace(old, new), "utf-8")
    return Shapes(version, copy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A slip of the pen in a schema file, and the line that has to tell of it in a version."""

    version: str
    file: str
    old: str
    new: str
    told: str


SLIPS = {
    "member-missing": Slip(
        version="2014-08-15",
        file="operations/GrantBonus.xsd",
        old='<xs:element name="Reason" type="xs:string" mt:since="2007-06-21"/>',
        new="",
        told="- GrantBonusRequest Reason xs:string 1",
    ),
    "member-too-early": Slip(
        version="2013-11-15",
        file="structures/Locale.xsd",
        old='mt:since="2014-08-15"',
        new='mt:since="2013-11-15"',
        told="+ Locale Subdivision xs:string 0..1",
    ),
    "occurs": Slip(
        version="2007-06-21",
        file="structures/Price.xsd",
        old='<xs:element name="CurrencyCode" type="xs:string"/>',
        new='<xs:element name="CurrencyCode" type="xs:string" minOccurs="0"/>',
        told="- Price CurrencyCode xs:string 1",
    ),
    "base-of-a-type-with-facets": Slip(
        version="2014-08-15",
        file="operations/CreateHIT.xsd",
        old='name="LifetimeInSeconds" type="Duration"',
        new='name="LifetimeInSeconds" type="MaxAssignments"',
        told="+ CreateHITRequest LifetimeInSeconds xs:int 1",
    ),
    "value-missing": Slip(
        version="2014-08-15",
        file="structures/Assignment.xsd",
        old='<xs:enumeration value="Rejected"/>',
        new='<xs:enumeration value="Refused"/>',
        told="- AssignmentStatus =Rejected - -",
    ),
    "value-too-early": Slip(
        version="2012-03-25",
        file="structures/QualificationRequirement.xsd",
        old='<xs:enumeration value="In" mt:since="2013-11-15"/>',
        new='<xs:enumeration value="In"/>',
        told="+ Comparator =In - -",
    ),
    "echo-missing": Slip(
        version="2014-08-15",
        file="operations/GetHIT.xsd",
        old='<xs:element name="GetHITRequest" type="GetHITRequest" minOccurs="0"/>',
        new="",
        told="- Request GetHITRequest GetHITRequest 0..1",
    ),
    "call": Slip(
        version="2014-08-15",
        file="operations/GrantBonus.xsd",
        old='<xs:element name="Request" type="GrantBonusRequest" maxOccurs="unbounded"/>',
        new='<xs:element name="Request" type="GrantBonusRequest"/>',
        told="- GrantBonus Request GrantBonusRequest 1..*",
    ),
    "attribute": Slip(
        version="2014-08-15",
        file="envelope.xsd",
        old='<xs:attribute name="Value" type="xs:string" use="required"/>',
        new="",
        told="- HTTPHeaders/Header @Value xs:string 1",
    ),
    "stranger": Slip(
        version="2014-08-15",
        file="structures/Price.xsd",
        old="</xs:schema>",
        new=(
            '<xs:simpleType name="Coin"><xs:restriction base="xs:string"><xs:enumeration value="Cent"/>'
            "</xs:restriction></xs:simpleType></xs:schema>"
        ),
        told="+ Coin =Cent - -",
    ),
    "listed-difference-that-is-gone": Slip(
        version="2014-08-15",
        file="structures/Price.xsd",
        old="</xs:schema>",
        new=(
            '<xs:complexType name="Claim"><xs:sequence><xs:element name="Type" type="xs:string"/>'
            "</xs:sequence></xs:complexType></xs:schema>"
        ),
        told="no longer - Claim Type xs:string 1",
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_a_schema_is_told(name: str, tmp_path: Path) -> None:
    """The comparison can fail: for everything that it compares, and for a list that is out of date."""
    slip = SLIPS[name]
    assert slip.told not in disagreements(shapes_for(slip.version))
    shapes = mutated(tmp_path, slip.version, slip.file, slip.old, slip.new)
    assert slip.told in disagreements(shapes)


def test_an_operation_that_is_gone_is_told(tmp_path: Path) -> None:
    """With its call, its parameters and its reply."""
    copy = Path(shutil.copytree(schemas_dir() / "requester", tmp_path / "requester"))
    (copy / "operations/GetFileUploadURL.xsd").unlink()
    told = disagreements(Shapes("2012-03-25", copy))
    assert {
        "- GetFileUploadURL Request GetFileUploadURLRequest 0..*",
        "- GetFileUploadURLRequest QuestionIdentifier xs:string 1",
        "- GetFileUploadURLResponse GetFileUploadURLResult GetFileUploadURLResult 0..*",
        "no longer + GetFileUploadURLResult FileUploadURL xs:string 0..1",
    } <= set(told)


@pytest.mark.parametrize(
    ("file", "first", "second", "told"),
    [
        ("structures/Price.xsd", "Amount", "CurrencyCode", ["Price"]),
        ("operations/GetBonusPayments.xsd", "PageNumber", "PageSize", ["GetBonusPaymentsRequest"]),
    ],
)
def test_an_order_of_our_own_is_told(file: str, first: str, second: str, told: list[str], tmp_path: Path) -> None:
    """Two members that change places."""
    text = (schemas_dir() / "requester" / file).read_text("utf-8")
    one, other = (next(line for line in text.splitlines() if f'name="{name}"' in line) for name in (first, second))
    between = text[text.index(one) : text.index(other) + len(other)]
    swapped = between.replace(one, "@").replace(other, one).replace("@", other)
    shapes = mutated(tmp_path, "2014-08-15", file, between, swapped)
    assert sorted(set(disorders(shapes)) - set(disorders(shapes_for("2014-08-15")))) == told
