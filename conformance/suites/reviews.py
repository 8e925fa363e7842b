"""What cases about review policies start from: HITs with policies, answers to them, and the reports of both levels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from conformance.spec.documents import DOCUMENTS
from conformance.spec.versions import TODAY
from conformance.suites.assignments import Employer, Work
from conformance.suites.paging import pages_of
from conformance.suites.preconditions import PAGE_SIZE, Given
from conformance.target.requester import Reply, Requester

OPERATION = "GetReviewResultsForHIT"
KNOWN_ANSWERS = "ScoreMyKnownAnswers/2011-09-01"
PLURALITY = "SimplePlurality/2011-09-01"
Texts = str | Sequence[str]


def form(questions: Sequence[str]) -> str:
    """Return a QuestionForm with a free text question of each name."""
    parts = "".join(
        f"<Question><QuestionIdentifier>{name}</QuestionIdentifier><QuestionContent><Text>Which?</Text>"
        "</QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>"
        for name in questions
    )
    return f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}">{parts}</QuestionForm>'


def choices(question: str, selections: Sequence[str]) -> str:
    """Return a QuestionForm with one question of which several selections can be chosen."""
    parts = "".join(
        f"<Selection><SelectionIdentifier>{name}</SelectionIdentifier><Text>{name}</Text></Selection>"
        for name in selections
    )
    return (
        f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Question><QuestionIdentifier>{question}'
        "</QuestionIdentifier><QuestionContent><Text>Which?</Text></QuestionContent><AnswerSpecification>"
        "<SelectionAnswer><MaxSelectionCount>2</MaxSelectionCount><StyleSuggestion>checkbox</StyleSuggestion>"
        f"<Selections>{parts}</Selections></SelectionAnswer></AnswerSpecification></Question></QuestionForm>"
    )


def answer_document(answers: Mapping[str, Texts]) -> str:
    """Return QuestionFormAnswers: a text is a free text answer, a list are selections."""
    parts = ""
    for name, given in answers.items():
        texts = (
            ""
            if isinstance(given, str)
            else "".join(f"<SelectionIdentifier>{one}</SelectionIdentifier>" for one in given)
        )
        texts = texts or f"<FreeText>{given if isinstance(given, str) else ''}</FreeText>"
        parts += f"<Answer><QuestionIdentifier>{name}</QuestionIdentifier>{texts}</Answer>"
    return f'<QuestionFormAnswers xmlns="{DOCUMENTS["QuestionFormAnswers"]}">{parts}</QuestionFormAnswers>'


def _parameters(texts: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"Key": key, "Value": value if isinstance(value, list) else str(value)} for key, value in texts.items()]


def known_answers(key: Mapping[str, Texts], **parameters: Any) -> dict[str, Any]:
    """Return a ScoreMyKnownAnswers policy with this AnswerKey; an empty text is an entry without a value."""
    entries = [
        {"Key": name, **({"Value": value if isinstance(value, str) else [*value]} if value else {})}
        for name, value in key.items()
    ]
    policy = [{"Key": "AnswerKey", "MapEntry": entries}, *_parameters(parameters)]
    return {"PolicyName": KNOWN_ANSWERS, "Parameter": policy}


def plurality(questions: Sequence[str], threshold: int = 50, **parameters: Any) -> dict[str, Any]:
    """Return a SimplePlurality policy about these questions."""
    texts = {"QuestionIds": [*questions], "QuestionAgreementThreshold": threshold, **parameters}
    return {"PolicyName": PLURALITY, "Parameter": _parameters(texts)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is told of a HIT, on one page or several: results and actions of a level, as the texts of their members."""

    pages: tuple[Reply, ...]

    @property
    def reply(self) -> Reply:
        """The reply with the first page."""
        return self.pages[0]

    def results(self, level: str, *keys: str) -> list[dict[str, str]]:
        """Return the ReviewResults of a level, those with one of these Keys if any are named."""
        rows = self._rows(level, "ReviewResult")
        return [row for row in rows if not keys or row.get("Key") in keys]

    def actions(self, level: str) -> list[dict[str, str]]:
        """Return the ReviewActions of a level."""
        return self._rows(level, "ReviewAction")

    def values(self, level: str, key: str) -> list[str]:
        """Return the Values of a Key, in the order of the report."""
        return [row.get("Value", "") for row in self.results(level, key)]

    def elements(self, level: str, name: str) -> list[etree._Element]:
        """Return the elements of a report."""
        reports = [report for reply in self.pages for report in reply.all(f"{level}ReviewReport")]
        return [one for report in reports for one in report.findall(name)]

    def _rows(self, level: str, name: str) -> list[dict[str, str]]:
        return [
            {str(child.tag): (child.text or "").strip() for child in element} for element in self.elements(level, name)
        ]


class Reviewed:
    """A Requester whose HITs have review policies."""

    def __init__(self, given: Given, requester: Requester | None = None) -> None:
        self.given = given
        self.employer = Employer(given, requester)
        self.requester = self.employer.requester

    def values(self, *, assignment: Any = None, hit: Any = None, **changes: Any) -> dict[str, Any]:
        """Return the parameters of a good CreateHIT with policies."""
        policies = {"AssignmentReviewPolicy": assignment, "HITReviewPolicy": hit}
        return {
            "HITTypeId": changes.get("HITTypeId") or self.employer.hit_type(),
            "Question": form(["q1"]),
            "LifetimeInSeconds": 3600,
            **{name: policy for name, policy in policies.items() if policy is not None},
            **changes,
        }

    def both(self, **changes: Any) -> str:
        """Create a HIT with a policy on each level, about the question q1, and return its id."""
        return self.hit(assignment=known_answers({"q1": "B"}), hit=plurality(["q1"]), **changes)

    def hit(self, **changes: Any) -> str:
        """Create a HIT with policies and return its id."""
        return self.employer.hit(**self.values(**changes))

    def answered(self, hit_id: str, answers: Mapping[str, Texts] | None = None, worker_id: str | None = None) -> Work:
        """Have a Worker, by default a new one, hand in answers to a HIT, the right ones of `both` by default."""
        worker_id = worker_id or self.given.workers.new_worker()
        accepted = self.given.workers.accept_assignment(worker_id, hit_id)
        document = answer_document({"q1": "B"} if answers is None else answers)
        self.given.workers.submit_assignment(worker_id, accepted.assignment_id, document)
        return Work(assignment_id=accepted.assignment_id, worker_id=worker_id, hit_id=hit_id)

    def report(self, hit_id: str, **values: Any) -> Report:
        """Return the reports of a HIT as they are now, in 2017-01-17 with what is on their further pages."""
        asked = {"HITId": hit_id, **values}
        if self.requester.version != TODAY:
            return Report(pages=(self.requester.must(OPERATION, asked),))
        size = int(values.get("PageSize", PAGE_SIZE))
        return Report(pages=tuple(pages_of(self.requester, OPERATION, "AssignmentReviewReport", asked, size)))

    def settled(self, hit_id: str, good: Callable[[Report], bool], **values: Any) -> Report:
        """Return the reports of a HIT, read until ``good``."""
        return self.given.settled(lambda: self.report(hit_id, **values), good)

    def scored(self, hit_id: str, count: int = 1) -> Report:
        """Return the reports of a HIT when so many assignments have been scored by known answers."""
        return self.settled(hit_id, lambda report: len(report.values("Assignment", "KnownAnswerScore")) >= count)

    def compared(self, hit_id: str, count: int = 1) -> Report:
        """Return the reports of a HIT when its answers have been compared so many times."""
        return self.settled(hit_id, lambda report: len(report.values("HIT", "HitAgreementScore")) >= count)

    def most(self, hit_id: str) -> str:
        """Return MaxAssignments of a HIT."""
        reply = self.requester.must("GetHIT", {"HITId": hit_id})
        return (reply.text("MaxAssignments") or "").strip()

    def statuses(self, works: Sequence[Work], wanted: Sequence[str]) -> list[str]:
        """Return the statuses of assignments, read until they are the wanted ones."""
        return self.given.settled(
            lambda: [self.employer.status(work)[0] for work in works], lambda found: found == list(wanted)
        )
