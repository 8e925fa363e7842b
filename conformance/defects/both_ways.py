"""Faults of what 2017-01-17 has an operation of its own for: they sit there as they do in the older operation.

CreateHIT with a HITTypeId is CreateHITWithHITType there, and ForceExpireHIT is UpdateExpirationForHIT with a moment
that is past; what that does with a moment to come is no fault of this kind.
"""

from collections.abc import Callable
from datetime import UTC

from conformance.defects import planting
from conformance.defects.planting import Handling, Plant
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.wire.flattening import Values
from conformance.wire.timestamps import parse_timestamp

CREATE, EXPIRE = "CreateHIT", "ForceExpireHIT"
WITH_TYPE, UPDATE = "CreateHITWithHITType", "UpdateExpirationForHIT"


def is_past(context: Context) -> bool:
    """Tell whether a call of UpdateExpirationForHIT lets the HIT expire at once."""
    told = context.values.optional("ExpireAt", str) or ""
    try:
        return parse_timestamp(told).replace(tzinfo=UTC).timestamp() <= context.at
    except ValueError:
        return False


def _if_past(wrapper: Handling) -> Handling:
    def wrapped(handler: Handler, context: Context) -> Values:
        return wrapper(handler, context) if is_past(context) else handler(context)

    return wrapped


def handling(operation: str, wrapper: Handling) -> Plant:
    """Put ``wrapper`` round the handlers of all that says what an operation does."""
    plants = [planting.handling(operation, wrapper)]
    if operation == CREATE:
        plants.append(planting.handling(WITH_TYPE, wrapper))
    elif operation == EXPIRE:
        plants.append(planting.handling(UPDATE, _if_past(wrapper)))
    return planting.planting(*plants)


def rereading(operation: str, change: Callable[[Values, Endpoint], Values]) -> Plant:
    """Let ``change`` put other parameters in the place of those sent, whichever operation takes them."""
    called = (CREATE, WITH_TYPE) if operation == CREATE else (operation,)
    return planting.planting(*(planting.rereading(one, change) for one in called))
