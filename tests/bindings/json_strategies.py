"""What calls and replies of 2017-01-17 may hold, and what they may not, for Hypothesis."""

import json
from functools import cache
from typing import Any

from hypothesis import strategies as st

from conformance.spec.service_model import Member, model

PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cn", "Cs")), max_size=20)


@cache
def fitting(structure: str, deep: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects of a structure in which every value has its type; nothing is empty, for that is not there."""
    members = {member.newer: _fitting(member, deep) for member in model().members(structure)}
    return st.fixed_dictionaries({}, optional=members)


def _fitting(member: Member, deep: int) -> st.SearchStrategy[Any]:
    kind = model().kind(member.shape)
    one: st.SearchStrategy[Any] = {
        "boolean": st.booleans(),
        "integer": st.integers(-(10**12), 10**12),
        "long": st.integers(-(10**12), 10**12),
        "timestamp": st.integers(0, 253_402_300_799),
        "string": PRINTABLE,
    }.get(kind, st.nothing())
    if kind == "structure":
        one = st.nothing() if deep > 3 else fitting(member.shape, deep + 1).filter(bool)
    return st.lists(one, min_size=1, max_size=3) if member.listed else one


TEXTS = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(
    ["", "true", "NaN", "-0", "\ud800", "\x00", "2017-01-17T00:00:00Z", "a" * 300]
)
NUMBERS = (
    st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False)
    | st.sampled_from([10**400, -(10**400), 1e308, -0.5, -1e-9, 1e-7, 253_402_300_800, 2**63])
)
NAMES = TEXTS | st.sampled_from(
    sorted(
        {
            name
            for known in model().operations.values()
            for structure in (known.request, known.response)
            for member in model().members(structure)
            for name in (member.newer, member.name)
        }
        | {"__type", "Message", "message", "TurkErrorCode", "Amount", "Value"}
    )
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@cache
def almost(structure: str, deep: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects with members of a structure, in which anything stands."""
    members: dict[str, st.SearchStrategy[Any]] = {}
    for member in model().members(structure):
        one = ANYTHING
        if model().kind(member.shape) == "structure" and deep < 2:
            one = ANYTHING | almost(member.shape, deep + 1)
        members[member.newer] = one | st.lists(one, max_size=3)
    return st.fixed_dictionaries({}, optional=members)


@st.composite
def bodies(draw: st.DrawFn, structure: str) -> bytes:
    """Return bytes that are JSON, or almost, or no JSON at all."""
    content = draw(almost(structure) | ANYTHING | st.dictionaries(NAMES, ANYTHING, max_size=3))
    text = json.dumps(content, ensure_ascii=draw(st.booleans()))
    body = text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-16"])), "surrogatepass")
    if draw(st.booleans()):
        at = draw(st.integers(0, len(body)))
        body = body[:at] + draw(st.binary(max_size=3)) + body[at + draw(st.integers(0, 2)) :]
    return body
