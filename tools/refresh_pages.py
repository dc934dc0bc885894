"""Run the examples of the pages and paste what they print below them.

    python tools/refresh_pages.py

A fenced block of `python` is run, the blocks of a page one after the other in one namespace; of a block of `sh` the
lines that begin with `karvan`, and `| head -N` cuts what they print. What is printed stands in a block of `text` below.
Nothing is written when an example fails, so that an error never becomes an example. The runs of a page stand in a
folder of their own: what was run before, here or elsewhere, changes no name.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

DOCS = Path(__file__).parents[1] / "docs"
NAMES = ("planner", "carbon", "batch", "compare", "appraisal", "evidence", "commitments", "trade", "power")
PAGES = tuple(DOCS / f"{name}.md" for name in NAMES)
BLOCK = re.compile(r"^```(?P<kind>python|sh)\n(?P<code>.*?)^```\n(?:\n```text\n.*?^```\n)?", re.MULTILINE | re.DOTALL)
HEAD = re.compile(r"\s*\|\s*head -(\d+)$")
ANSWERS = (0, 4)
"""Exit codes of a command that answered: fine, or no."""


def refreshed(text: str) -> str:
    """The text with fresh output below every example."""
    names: dict[str, object] = {"__name__": "__page__"}

    def block(found: re.Match[str]) -> str:
        code = found["code"]
        printed = python(code, names) if found["kind"] == "python" else commands(code)
        output = "".join(line.rstrip() + "\n" for line in printed.strip("\n").splitlines())
        return f"```{found['kind']}\n{code}```\n" + (f"\n```text\n{output}```\n" if output else "")

    with tempfile.TemporaryDirectory() as runs, mock.patch.dict(os.environ, {"KARVAN_RUNS": runs}):
        return BLOCK.sub(block, text)


def python(code: str, names: dict[str, object]) -> str:
    """What Python code prints, with tables as wide as the page."""
    import pandas as pd

    out = io.StringIO()
    wide = ("display.width", 120, "display.max_columns", 20, "display.max_colwidth", 70)
    with redirect_stdout(out), pd.option_context(*wide):
        exec(compile(code, "page", "exec"), names)
    return out.getvalue()


def commands(code: str) -> str:
    """What the commands of karvan in a block print."""
    lines = code.replace("\\\n", " ").splitlines()
    return "".join(command(line) for line in lines if line.startswith("karvan"))


def command(line: str) -> str:
    """What one command prints, run in this process."""
    from karvan.cli.main import main

    cut = HEAD.search(line)
    out, err = io.StringIO(), io.StringIO()
    argv = shlex.split(HEAD.sub("", line))
    with mock.patch.object(sys, "argv", argv), mock.patch.dict(os.environ, {"NO_COLOR": "1", "TERM": "dumb"}):
        try:
            with redirect_stdout(out), redirect_stderr(err):
                main()
        except SystemExit as stopped:
            if stopped.code not in ANSWERS:
                sys.exit(f"{line} ended with {stopped.code}: {err.getvalue().strip()}")
    printed = out.getvalue().splitlines(keepends=True)
    return "".join(printed[: int(cut[1])] if cut else printed)


def refresh() -> None:
    """Refresh the pages in place."""
    for page in PAGES:
        old = page.read_text(encoding="utf-8")
        new = refreshed(old)
        page.write_text(new, encoding="utf-8")
        print(f"{page.name}: {'changed' if new != old else 'nothing changed'}")


if __name__ == "__main__":
    refresh()
