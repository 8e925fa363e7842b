"""What exchanges show together, in their order: tokens, ids, states, lists and money over the time of a capture.

A capture may have begun late, may show one client of several, and a service may take a while until what was written
is read everywhere.  A requirement is missed only where none of this can explain what came; all else is told as
observed.  Facts of different files, and of different servers, have nothing to do with each other.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache

from conformance.checks.finding import Finding, missed, seen
from conformance.checks.history_facts import PARDONING, Fact, lasting, overview
from conformance.spec.life_cycles import Rule, life_cycle
from conformance.spec.requirements import operations, requirements
from conformance.spec.versions import TODAY

HISTORY = "history"
"""The name under which is told of what no requirement speaks."""
SETTLED = 300.0
"""After so many seconds what was written is expected to be read everywhere."""
TOKEN_KEPT = 23 * 3600.0
"""For so many seconds a token protects, whatever clocks may differ."""
CREATING = ("CreateHIT", "CreateHITWithHITType")
TOKENS = {
    "GrantBonus": "GrantBonus.UniqueRequestToken.replay",
    **{name: f"{name}.UniqueRequestToken.dup-error" for name in (*CREATING, "ExtendHIT")},
}
"""Operation → the requirement that a second call with its token breaks."""
OTHER_PARAMETERS = "{}.UniqueRequestToken.replay-other-params"
REQUEST_ID = "Common.Response.request-id-unique"
HIT_ID = "CreateHIT.HITId.unique"
DISPOSING = ("DisposeHIT", "DisableHIT")
HIT_LISTS = ("SearchHITs", "GetReviewableHITs")
UNLISTED = {"DisposeHIT": "DisposeHIT.drops-from-lists", "DisableHIT": "DisableHIT.disposes"}
DISPOSED_SHOWN = "DisposeHIT.gethit-after"
PARDONED = "ApproveRejectedAssignment.transition"
DECIDED_LISTED = {"GrantQualification": "granted-listed", "RejectQualificationRequest": "rejected-listed"}
MAY_BE = "unless another client did something in between, or the order in the capture is not that of the calls"

Told = Callable[["_Story", Fact], Iterator[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What an object is since when; ``rule`` is what led there where a call did, and no reply just showed it."""

    name: str
    since: Fact
    rule: Rule | None = None


@dataclass(slots=True)
class _Story:
    """What was told so far by the facts of one server.

    ``again`` are the hashes of ids, and of what was asked, that come more than once; ``named`` those of them that calls
    name.  ``shown`` are those objects in the reply at hand whose ids come more than once; no fact here holds its own.
    """

    again: frozenset[int]
    named: frozenset[int]
    shown: tuple[tuple[str, str, str], ...] = ()
    request_ids: dict[str, Fact] = field(default_factory=dict)
    known: set[tuple[str, str]] = field(default_factory=set)
    creating: set[str] = field(default_factory=set)
    created: dict[str, Fact] = field(default_factory=dict)
    tokens: dict[tuple[str, str], Fact] = field(default_factory=dict)
    states: dict[tuple[str, str], _State] = field(default_factory=dict)
    disposed: dict[str, Fact] = field(default_factory=dict)
    lists: dict[tuple[str, bytes], tuple[str, str]] = field(default_factory=dict)
    balances: dict[str, Fact] = field(default_factory=dict)
    paid: dict[str, Decimal] = field(default_factory=dict)


def judge_facts(facts: Sequence[Fact]) -> Iterator[tuple[int, Finding]]:
    """Yield what the facts of one capture show together, each with the number of the fact, from 0, that shows it.

    The facts are gone through twice, so that little is to be kept of them: what is shown once has no story.
    """
    times, again, named = overview(facts)
    order = sorted(range(len(times)), key=times.__getitem__) if all(sent > 0 for sent in times) else range(len(times))
    stories: dict[str, _Story] = {}
    for number in order:
        told = facts[number]
        fact = lasting(told)
        story = stories.get(fact.server)
        if story is None:
            story = stories[fact.server] = _Story(again=again, named=named)
        story.shown = tuple([one for one in told.shown if hash(one[1]) in again])
        for tell in _telling(fact.operation):
            for finding in tell(story, fact):
                yield number, finding


def follows(earlier: Fact, later: Fact) -> bool:
    """Tell whether it is certain that one exchange was over before the other began."""
    if earlier.sent > 0 and later.sent > 0:
        # Who knows only when calls were sent knows nothing of those that overlap.
        lasted = earlier.received if earlier.received > earlier.sent else earlier.sent + 1
        return lasted <= later.sent
    return earlier.claimed > 0 and later.claimed - earlier.claimed > 1


def settled(earlier: Fact, later: Fact) -> bool:
    """Tell whether so much time has passed that what the one wrote is read by the other."""
    return follows(earlier, later) and _between(earlier, later)[0] >= SETTLED


def _between(earlier: Fact, later: Fact) -> tuple[float, float]:
    """Return the least and the greatest number of seconds that may lie between two exchanges; -1 where unknown."""
    spans = []
    if earlier.sent > 0 and later.sent > 0:
        spans.append(abs(later.sent - earlier.received))
    if earlier.claimed > 0 and later.claimed > 0:
        spans.append(abs(later.claimed - earlier.claimed))
    return (min(spans), max(spans)) if spans else (-1.0, -1.0)


def _judged(certain: bool, requirement: str, where: str, expected: str, actual: str) -> Finding:
    if certain and requirement in requirements():
        return missed(requirement, where=where, expected=expected, actual=actual, difference="value")
    stated = requirement if requirement in requirements() else HISTORY
    return seen(stated, where=where, expected=expected, actual=actual, note=MAY_BE, difference="value")


def _is_twin(one: Fact, other: Fact) -> bool:
    """Tell whether two facts may be of one exchange that was captured twice."""
    if one.request_id and other.request_id:
        return one.request_id == other.request_id
    return one.request == other.request


def _request_ids(story: _Story, fact: Fact) -> Iterator[Finding]:
    if not fact.request_id or hash(fact.request_id) not in story.again:
        return
    first = story.request_ids.setdefault(fact.request_id, fact)
    if first is not fact and first.request != fact.request:
        actual = f"{fact.request_id!r}, as an earlier reply to {first.operation}"
        yield _judged(True, REQUEST_ID, "RequestId", "a RequestId of its own for every request", actual)


def _tokens(story: _Story, fact: Fact) -> Iterator[Finding]:
    if not fact.accepted or not fact.token or fact.operation not in TOKENS:
        return
    first = story.tokens.get((fact.operation, fact.token))
    story.tokens[fact.operation, fact.token] = fact
    if first is None or _is_twin(first, fact):
        return
    same = first.account == fact.account != "" or bool(set(first.named) & set(fact.named) & _own(fact))
    longest = _between(first, fact)[1]
    requirement = TOKENS[fact.operation] if first.asked == fact.asked else OTHER_PARAMETERS.format(fact.operation)
    if longest >= TOKEN_KEPT or (first.account and fact.account and first.account != fact.account):
        return
    actual = f"both calls of {fact.operation} with one token were accepted"
    told = first.claimed > 0 and fact.claimed > 0  # else the service's clock may have been moved
    yield _judged(same and told, requirement, "UniqueRequestToken", "the second call refused", actual)


def _own(fact: Fact) -> set[tuple[str, str]]:
    """Return the objects named that belong to one Requester: Workers and types are there for all."""
    return {one for one in fact.named if one[0] in ("HIT", "Assignment")}


def _created(story: _Story, fact: Fact) -> Iterator[Finding]:
    if fact.operation not in CREATING or not fact.accepted:
        return
    for kind, name, _ in story.shown:
        first = story.created.setdefault(name, fact)
        repeated_call = bool(fact.token) and first.token == fact.token  # told of by its token
        if kind == "HIT" and first is not fact and not _is_twin(first, fact) and not repeated_call:
            yield _judged(True, HIT_ID, "HITId", "a HITId of its own for every HIT", f"{name!r}, issued before")


@cache
def _made_by(operation: str) -> str | None:
    """Return the kind of the objects that an operation makes."""
    known = operations().get(operation)
    return known.creates if known is not None else None


@cache
def _writes(operation: str) -> bool:
    """Tell whether an operation changes anything."""
    known = operations().get(operation)
    return known is not None and known.effect != "read"


def _ids(story: _Story, fact: Fact) -> Iterator[Finding]:
    """Tell of ids that were used though nothing in the capture made or showed them; the capture may have begun late."""
    if not fact.accepted:
        return
    made = _made_by(fact.operation)
    if made:
        story.creating.add(made)
    for kind, name in fact.named:
        if kind in story.creating and (kind, name) not in story.known:
            actual = f"{kind} {name!r} was neither made nor shown before"
            yield seen(HISTORY, where=f"{kind}Id", expected="an id that the capture knows", actual=actual, note=MAY_BE)
        story.known.add((kind, name))
    story.known.update([(kind, name) for kind, name, _ in story.shown if hash(name) in story.named])


@cache
def _rules(action: str) -> tuple[Rule, ...]:
    """Return the rules of the life cycles for an operation on an assignment or a request for a Qualification."""
    cycles = (life_cycle(name) for name in ("hit", "qualification"))
    return tuple(rule for cycle in cycles for rule in cycle.rules if rule.action == action)


DECISIONS = {
    "ApproveAssignment": "Assignment",
    "RejectAssignment": "Assignment",
    "ApproveRejectedAssignment": "Assignment",
    "GrantQualification": "QualificationRequest",
    "RejectQualificationRequest": "QualificationRequest",
}
"""Operation → the kind of the object whose state it changes."""


@cache
def _reachable(kind: str, state: str) -> frozenset[str]:
    """Return the states that an object may come to be in from a state, whoever acts."""
    found, new = {state}, [state]
    while new:
        here = new.pop()
        rules = (rule for action, of in DECISIONS.items() if of == kind for rule in _rules(action))
        leading = {rule.to for rule in rules if rule.to and here in rule.states} - found
        found |= leading
        new += leading
    return frozenset(found)


def _states_before(fact: Fact) -> frozenset[str]:
    """Return the states from which a decision leads on; in 2017-01-17 who pardons may approve what waits, too."""
    actions = [fact.operation, *(["ApproveAssignment"] if (fact.operation, fact.version) == (PARDONING, TODAY) else [])]
    return frozenset(state for action in actions for rule in _rules(action) if rule.to for state in rule.states)


def _decisions(story: _Story, fact: Fact) -> Iterator[Finding]:
    """Judge what was decided twice: no client can have made it possible in between."""
    kind = DECISIONS.get(fact.operation)
    if kind is None or not fact.accepted:
        return
    done = next((rule for rule in _rules(fact.operation) if rule.to), None)
    for named, name in fact.named:
        if named != kind or done is None:
            continue
        before = story.states.get((kind, name))
        story.states[kind, name] = _State(name=done.to, since=fact, rule=done)
        if before is None or _is_twin(before.since, fact):
            continue
        possible = _reachable(kind, before.name)
        if possible & _states_before(fact):
            continue
        refused = [rule for rule in _rules(fact.operation) if not rule.to and set(rule.states) & possible]
        refused.sort(key=lambda rule: before.name not in rule.states)
        requirement = refused[0].requirement if refused else HISTORY
        actual = f"accepted, though it was {before.name} by {before.since.operation} before"
        yield _judged(follows(before.since, fact), requirement, f"{kind}Id", "the call refused", actual)


def _assignments(story: _Story, fact: Fact) -> Iterator[Finding]:
    """Judge the states in which assignments are shown against those that they were in."""
    states: dict[str, _State] = {}  # one for all assignments of a page
    for kind, name, status in story.shown:
        if kind != "Assignment" or not status:
            continue
        before = story.states.get((kind, name))
        if before is None or status in _reachable(kind, before.name):
            if before is not None and before.name == "Rejected" and status == "Approved":
                yield seen(PARDONED, where="AssignmentStatus", actual="Approved after Rejected", note=MAY_BE)
            if before is None or status != before.name:
                if status not in states:
                    states[status] = _State(name=status, since=fact)
                story.states[kind, name] = states[status]
            continue
        requirement = before.rule.requirement if before.rule is not None else HISTORY
        expected = " or ".join(sorted(_reachable(kind, before.name)))
        actual = f"{status}, though it was {before.name} by {before.since.operation} before"
        yield _judged(settled(before.since, fact), requirement, "AssignmentStatus", expected, actual)


def _requests(story: _Story, fact: Fact) -> Iterator[Finding]:
    """Judge requests for Qualifications that are listed again after they were decided."""
    if fact.operation != "GetQualificationRequests":
        return
    for kind, name, _ in story.shown:
        before = story.states.get((kind, name))
        if before is None or before.rule is None:
            continue
        requirement = life_cycle("qualification").beside[DECIDED_LISTED[before.since.operation]]
        actual = f"listed, though it was {before.name} by {before.since.operation} before"
        certain = settled(before.since, fact)
        yield _judged(certain, requirement, "QualificationRequestId", "a request that waits for a decision", actual)


@cache
def _after_disposal(operation: str) -> str:
    """Return the requirement that says that an operation is refused for a HIT that was disposed of, if any does."""
    for rule in life_cycle("hit").rules:
        if "disposed" in rule.states and not rule.to and rule.action.partition(" ")[0].rstrip(",") == operation:
            return rule.requirement
    named = (f"{operation}.{topic}" for topic in ("disposed", "twice"))
    return next((name for name in named if name in requirements()), "")


def _disposed(story: _Story, fact: Fact) -> Iterator[Finding]:
    """Judge HITs that are used or shown after they were disposed of, which nobody can undo."""
    if not fact.accepted:
        return
    reads = not _writes(fact.operation)
    for kind, name in fact.named:
        gone = story.disposed.get(name) if kind == "HIT" else None
        requirement = _after_disposal(fact.operation)
        if gone is not None and requirement and not _is_twin(gone, fact):
            certain = settled(gone, fact) if reads else follows(gone, fact)
            actual = f"accepted, though {gone.operation} was before"
            yield _judged(certain, requirement, "HITId", "the call refused", actual)
    for kind, name, status in story.shown:
        gone = story.disposed.get(name) if kind == "HIT" else None
        if gone is None or status in ("", "Disposed"):
            continue
        requirement = UNLISTED[gone.operation] if fact.operation in HIT_LISTS else DISPOSED_SHOWN
        actual = f"{status}, though {gone.operation} was before"
        yield _judged(settled(gone, fact), requirement, "HITStatus", "Disposed, or no such HIT", actual)
    if fact.operation in DISPOSING:
        story.disposed.update((name, fact) for kind, name in fact.named if kind == "HIT")


def _pages(story: _Story, fact: Fact) -> Iterator[Finding]:
    """Tell of lists whose size changes from one page to the next; others may have changed them."""
    if fact.accepted and _writes(fact.operation):
        story.lists.clear()
    if not fact.accepted or not fact.total or hash(fact.asked) not in story.again:
        return
    before = story.lists.get((fact.account + fact.operation, fact.asked))
    story.lists[fact.account + fact.operation, fact.asked] = fact.page, fact.total
    if before is not None and before[0] != fact.page and before[1] != fact.total:
        requirement = f"{fact.operation}.TotalNumResults.count"
        actual = f"{fact.total}, on the page before {before[1]}"
        yield _judged(False, requirement, "TotalNumResults", "the same on every page", actual)


def _money(story: _Story, fact: Fact) -> Iterator[Finding]:
    """Tell of balances that do not show what was paid in between; money may have been added, or never be counted."""
    amount = _number(fact.amount) if fact.accepted and fact.amount else None
    if amount is None:
        return
    if fact.operation == "GrantBonus":
        story.paid[fact.account] = story.paid.get(fact.account, Decimal(0)) + amount
    elif fact.operation == "GetAccountBalance":
        before, paid = story.balances.get(fact.account), story.paid.pop(fact.account, Decimal(0))
        story.balances[fact.account] = fact
        was = _number(before.amount) if before is not None else None
        if was is not None and fact.account and paid > 0 and was - amount < paid:
            actual = f"{amount} after {was}, though bonuses of {paid} were paid in between"
            yield _judged(False, "GrantBonus.balance", "AvailableBalance", "less by what was paid", actual)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


TELLING: dict[Told, tuple[str, ...]] = {
    _request_ids: (),
    _tokens: tuple(TOKENS),
    _created: CREATING,
    _ids: (),
    _decisions: tuple(DECISIONS),
    _assignments: (),
    _requests: ("GetQualificationRequests",),
    _disposed: (),
    _pages: (),
    _money: ("GrantBonus", "GetAccountBalance"),
}
"""What tells of the facts of which operations; of none named, of all."""


@cache
def _telling(operation: str) -> tuple[Told, ...]:
    """Return what tells of the facts of an operation."""
    return tuple(tell for tell, of in TELLING.items() if not of or operation in of)


def stated() -> frozenset[str]:
    """Return the requirements that a history may show to be missed."""
    named = {REQUEST_ID, HIT_ID, DISPOSED_SHOWN, *TOKENS.values(), *UNLISTED.values()}
    named |= {OTHER_PARAMETERS.format(operation) for operation in TOKENS}
    named |= {rule.requirement for action in DECISIONS for rule in _rules(action)}
    named |= {life_cycle("qualification").beside[key] for key in DECIDED_LISTED.values()}
    named |= set(filter(None, map(_after_disposal, operations())))
    return frozenset(named & set(requirements()))
