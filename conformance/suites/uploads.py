"""Files that Workers upload: the form that asks for one, the submission that has one, and what an address gives."""

from conformance.errors import Blocked, NotMeasured
from conformance.spec.documents import DOCUMENTS
from conformance.spec.versions import TODAY
from conformance.suites.assignments import Employer, Work
from conformance.suites.forms import FREE_TEXT_ANSWER
from conformance.target.requester import Reply, Requester
from conformance.transport.client import Client
from conformance.wire.messages import HttpRequest, HttpResponse

FILE, TEXT = "file", "text"
"""The identifiers of the two questions of the form."""
CONTENT = "made by a conformance run: é, <b> & \U0001d518\n"

FORM = f"""<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Question><QuestionIdentifier>{TEXT}</QuestionIdentifier>\
<QuestionContent><Text>Why?</Text></QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification>\
</Question><Question><QuestionIdentifier>{FILE}</QuestionIdentifier><QuestionContent><Text>A file</Text>\
</QuestionContent><AnswerSpecification><FileUploadAnswer><MaxFileSizeInBytes>100000</MaxFileSizeInBytes>\
<MinFileSizeInBytes>1</MinFileSizeInBytes></FileUploadAnswer></AnswerSpecification></Question></QuestionForm>"""


def asked_for_file(employer: Employer) -> Reply:
    """Call CreateHIT with a form that asks for a file."""
    values = {**employer.properties(), "Question": FORM, "LifetimeInSeconds": 3600}
    return employer.requester.call("CreateHIT", values)


def _asking(employer: Employer) -> str:
    """Return the id of a HIT that asks for a file; NotMeasured where there can be none any more."""
    reply = asked_for_file(employer)
    if reply.refused and employer.requester.version == TODAY:
        raise NotMeasured(f"a form cannot ask for a file ({reply.cause}), as it was announced for December 2017")
    if not reply.accepted:
        raise Blocked(reply.cause)
    return (reply.text("HITId") or "").strip()


def uploaded(employer: Employer, content: str = CONTENT, hit_id: str | None = None) -> Work:
    """Return a submission with a file, for a HIT of its own if none is named."""
    workers = employer.given.workers
    hit_id, worker_id = hit_id or _asking(employer), workers.new_worker()
    assignment_id = workers.accept_assignment(worker_id, hit_id).assignment_id
    workers.upload_file(worker_id, assignment_id, FILE, content)
    workers.submit_assignment(worker_id, assignment_id, FREE_TEXT_ANSWER.format(name=TEXT, text="because"))
    return Work(assignment_id=assignment_id, worker_id=worker_id, hit_id=hit_id)


def file_call(work: Work, identifier: str = FILE) -> dict[str, str]:
    """Return the parameters of GetFileUploadURL."""
    return {"AssignmentId": work.assignment_id, "QuestionIdentifier": identifier}


def file_url(requester: Requester, work: Work) -> str:
    """Return the address of the file of a submission, as a precondition."""
    url = (requester.must("GetFileUploadURL", file_call(work)).text("FileUploadURL") or "").strip()
    if not url.startswith(("http://", "https://")):
        raise Blocked("GetFileUploadURL: no FileUploadURL with http or https in the reply")
    return url


def fetched(client: Client, url: str) -> HttpResponse:
    """Return what an address gives to anybody."""
    response = client.send(HttpRequest(method="GET", url=url), retry=True).response
    if response is None:
        raise Blocked("GET of a FileUploadURL: no answer")
    return response
