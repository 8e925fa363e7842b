"""Which operations of the API an endpoint has: what it says to one that nobody knows tells which it lacks."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from conformance.bindings.query import Answer
from conformance.spec.requirements import operations
from conformance.spec.shapes import shapes_for

NOT_IMPLEMENTED = 501
_TRIES = 3  # an error of the server may come by chance: it must come each time
Ask: TypeAlias = Callable[[str], Answer | None]
"""Calls an operation without parameters of its own; None where that may not be done, or no answer came."""


def made_up(operation: str) -> str:
    """Return the name of an operation that surely does not exist."""
    return f"Un{operation}"


def gist(answer: Answer, *names: str) -> tuple[int, str]:
    """Return what an answer says, without the ``names`` and numbers in it, so that answers can be compared."""
    text = " ".join(f"{error.place} {error.code} {error.message}" for error in answer.errors)
    said = f"{answer.root.tag if answer.root is not None else answer.summary} {text}"
    for name in names:
        said = said.replace(name, "*")
    return answer.status, re.sub(r"\d+", "0", said)


def _reached(answer: Answer) -> bool:
    """Tell whether an answer comes from the operation itself, and not from what stands before all operations."""
    return answer.accepted or any(error.place == "Request" for error in answer.errors)


@dataclass(kw_only=True, eq=False)
class Offered:
    """What is known of the operations of one endpoint, by version and binding.

    Found out when a call is first refused in a way that may mean it: by a call without parameters, compared with one of
    a made-up name.  An endpoint that says the same to every faulty call tells nothing by it, so at least one operation
    must answer otherwise.
    """

    _lacking: dict[tuple[str, str, str], bool | None] = field(default_factory=dict)
    _telling: dict[tuple[str, str], bool] = field(default_factory=dict)

    def lacks(self, version: str, operation: str, ask: Ask, *, binding: str = "query") -> bool | None:
        """Tell whether the endpoint lacks an operation; None where its answers do not show it."""
        if operation not in shapes_for(version).operations:
            return None
        known = (version, binding, operation)
        if known not in self._lacking:
            like_unknown = _like_unknown(operation, ask)
            if like_unknown is None:
                return None  # no answer: the next call may bring one
            self._lacking[known] = like_unknown and (self._tells(version, binding, ask) or None)
        return self._lacking[known]

    def saw(self, version: str, operation: str, answer: Answer, *, binding: str = "query") -> bool:
        """Take note of an answer; tell whether the endpoint may lack the operation, as far as this answer shows."""
        if _reached(answer):
            self._lacking[version, binding, operation] = False
            return False
        return self._lacking.get((version, binding, operation), True) is not False

    def _tells(self, version: str, binding: str, ask: Ask) -> bool:
        """Tell whether any operation answers a call without its parameters unlike one that nobody knows."""
        known = (version, binding)
        if known not in self._telling:
            self._telling[known] = any(
                _like_unknown(operation, ask) is False for operation in _wanting_parameters(version)
            )
        return self._telling[known]


def _like_unknown(operation: str, ask: Ask) -> bool | None:
    """Tell whether a call is answered as if nobody knew the operation; None where no answer came."""
    for _ in range(_TRIES):
        answer = ask(operation)
        if answer is None or _reached(answer):
            return None if answer is None else False
        if answer.status == NOT_IMPLEMENTED:
            return True
        unknown = ask(made_up(operation))
        if unknown is None:
            return None
        if gist(answer, operation) != gist(unknown, made_up(operation)):
            return False
        if answer.status < 500:
            break
    return True


def _wanting_parameters(version: str) -> Iterable[str]:
    """Return the operations that cannot be called without parameters, those first that change nothing."""
    shapes = shapes_for(version)
    wanting = [
        name for name in shapes.operations if any(member.min > 0 for member in shapes.operation(name).request.elements)
    ]
    order = ("read", "change", "create")
    effects = {name: operations()[name].effect if name in operations() else "" for name in wanting}
    return sorted(wanting, key=lambda name: order.index(effects[name]) if effects[name] in order else 1)
