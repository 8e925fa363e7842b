"""How many answers of Workers review policies have found right and wrong, as statistics count them.

Source: the table of statistics of the article GetRequesterWorkerStatistic.  Known answers are counted as an assignment
is scored.  Answers are compared anew each time a HIT becomes Reviewable again; the latest comparison is what counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.reference.review_records import ReviewResult
from conformance.reference.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a policy has found out about an assignment at a time: the numbers of right and of wrong answers.

    A review of which no time was kept has None.
    """

    assignment_id: str
    at: float | None
    correct: int
    incorrect: int


def known_answers_found(store: Store) -> Iterator[Tally]:
    """Yield a tally for each question with a known answer in the assignments that were scored."""
    times = _times(store)
    for result in store.review_results:
        if result.key == "KnownAnswerCorrect":
            right = int(result.value)
            yield _tally(result, times, correct=right, incorrect=1 - right)


def pluralities_found(store: Store) -> Iterator[Tally]:
    """Yield the tallies of each assignment whose answers were compared with those of the others."""
    times = _times(store)
    latest = {result.hit_id: result.action_id for result in store.review_results if result.level == "HIT"}
    for result in store.review_results:
        if result.action_id != latest.get(result.hit_id):
            continue
        if result.key == "PluralityAnswersCorrect":
            yield _tally(result, times, correct=int(result.value), incorrect=0)
        elif result.key == "PluralityAnswersIncorrect":
            yield _tally(result, times, correct=0, incorrect=int(result.value))


def _times(store: Store) -> dict[str, float]:
    return {action.action_id: action.completed_at for action in store.review_actions}


def _tally(result: ReviewResult, times: dict[str, float], *, correct: int, incorrect: int) -> Tally:
    return Tally(assignment_id=result.subject_id, at=times.get(result.action_id), correct=correct, incorrect=incorrect)
