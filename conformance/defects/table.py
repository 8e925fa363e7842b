"""All defects: the planted ones by family, and those derived from the shapes."""

from functools import cache

from conformance.defects import (
    bonuses,
    common,
    documents,
    pardoned,
    qualification_requests,
    qualification_types,
    rejection,
    structural,
    tokens,
)
from conformance.defects.defect import Defect


@cache
def defects() -> dict[str, Defect]:
    """Return every defect by its name; ValueError if two have the same."""
    table: dict[str, Defect] = {}
    for one in (
        *common.DEFECTS,
        *documents.DEFECTS,
        *rejection.DEFECTS,
        *qualification_requests.DEFECTS,
        *qualification_types.DEFECTS,
        *bonuses.DEFECTS,
        *tokens.DEFECTS,
        *structural.derived(),
        *pardoned.derived(),
    ):
        if one.name in table:
            raise ValueError(f"two defects are called {one.name}: give one of them another name")
        table[one.name] = one
    return table
