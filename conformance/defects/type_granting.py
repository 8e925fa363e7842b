"""Faults in what becomes of a Worker's wish for a Qualification, and in how the answers to a test are scored."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, acting, handling, with_values
from conformance.defects.type_parameters import FORM
from conformance.reference.answer_keys import AnswerKey, Selections, read_answer_key, read_selections
from conformance.reference.context import Context, Handler
from conformance.reference.documents import read_document
from conformance.reference.records import Qualification, QualificationRequest, QualificationTest, QualificationType
from conformance.reference.worker import Visit, WorkerAction
from conformance.wire.flattening import Values

CREATE, UPDATE = "CreateQualificationType", "UpdateQualificationType"
ASK, HAND_IN = "request-qualification", "submit-test"

Reply = dict[str, object]
Change = Callable[[QualificationType], QualificationType]
Score = Callable[[AnswerKey, Selections, QualificationTest], int]


@contextmanager
def _changed(visit: Visit, change: Change) -> Iterator[None]:
    """Let the type that a Worker's action names be another for now."""
    store = visit.store
    record = store.qualification_types.get(visit.text("qualification_type_id"))
    if record is not None:
        store.save_type(change(record))
    try:
        yield
    finally:
        if record is not None:
            store.save_type(record)


def _asking(change: Change) -> Plant:
    """Let Workers ask as if the type were another."""

    def ask(action: WorkerAction, visit: Visit) -> Reply:
        with _changed(visit, change):
            return action(visit)

    return acting(ASK, ask)


def _request(visit: Visit) -> QualificationRequest | None:
    return visit.store.last_request(visit.text("qualification_type_id"), visit.worker_id)


def _taking(change: Callable[[QualificationTest], QualificationTest]) -> Plant:
    """Let Workers hand in answers as if the test were another."""

    def hand_in(action: WorkerAction, visit: Visit) -> Reply:
        record = _request(visit)
        if record is not None and record.test is not None:
            visit.store.save_request(replace(record, test=change(record.test)))
        return action(visit)

    return acting(HAND_IN, hand_in)


def _half_the_delay(record: QualificationType) -> QualificationType:
    return replace(record, retry_delay=None if record.retry_delay is None else record.retry_delay // 2)


def _no_delay_is_none(record: QualificationType) -> QualificationType:
    return replace(record, retry_delay=record.retry_delay or None)


def _always_again(record: QualificationType) -> QualificationType:
    return replace(record, retry_delay=record.retry_delay or 0)


def _with_a_test(action: WorkerAction, visit: Visit) -> Reply:
    reply, record = action(visit), _request(visit)
    if reply["state"] == "pending" and record is not None:
        visit.store.save_request(replace(record, test=QualificationTest(form=FORM, duration=60)))
    return reply


def _give(visit: Visit, value: int) -> None:
    type_id = visit.text("qualification_type_id")
    visit.store.save_qualification(
        Qualification(qualification_type_id=type_id, worker_id=visit.worker_id, value=value, granted_at=visit.at)
    )


def _grant_all(action: WorkerAction, visit: Visit) -> Reply:
    """Grant whatever was handed in."""
    reply, record = action(visit), _request(visit)
    if reply["state"] == "pending" and record is not None:
        visit.store.save_request(replace(record, state="Granted"))
        _give(visit, 1)
    return reply


def _keep_first_score(action: WorkerAction, visit: Visit) -> Reply:
    first = visit.store.qualifications.get((visit.text("qualification_type_id"), visit.worker_id))
    reply = action(visit)
    if first is not None:
        visit.store.save_qualification(first)
    return reply


def _grant_by_the_type(handler: Handler, context: Context) -> Values:
    """Take the value of a grant from the type, where the call has none."""
    requests = context.store.qualification_requests
    record = requests.get(context.values.required("QualificationRequestId", str))
    kind = context.store.qualification_types.get(record.qualification_type_id) if record else None
    if kind is None or kind.auto_granted_value is None or "IntegerValue" in context.values.sent:
        return handler(context)
    return handler(with_values(context, IntegerValue=kind.auto_granted_value))


def _scoring(score: Score) -> Plant:
    """Let ``score`` say what the answers to a test with a key are worth."""

    def hand_in(action: WorkerAction, visit: Visit) -> Reply:
        record = _request(visit)
        reply = action(visit)
        test = record.test if record else None
        if test is not None and test.answer_key is not None:
            key, selections = read_answer_key(test.answer_key), read_selections(visit.text("answer"))
            _give(visit, score(key, selections, test))
        return reply

    return acting(HAND_IN, hand_in)


def _scores(key: AnswerKey, selections: Selections) -> list[int]:
    return [question.score(selections) for question in key.questions]


def _part_is_enough(key: AnswerKey, selections: Selections, test: QualificationTest) -> int:
    total = 0
    for question in key.questions:
        chosen = selections.get(question.identifier, frozenset())
        total += next((score for option, score in question.options if option <= chosen), question.default)
    return key.mapping(total)


def _no_default(key: AnswerKey, selections: Selections, test: QualificationTest) -> int:
    questions = tuple(replace(question, default=0) for question in key.questions)
    return replace(key, questions=questions).value(selections)


def _one_by_default(key: AnswerKey, selections: Selections, test: QualificationTest) -> int:
    questions = tuple(replace(question, default=question.default or 1) for question in key.questions)
    return replace(key, questions=questions).value(selections)


def _element(test: QualificationTest, name: str) -> str | None:
    return read_document(test.answer_key or "").findtext(f".//{{*}}{name}")


def _rounded_down(key: AnswerKey, selections: Selections, test: QualificationTest) -> int:
    most = _element(test, "MaximumSummedScore")
    total = sum(_scores(key, selections))
    return key.mapping(total) if most is None else int(Fraction(100 * total, int(most)))


def _never_scaled(key: AnswerKey, selections: Selections, test: QualificationTest) -> int:
    return key.value(selections) if _element(test, "SummedScoreMultiplier") is None else sum(_scores(key, selections))


def _below_upper_bound(key: AnswerKey, selections: Selections, test: QualificationTest) -> int:
    upper, total = _element(test, "InclusiveUpperBound"), sum(_scores(key, selections))
    beyond = _element(test, "OutOfRangeQualificationValue")
    return int(beyond) if upper is not None and beyond and total == int(upper) else key.mapping(total)


def _nothing_outside(key: AnswerKey, selections: Selections, test: QualificationTest) -> int:
    beyond, value = _element(test, "OutOfRangeQualificationValue"), key.value(selections)
    return 0 if beyond is not None and value == int(beyond) else value


def _unknown_matches(key: AnswerKey, selections: Selections, test: QualificationTest) -> int:
    """Let an option score that names a selection which the test does not have."""
    offered = {element.text for element in read_document(test.form).iter("{*}SelectionIdentifier")}
    unknown = [score for question in key.questions for option, score in question.options if option - offered]
    return key.value(selections) + sum(unknown)


_RETRY, _VALUE = f"{CREATE}.RetryDelayInSeconds", f"{CREATE}.AutoGrantedValue"
_SET = (f"{_VALUE}.set", f"{UPDATE}.AutoGrantedValue.set")
_GRANTED = (f"{CREATE}.AutoGranted.effect", f"{_VALUE}.default", *_SET, f"{UPDATE}.AutoGranted.on")
_KEYED = (f"{CREATE}.AnswerKey.auto", f"{UPDATE}.AnswerKey.auto")

DEFECTS: tuple[Defect, ...] = (
    defect(
        "asking/inactive",
        _asking(lambda record: replace(record, status="Active")),
        f"{CREATE}.Status.inactive-no-requests",
    ),
    defect("asking/again-without-delay", _asking(_always_again), f"{_RETRY}.omitted"),
    defect("asking/half-the-delay", _asking(_half_the_delay), f"{_RETRY}.wait"),
    defect(
        "asking/never-again",
        _asking(lambda record: replace(record, retry_delay=None)),
        f"{_RETRY}.wait",
        f"{_RETRY}.zero",
        f"{UPDATE}.Retry.enable",
        "QualificationType.retake-better-score",
    ),
    defect("asking/delay-of-zero-is-none", _asking(_no_delay_is_none), f"{_RETRY}.zero"),
    defect(
        "asking/test-for-all",
        acting(ASK, _with_a_test),
        f"{CREATE}.Test.optional",
        also=("QualificationRequest.*",),
        because="the request shows a test",
    ),
    defect(
        "asking/not-granted",
        _asking(lambda record: replace(record, auto_granted=False)),
        *_GRANTED,
    ),
    defect(
        "asking/granted-with-nothing",
        _asking(lambda record: replace(record, auto_granted_value=record.auto_granted_value or 0)),
        f"{_VALUE}.default",
    ),
    defect("asking/always-one", _asking(lambda record: replace(record, auto_granted_value=1)), *_SET),
    defect("grant/value-of-the-type", handling("GrantQualification", _grant_by_the_type), f"{_VALUE}.ignored"),
    defect(
        "test/no-time-limit",
        _taking(lambda test: replace(test, duration=10 * test.duration)),
        f"{CREATE}.TestDurationInSeconds.enforced",
    ),
    defect(
        "test/granted-without-key",
        acting(HAND_IN, _grant_all),
        f"{CREATE}.AnswerKey.optional",
        f"{UPDATE}.Test.no-key-removes-key",
        also=("QualificationRequest.*",),
        because="there is no request to show",
    ),
    defect(
        "test/key-ignored",
        _taking(lambda test: replace(test, answer_key=None)),
        *_KEYED,
        "QualificationType.retake-better-score",
        also=("AnswerKey.*",),
        because="no key scores anything",
    ),
    defect("test/first-score-stays", acting(HAND_IN, _keep_first_score), "QualificationType.retake-better-score"),
    defect("score/part-is-enough", _scoring(_part_is_enough), "AnswerKey.exact-match", "AnswerKey.range-out"),
    defect("score/never-negative", _scoring(lambda key, chosen, _: max(0, key.value(chosen))), "AnswerKey.negative"),
    defect("score/no-default", _scoring(_no_default), "AnswerKey.default-score"),
    defect(
        "score/one-by-default",
        _scoring(_one_by_default),
        "AnswerKey.default-score-zero",
        also=("AnswerKey.*",),
        because="whatever matches nothing scores more",
    ),
    defect(
        "score/best-instead-of-sum",
        _scoring(lambda key, chosen, _: key.mapping(max(_scores(key, chosen)))),
        "AnswerKey.sum",
    ),
    defect("score/percentage-rounded-down", _scoring(_rounded_down), "AnswerKey.percentage"),
    defect("score/never-scaled", _scoring(_never_scaled), "AnswerKey.scale"),
    defect("score/upper-bound-excluded", _scoring(_below_upper_bound), "AnswerKey.range"),
    defect("score/nothing-outside", _scoring(_nothing_outside), "AnswerKey.range-out"),
    defect("score/unknown-matches", _scoring(_unknown_matches), "AnswerKey.identifier-match"),
)
