"""How the endpoint says no: one exception, told apart by the place where its errors are reported.

Source: the three places of errors in genuine replies (below the result's Request, below OperationRequest, and the front
end's own document), and the codes that official clients know.
"""

from conformance.bindings.query import ServiceError

MISSING = "AWS.MissingParameters"
OUT_OF_RANGE = "AWS.ParameterOutOfRange"
NOT_IN_ENUMERATION = "AWS.InvalidEnumeratedParameter"
INVALID = "AWS.MechanicalTurk.InvalidParameterValue"
NOT_XML = "AWS.MechanicalTurk.XMLParseError"
NOT_XHTML = "AWS.MechanicalTurk.XHTMLParseError"

REQUEST = "Request"
OPERATION_REQUEST = "OperationRequest"
FRONT_END = "front end"


class Refusal(Exception):
    """The endpoint refuses a call; ``errors`` share one place, ``status`` is the HTTP status."""

    def __init__(self, *errors: ServiceError, status: int = 200) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors
        self.status = status

    @property
    def place(self) -> str:
        """Where the errors are reported: ``Request``, ``OperationRequest`` or ``front end``."""
        return self.errors[0].place


def error(code: str, message: str, **data: str) -> ServiceError:
    """Return an error of an operation; ``data`` becomes its Key and Value pairs."""
    return ServiceError(code=code, message=message, place=REQUEST, data=tuple(data.items()))


def refused(code: str, message: str, **data: str) -> Refusal:
    """Return the refusal of an operation (result, IsValid False, HTTP 200)."""
    return Refusal(error(code, message, **data))


def access_refused(code: str, message: str, **data: str) -> Refusal:
    """Return the refusal of a call that does not get as far as its operation (no result, HTTP 200)."""
    return Refusal(ServiceError(code=code, message=message, place=OPERATION_REQUEST, data=tuple(data.items())))


def front_end_refused(status: int, code: str, message: str) -> Refusal:
    """Return the refusal of the front end, which knows no operations."""
    return Refusal(ServiceError(code=code, message=message, place=FRONT_END), status=status)
