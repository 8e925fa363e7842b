"""Draw the report of a run on the terminal: ``python website/terminal_picture.py docs/pictures/terminal.svg``.

The run is real: the embedded endpoint has a planted fault, and the kit is called as a user calls it.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from conformance.defects.table import defects
from conformance.reference.endpoint import Options
from conformance.target.serving import make_endpoint, new_credentials
from conformance.transport.server import running

DEFECT = "block/reason-cut-off"
COMMAND = ("mturk-conformance", "run", "http://127.0.0.1:8080/", "--select", "BlockWorker.*", "--record", "run.jsonl")
WIDTH = 100
_TOKEN = "token"
_THEME = TerminalTheme(
    (29, 32, 36),
    (228, 228, 225),
    [(29, 32, 36), (255, 157, 148), (143, 211, 166), (240, 194, 106), (139, 185, 245), (226, 165, 236),
     (156, 202, 234), (228, 228, 225)],
)  # fmt: skip


def printed(folder: Path) -> str:
    """Return what the command prints on a terminal, the port made that of the command."""
    first = new_credentials()
    options = Options(control_token=_TOKEN)
    endpoint = make_endpoint([first], options, plant=defects()[DEFECT].plant)
    environment = os.environ | {
        "MTURK_ACCESS_KEY_ID": first.access_key_id,
        "MTURK_SECRET_KEY": first.secret_key,
        "MTURK_CONTROL_TOKEN": _TOKEN,
        "MTURK_CONFORMANCE_WORKER_DRIVER": "http",
        "XDG_STATE_HOME": str(folder),
        "FORCE_COLOR": "1",
        "COLUMNS": str(WIDTH),
    }
    with running(lambda request: endpoint.handle(request, time.time())) as url:
        line = [sys.executable, "-m", "conformance", *(url if word == COMMAND[2] else word for word in COMMAND[1:])]
        done = subprocess.run(line, check=False, capture_output=True, text=True, env=environment, cwd=folder)
    return done.stdout.replace(url, COMMAND[2])


def draw(file: Path) -> None:
    """Write the picture; its text can be selected."""
    console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115, PTH123
    console.print(Text("$ " + " ".join(word if "*" not in word else f"'{word}'" for word in COMMAND), style="bold"))
    with tempfile.TemporaryDirectory() as folder:
        text = Text.from_ansi(printed(Path(folder)))
    for line in text.split():
        # A line to copy is longer than the picture is wide.
        line.truncate(WIDTH, overflow="ellipsis")
        console.print(line)
    drawn = console.export_svg(title="mturk-conformance", theme=_THEME, unique_id="terminal")
    # Its fonts would be loaded from elsewhere; each text has its width, so any monospaced font will do.
    file.write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
