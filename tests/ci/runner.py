"""A runner of composite actions, as much of GitHub's as ``action.yml`` needs: inputs, steps, outputs, conditions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = yaml.safe_load((CHECKOUT / "action.yml").read_text("utf-8"))
_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
_NAME = re.compile(r"(inputs|steps)\.([\w.-]+)")


@dataclass(slots=True, kw_only=True)
class Job:
    """A job with one step, the action; ``outputs`` are by step, ``used`` what it asked other actions for."""

    folder: Path
    inputs: Mapping[str, str]
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    used: dict[str, dict[str, str]] = field(default_factory=dict)
    log: str = ""
    failed: bool = False

    @property
    def summary(self) -> str:
        """The step summary, of all steps together."""
        return (self.folder / "summary.md").read_text("utf-8")

    def told(self, output: str) -> str:
        """Return an output of the action."""
        return self._filled(ACTION["outputs"][output]["value"])

    def run(self, *, scripts: Path | None = None) -> None:
        """Run the action; with ``scripts``, the kit is already installed there, else it is installed now."""
        (self.folder / "temp").mkdir(exist_ok=True)
        (self.folder / "summary.md").touch()
        if scripts is not None:
            self.outputs["install"] = {"scripts": str(scripts)}
        for step in ACTION["runs"]["steps"]:
            if step.get("id") in self.outputs or not self._wanted(step.get("if", "${{ success() }}")):
                continue
            if "uses" in step:
                self.used[step["uses"].partition("@")[0]] = {
                    name: self._filled(str(text)) for name, text in step["with"].items()
                }
            else:
                self._shell(step)

    def _wanted(self, condition: str) -> bool:
        (expression,) = _EXPRESSION.findall(condition)
        told = _NAME.sub(lambda found: repr(self._value(found[0])), expression)
        told = told.replace("&&", "and").replace("always()", "True").replace("success()", repr(not self.failed))
        return bool(eval(told))

    def _filled(self, text: str) -> str:
        return _EXPRESSION.sub(lambda found: self._value(found[1]), text)

    def _value(self, name: str) -> str:
        kind, *rest = name.split(".")
        if kind == "inputs":
            return self.inputs.get(rest[0], ACTION["inputs"][rest[0]]["default"])
        return self.outputs.get(rest[0], {}).get(rest[2], "")

    def _shell(self, step: Mapping[str, Any]) -> None:
        """Run a script as GitHub does for ``shell: bash``."""
        assert step["shell"] == "bash"
        script, output = self.folder / "script.sh", self.folder / "output"
        script.write_text(step["run"], "utf-8")
        output.write_text("", "utf-8")
        done = subprocess.run(
            [shutil.which("bash") or "bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.folder / "cwd",
            env={
                **os.environ,
                **{name: self._filled(text) for name, text in step["env"].items()},
                "RUNNER_TEMP": str(self.folder / "temp"),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
                "GITHUB_ACTION_PATH": str(CHECKOUT),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        self.log += done.stdout + done.stderr
        self.failed = self.failed or done.returncode != 0
        lines = [line.partition("=") for line in output.read_text("utf-8").splitlines()]
        self.outputs[step.get("id", step["name"])] = {name: text for name, _, text in lines}
