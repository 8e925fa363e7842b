"""How captures are judged."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to judge: ``version`` for all (else what each message says or fits); ``requests`` for faults of requests.

    ``remembers`` tells whether replies of one kind are judged once (`plain`); ``keeps`` whether an exchange is kept
    that shows a fault, for curl lines and exported tests (`Audited.keep`).
    """

    version: str | None = None
    requests: bool = False
    remembers: bool = True
    keeps: bool = False
