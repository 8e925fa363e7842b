"""The matrix as one page, made and guarded as the report of a run is (`conformance.report.html`)."""

from pathlib import Path
from typing import TextIO

from markupsafe import Markup

from conformance.record.events import LEVELS, Verdict
from conformance.report.html.pages import FOLDER, page_environment, policy
from conformance.report.matrix import Matrix

_HERE = Path(__file__).parent


def write(matrix: Matrix, out: TextIO) -> None:
    """Write the page to ``out``; the same records give the same bytes."""
    style = Markup("\n").join(Markup(path.read_text("utf-8")) for path in (FOLDER / "report.css", _HERE / "matrix.css"))
    script = Markup((_HERE / "matrix.js").read_text("utf-8"))
    verdicts = [one for one in Verdict if any(column.counts[one] for column in matrix.columns)]
    out.write(
        page_environment(_HERE)
        .get_template("matrix.html.jinja")
        .render(
            policy=policy(style, script),
            style=style,
            script=script,
            matrix=matrix,
            verdicts=verdicts,
            levels=LEVELS,
            differing=sum(row.differs for row in matrix.rows),
            disagreeing=sum(row.disagrees for row in matrix.rows),
        )
    )
