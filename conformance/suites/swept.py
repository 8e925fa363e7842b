"""Swept messages as calls: good values around the one that is special, in structures too."""

from collections.abc import Callable
from typing import Any

from conformance.spec.shapes import shapes_for
from conformance.strategies.sweep import Message
from conformance.suites.assignments import REWARD
from conformance.suites.eligibility import place, requires, requires_place
from conformance.suites.good_calls import GoodCalls
from conformance.suites.notifications import NOTIFICATION
from conformance.suites.reviews import known_answers, plurality
from conformance.target.opening import Target
from conformance.wire.flattening import Values

_TEMPLATE = "<!DOCTYPE html><html><head><title>layout</title></head><body><form><p>${word}</p></form></body></html>"


def _requirement(calls: GoodCalls, member: str) -> dict[str, Any]:
    """Return a requirement in which ``member`` has its place."""
    if member == "LocaleValue":
        locale = shapes_for(calls.version).type("Locale")
        subdivision = "CA" if locale and locale.element("Subdivision") else None
        return requires_place("EqualTo", place("US", subdivision))
    return requires(calls.qualification_type(), "EqualTo", 1)


# A good value of each parameter that is a structure, with the member that is going to be special in it.
_GOOD: dict[str, Callable[[GoodCalls, str], dict[str, Any]]] = {
    "Reward": lambda _calls, _member: dict(REWARD),
    "BonusAmount": lambda _calls, _member: dict(REWARD),
    "QualificationRequirement": _requirement,
    "Notification": lambda _calls, _member: dict(NOTIFICATION),
    "AssignmentReviewPolicy": lambda _calls, _member: known_answers({"q1": "B"}),
    "HITReviewPolicy": lambda _calls, _member: plurality(["q1"]),
    "HITLayoutParameter": lambda _calls, _member: {"Name": "word", "Value": "a word"},
}


def values_of(message: Message, calls: GoodCalls, target: Target) -> dict[str, Any]:
    """Return the parameters of a swept message; raises NotMeasured where a layout is needed and cannot be made."""
    values = calls.values(message.operation, without=message.parameter)
    if message.parameter == "HITLayoutParameter":
        values.pop("Question", None)
        values["HITLayoutId"] = target.new_layout(_TEMPLATE)
    return {**values, message.parameter: [_mended(message, one, calls) for one in message.faulty]}


def _mended(message: Message, faulty: str | Values, calls: GoodCalls) -> Any:
    """Return one occurrence of the parameter, with good values in the place of those that only fit by their types."""
    if isinstance(faulty, str) or message.parameter not in _GOOD:
        return faulty
    path = [step for step in message.member.split(".") if step and step != "1"]
    return placed(_GOOD[message.parameter](calls, path[0] if path else ""), faulty, path)


def placed(good: dict[str, Any], faulty: Values, path: list[str]) -> dict[str, Any]:
    """Return ``good`` with what ``faulty`` has at ``path``, nothing if it has nothing there; all for an empty path."""
    if not path:
        return good
    name, rest = path[0], path[1:]
    others = {other: value for other, value in good.items() if other != name}
    inner = faulty.get(name, [])
    if not inner or not rest:
        return {**others, name: inner} if inner else others
    first = inner[0]
    around = good.get(name, {})
    around = around[0] if isinstance(around, list) else around
    if not isinstance(first, dict) or not isinstance(around, dict):
        return {**others, name: inner}
    return {**others, name: [placed(around, first, rest)]}
