"""Start to end of `audit` for one file above a bare interpreter: what a commit hook or an editor waits for."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from timing import above_bare, verdict

from conformance.spec.data import cases_dir

ROUNDS = 15
DOCUMENT = cases_dir() / "vectors" / "documents" / "QuestionForm-every-content.xml"
REPLY = """<?xml version="1.0"?>
<GetAccountBalanceResponse><OperationRequest><RequestId>r</RequestId></OperationRequest><GetAccountBalanceResult>\
<Request><IsValid>True</IsValid></Request><AvailableBalance><Amount>1.00</Amount><CurrencyCode>USD</CurrencyCode>\
<FormattedPrice>$1.00</FormattedPrice></AvailableBalance></GetAccountBalanceResult></GetAccountBalanceResponse>
"""


def main() -> int:
    """Measure a document, a reply and `explain`; return 1 if a limit is missed."""
    with TemporaryDirectory() as folder:
        reply = Path(folder) / "reply.xml"
        reply.write_text(REPLY, "utf-8")
        above = above_bare(
            {
                "document": ["audit", str(DOCUMENT)],
                "reply": ["audit", str(reply)],
                "explain": ["explain", "GrantBonus.pays"],
            },
            ROUNDS,
        )
    good = [
        verdict("audit of a document above it", above["document"], goal=120, limit=240, unit=" ms"),
        verdict("audit of a reply above it", above["reply"], goal=240, limit=480, unit=" ms"),
        verdict("explain of a requirement above it", above["explain"], goal=300, limit=600, unit=" ms"),
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
