"""Content models: what the flat list of members does not tell."""

import pytest

from conformance.errors import KitError
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.strategies.content import Group, Leaf, Part, content_of


def written(part: Part) -> str:
    """Return a part in the notation of document type definitions."""
    if isinstance(part, Leaf):
        return part.member.name + {(1, 1): "", (0, 1): "?", (0, None): "*", (1, None): "+"}[part.min, part.max]
    inner = (" | " if part.kind == "choice" else ", ").join(map(written, part.parts))
    return f"({inner}){'?' if part.optional else ''}"


def model(type_name: str) -> str:
    return ", ".join(map(written, content_of(shapes_for(LATEST), type_name).parts))


def test_the_counters_of_a_list_come_in_three_orders() -> None:
    """Group references and sequences that have to be there leave no group behind."""
    number, total, page = "NumResults", "TotalNumResults", "PageNumber"
    first = f"({number}, (({total}, {page}?) | ({page}, {total}?))?)?"
    second = f"({page}, (({number}, {total}?) | {total})?)"
    counters = f"({first} | {second} | ({total}, {page}?))"
    assert model("GetBonusPaymentsResult") == f"Request?, {counters}, BonusPayment*"


def test_a_sequence_is_its_members() -> None:
    """With the occurrences of the schema."""
    assert model("Price") == "Amount, CurrencyCode, FormattedPrice?"
    assert model("Errors") == "Error+"


def test_attributes_are_told() -> None:
    """Where a type has them."""
    content = content_of(shapes_for(LATEST), "NameAndValue")
    assert [(attribute.name, attribute.required) for attribute in content.attributes] == [
        ("Name", True),
        ("Value", True),
    ]
    assert content.parts == ()


@pytest.mark.parametrize("version", VERSIONS)
def test_content_and_shape_tell_of_the_same_members(version: str) -> None:
    """In every type, with the annotations that only the shape has."""

    def leaves(parts: tuple[Part, ...]) -> list[Leaf]:
        found = []
        for part in parts:
            found += leaves(part.parts) if isinstance(part, Group) else [part]
        return found

    for shape in shapes_for(version).complex_types():
        members = [leaf.member for leaf in leaves(content_of(shapes_for(version), shape.name).parts)]
        assert tuple(dict.fromkeys(members)) == shape.elements


def test_an_unknown_type_is_said() -> None:
    """A simple one is none either."""
    with pytest.raises(KitError, match="no complex type of that name"):
        content_of(shapes_for(LATEST), "SortDirection")
