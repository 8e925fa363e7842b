"""What the expressions of a grammar read: stretches of a message, elements that may repeat, and what is there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

Signature = tuple[Any, ...]
VALUE, TEXT, DOCUMENT, COUNTER, NAMED, DROPPED = "value", "text", "document", "counter", "named", "dropped"
"""What a group is for: what it holds counts, is any text, is looked at later, or serves the expression alone."""
PLAIN = rb"[^<&\x00-\x08\x0b-\x1f]"
REFERENCE = rb"&(?:lt|gt|amp|quot|apos|#(?:x[9AaDd]|9|10|13|34|39|1[2-9][0-9]|[2-9][0-9]{2}));"
SOME_TEXT = PLAIN + rb"*+(?:" + REFERENCE + PLAIN + rb"*+)*+"
_ANY_TEXT = re.compile(rb"[^&]*+(?:" + REFERENCE + rb"[^&]*+)*+")


def is_text(octets: bytes) -> bool:
    """Tell whether bytes of a plain reply that have no markup are text as it writes it."""
    return _ANY_TEXT.fullmatch(octets) is not None


def _getter(groups: list[int]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that gives groups of a match."""
    if len(groups) > 1:
        return itemgetter(*groups)
    return (lambda found: (found[groups[0]],)) if groups else (lambda _: ())


def _only_object(named: tuple[tuple[int, str], ...]) -> tuple[str, int, int] | None:
    """Return the type of the object that groups are for, if of one, and the groups of its id and state, 0 for none."""
    groups = {name: group for group, name in named}
    kinds = {name.partition(".")[0] for name in groups}
    if len(kinds) != 1 or len(groups) != len(named):
        return None
    (kind,) = kinds
    identifier = groups.get(f"{kind}.{kind}Id")
    return None if identifier is None else (kind, identifier, groups.get(f"{kind}.{kind}Status", 0))


class Found:
    """What is read of one element, or of the frame of a reply: its signature, and where else to look."""

    __slots__ = ("marks", "signature")

    def __init__(self) -> None:
        self.signature: list[Any] = []
        self.marks: list[tuple[Run, Any]] = []  # stretches in which there is something to look at

    def documents(self) -> list[tuple[str, bytes]]:
        """Return the documents: kind, and bytes as they stand in the message."""
        found = []
        for run, match in self.marks:
            for group, kind in run.documents:
                octets = match[group]
                if octets is not None:
                    found.append((kind, octets))
        return found

    def counters(self) -> dict[str, tuple[int, int]]:
        """Return where the counters stand in the body."""
        found = [(name, match.span(group)) for run, match in self.marks for group, name in run.counters]
        return {name: span for name, span in found if span[0] >= 0}

    def shown(self) -> tuple[str, str, str] | None:
        """Return type, id and state of the only object that the element tells of; None where that takes `named`."""
        if len(self.marks) != 1:
            return None
        run, match = self.marks[0]
        if run.shown is None:
            return None
        kind, identifier, state = run.shown
        name, status = match[identifier], match[state] if state else b""
        return None if name is None else (kind, name.decode("ascii"), (status or b"").decode("ascii"))

    def named(self) -> dict[str, str]:
        """Return ids and states as ``<type>.<member>``, and the RequestId."""
        return {
            name: match[group].decode("ascii")
            for run, match in self.marks
            for group, name in run.named
            if match[group] is not None
        }


class Run:
    """A stretch as one expression; its groups are for what ``roles`` say: a value is part of the signature.

    The others are groups with what they hold, by what that is looked at for.
    """

    __slots__ = (
        "_is_marked",
        "_keep",
        "_match",
        "_texts",
        "counters",
        "documents",
        "named",
        "number",
        "pattern",
        "roles",
        "shown",
    )

    def __init__(self, number: int, pattern: bytes, roles: tuple[str, ...], sort: Callable[[str], str]) -> None:
        self.number = number
        self.pattern = pattern
        self.roles = roles
        numbered = tuple(enumerate(roles, 1))
        self._keep = _getter([group for group, role in numbered if sort(role) == VALUE])
        self._texts = _getter([group for group, role in numbered if sort(role) == TEXT])
        self.documents = tuple(one for one in numbered if sort(one[1]) == DOCUMENT)
        self.counters = tuple(one for one in numbered if sort(one[1]) == COUNTER)
        self.named = tuple(one for one in numbered if sort(one[1]) == NAMED)
        self.shown = _only_object(self.named)
        self._is_marked = bool(self.named or self.documents or self.counters)
        self._match: Any = None

    def read(self, body: bytes, at: int, into: Found) -> int:
        """Read the stretch from a place on; return where it ends, -1 where it does not stand there."""
        if self._match is None:
            self._match = re.compile(self.pattern).match
        found = self._match(body, at)
        if found is None:
            return -1
        # Nothing is as fast as to look for the next tag, so it is only now that references are looked at.
        end: int = found.end()
        if body.find(b"&", at, end) >= 0:
            for text in self._texts(found):
                if text and b"&" in text and not is_text(text):
                    return -1
        into.signature += (self.number, self._keep(found))
        if self._is_marked:
            into.marks.append((self, found))
        return end


@dataclass(frozen=True, slots=True, kw_only=True)
class Some:
    """An element that may repeat, or holds one that may: what it begins with, and the ``steps`` that it consists of."""

    opening: bytes
    steps: tuple["Step", ...]
    many: bool

    def read(self, body: bytes, at: int, into: Found) -> int:
        """Read the element, as often as it stands there; return where that ends."""
        if not body.startswith(self.opening, at):
            if self.many:
                into.signature.append(())
            return at
        if not self.many:
            after = read_steps(self.steps, body, at, into)
            return at if after < 0 else after
        kinds: list[Signature] = []
        outer = into.signature
        while True:
            into.signature = []
            after = read_steps(self.steps, body, at, into)
            if after < 0:
                break
            kinds.append(tuple(into.signature))
            at = after
        into.signature = outer
        into.signature.append(tuple(kinds))
        return at


Step = Run | Some


def read_steps(steps: tuple[Step, ...], body: bytes, at: int, into: Found) -> int:
    """Read steps from a place on; return where they end, -1 where they do not stand there."""
    for step in steps:
        at = step.read(body, at, into)
        if at < 0:
            return -1
    return at


class Part:
    """Steps that are read at once where nothing in them stands more than once, as is most often the case."""

    def __init__(self, number: int, steps: tuple[Step, ...], sort: Callable[[str], str]) -> None:
        self.steps = steps
        pattern, roles = _at_once(steps)
        self._at_once = Run(number, pattern, roles, sort)

    def read(self, body: bytes, at: int, into: Found) -> int:
        """Read the steps from a place on; return where they end, -1 where they do not stand there."""
        end = self._at_once.read(body, at, into)
        return end if end >= 0 else read_steps(self.steps, body, at, into)


def _at_once(steps: tuple[Step, ...]) -> tuple[bytes, tuple[str, ...]]:
    """Return one expression for steps, and the roles of its groups."""
    pattern = b""
    roles: tuple[str, ...] = ()
    for step in steps:
        if isinstance(step, Run):
            pattern, roles = pattern + step.pattern, roles + step.roles
        else:
            inner, of_inner = _at_once(step.steps)
            pattern, roles = pattern + b"(?:" + inner + b"())?+", (*roles, *of_inner, VALUE)
    return pattern, roles
