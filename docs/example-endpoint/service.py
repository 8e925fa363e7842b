"""A small service of its own that speaks a part of the Requester API, and has a page for Workers.

Standard library only, nothing of the kit.  ``python service.py --port 8090`` serves it; the state is in memory.
"""

import argparse
import base64
import hmac
import os
import re
import sys
import threading
import time
import uuid
from datetime import UTC, datetime
from html import escape
from socketserver import ThreadingMixIn
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

KEY, SECRET = os.environ["MTURK_ACCESS_KEY_ID"], os.environ["MTURK_SECRET_KEY"]
FEE = 110  # per cent of the reward that a submission which is approved costs
HITS, ASSIGNMENTS, LOCK = {}, {}, threading.Lock()
ACCOUNT = {"balance": 10_000_00}  # cents


class Refused(Exception):
    """What an operation answers with an error."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def element(name, *inner):
    """Return an element with elements, or with a text, in it."""
    return f"<{name}>{''.join(inner)}</{name}>"


def texts(names, record):
    """Return an element for each name that a record has something for."""
    return "".join(element(name, escape(str(record[name]))) for name in names if record.get(name) is not None)


def moment(at):
    """Return a time as the API writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def needed(values, *names):
    """Refuse a call that lacks a parameter."""
    for name in names:
        if not values.get(name):
            raise Refused("AWS.MissingParameters", f"The request lacks the parameter {name}")


def price(cents):
    """Return the elements of a price."""
    shown = f"{cents / 100:.2f}"
    return texts(
        ("Amount", "CurrencyCode", "FormattedPrice"),
        {"Amount": shown, "CurrencyCode": "USD", "FormattedPrice": f"${shown}"},
    )


def get_account_balance(values):
    """Tell the balance."""
    return element("AvailableBalance", price(ACCOUNT["balance"]))


def create_hit(values):
    """Offer a HIT to Workers."""
    needed(
        values,
        "Title",
        "Description",
        "Question",
        "Reward.1.Amount",
        "AssignmentDurationInSeconds",
        "LifetimeInSeconds",
    )
    hit = {"HITId": uuid.uuid4().hex.upper(), "HITTypeId": uuid.uuid4().hex.upper(), "HITStatus": "Assignable"}
    hit |= {"Title": values["Title"], "reward": round(float(values["Reward.1.Amount"]) * 100)}
    hit["MaxAssignments"] = int(values.get("MaxAssignments", 1))
    HITS[hit["HITId"]] = hit
    return element("HIT", element("Request", element("IsValid", "True")), texts(("HITId", "HITTypeId"), hit))


def get_hit(values):
    """Show a HIT."""
    hit = of(HITS, "HIT", values)
    shown = texts(("HITId", "HITTypeId", "Title", "HITStatus", "MaxAssignments"), hit)
    return element("HIT", element("Request", element("IsValid", "True")), shown)


def disable_hit(values):
    """Take a HIT away."""
    of(HITS, "HIT", values)["HITStatus"] = "Disposed"
    return ""


def get_assignments_for_hit(values):
    """List what Workers submitted."""
    hit = of(HITS, "HIT", values)
    found = [one for one in ASSIGNMENTS.values() if one["HITId"] == hit["HITId"] and one["AssignmentStatus"]]
    wanted = {text for name, text in values.items() if name.startswith("AssignmentStatus")}
    found = [one for one in found if not wanted or one["AssignmentStatus"] in wanted]
    size, page = int(values.get("PageSize", 10)), int(values.get("PageNumber", 1))
    shown = found[(page - 1) * size : page * size]
    names = ("AssignmentId", "WorkerId", "HITId", "AssignmentStatus", "AutoApprovalTime", "AcceptTime", "SubmitTime")
    names += ("ApprovalTime", "RejectionTime", "Answer")
    if "AssignmentFeedback" in values.values():
        names += ("RequesterFeedback",)
    counts = {"NumResults": len(shown), "TotalNumResults": len(found), "PageNumber": page}
    return texts(counts, counts) + "".join(element("Assignment", texts(names, one)) for one in shown)


def approve_assignment(values):
    """Approve what a Worker submitted, and pay for it."""
    assignment = decided(values)
    cost = HITS[assignment["HITId"]]["reward"] * FEE // 100
    if cost > ACCOUNT["balance"]:
        raise Refused("AWS.MechanicalTurk.InsufficientFunds", "The balance does not cover that")
    ACCOUNT["balance"] -= cost
    assignment |= {"AssignmentStatus": "Approved", "ApprovalTime": moment(time.time())}
    return ""


def reject_assignment(values):
    """Reject what a Worker submitted."""
    decided(values).update(AssignmentStatus="Rejected", RejectionTime=moment(time.time()))
    return ""


def decided(values):
    """Return the submitted assignment that a call decides, with its feedback; refuse any other."""
    assignment, feedback = of(ASSIGNMENTS, "Assignment", values), values.get("RequesterFeedback")
    if feedback and (len(feedback) > 1024 or re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", feedback)):
        raise Refused("AWS.MechanicalTurk.InvalidParameterValue", "RequesterFeedback cannot be taken")
    if assignment["AssignmentStatus"] != "Submitted":
        raise Refused("AWS.MechanicalTurk.InvalidAssignmentState", "The assignment is not Submitted")
    assignment["RequesterFeedback"] = feedback or None
    return assignment


def of(table, what, values):
    """Return what the id in a call names."""
    needed(values, f"{what}Id")
    if values[f"{what}Id"] not in table:
        raise Refused(f"AWS.MechanicalTurk.{what}DoesNotExist", f"There is no {what} {values[f'{what}Id']}")
    return table[values[f"{what}Id"]]


OPERATIONS = {
    "GetAccountBalance": get_account_balance,
    "CreateHIT": create_hit,
    "GetHIT": get_hit,
    "DisableHIT": disable_hit,
    "GetAssignmentsForHIT": get_assignments_for_hit,
    "ApproveAssignment": approve_assignment,
    "RejectAssignment": reject_assignment,
}


def error(name, problem):
    """Return the element that reports an error."""
    told = texts(("Code", "Message"), {"Code": problem.code, "Message": str(problem)})
    return element(name, element("Error", told))


def signed(values):
    """Tell whether a call has the signature of the one Requester there is."""
    text = values.get("Service", "") + values.get("Operation", "") + values.get("Timestamp", "")
    expected = base64.b64encode(hmac.digest(SECRET.encode(), text.encode(), "sha1")).decode()
    return values.get("AWSAccessKeyId") == KEY and hmac.compare_digest(expected, values.get("Signature", ""))


def call(values):
    """Answer a call of the Requester API: status and body."""
    operation = values.get("Operation", "")
    request_id = element("RequestId", str(uuid.uuid4()))
    if operation not in OPERATIONS:
        wrong = Refused("InvalidAction", f"There is no operation {operation}")
        return "400 Bad Request", element("Response", error("Errors", wrong), element("RequestID", str(uuid.uuid4())))
    if not signed(values):
        wrong = Refused("AWS.NotAuthorized", "The key or the signature is wrong")
        return "200 OK", element(
            f"{operation}Response", element("OperationRequest", request_id + error("Errors", wrong))
        )
    try:
        with LOCK:
            result = OPERATIONS[operation](values)
    except Refused as refused:
        result = element("Request", element("IsValid", "False"), error("Errors", refused))
    else:
        if "<HIT>" not in result:
            result = element("Request", element("IsValid", "True")) + result
    if "<HIT>" not in result:  # a HIT comes without a wrapper
        result = element(f"{operation}Result", result)
    return "200 OK", element(f"{operation}Response", element("OperationRequest", request_id), result)


# The Workers' page


def worker_page(path, values):
    """Answer a Worker's browser: status and HTML."""
    if path == "/worker/accept":
        hit = HITS.get(values.get("hit"))
        taken = sum(one["HITId"] == values.get("hit") for one in ASSIGNMENTS.values())
        if hit is None or hit["HITStatus"] != "Assignable" or taken >= hit["MaxAssignments"]:
            return "409 Conflict", "<p>This HIT is not offered.</p>"
        assignment = {"AssignmentId": uuid.uuid4().hex.upper(), "WorkerId": values["worker"], "HITId": hit["HITId"]}
        ASSIGNMENTS[assignment["AssignmentId"]] = assignment | {
            "AssignmentStatus": None,
            "AcceptTime": moment(time.time()),
        }
        fields = f'<input name="assignment" value="{assignment["AssignmentId"]}"><textarea name="answer"></textarea>'
        return "200 OK", f'<form method="post" action="/worker/submit">{fields}<button>Submit</button></form>'
    assignment = ASSIGNMENTS.get(values.get("assignment"))
    if path != "/worker/submit" or assignment is None or assignment["AssignmentStatus"]:
        return "409 Conflict", "<p>There is nothing to submit.</p>"
    now = time.time()
    assignment |= {"AssignmentStatus": "Submitted", "SubmitTime": moment(now), "Answer": values["answer"]}
    assignment["AutoApprovalTime"] = moment(now + 30 * 86400)
    return "200 OK", "<p>Thank you.</p>"


def application(environ, start_response):
    """The WSGI application."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    values = dict(parse_qsl(environ["QUERY_STRING"], True) + parse_qsl(body, True))
    if environ["PATH_INFO"].startswith("/worker/"):
        with LOCK:
            status, page = worker_page(environ["PATH_INFO"], values)
        start_response(status, [("Content-Type", "text/html; charset=utf-8")])
        return [page.encode()]
    status, reply = call(values)
    start_response(status, [("Content-Type", "text/xml; charset=utf-8")])
    return [b'<?xml version="1.0"?>\n' + reply.encode()]


class Server(ThreadingMixIn, WSGIServer):
    """One thread for each connection."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """No line for each request."""

    def log_message(self, *_):
        """Say nothing."""


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=8090)
    with make_server("127.0.0.1", options.parse_args().port, application, Server, Quiet) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}/\n")
        sys.stdout.flush()
        server.serve_forever()
