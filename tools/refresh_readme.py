"""Run the commands that README.md names and paste what they print below them.

A place to paste at is a line `<!-- output: COMMAND -->`, and the fenced block after it, if there is one, is replaced.
Nothing is written when a command fails, so that an error never becomes an example.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
MARKED = re.compile(r"^<!-- output: (?P<command>.+?) -->\n(?:```text\n.*?^```\n)?", re.MULTILINE | re.DOTALL)


def refreshed(text: str) -> str:
    """The text with fresh output below every marker."""
    with tempfile.TemporaryDirectory() as runs:
        return MARKED.sub(lambda found: block(found["command"], runs), text)


def block(command: str, runs: str) -> str:
    """The marker of a command with its output in a fence."""
    return f"<!-- output: {command} -->\n```text\n{output(command, runs)}```\n"


def output(command: str, runs: str) -> str:
    """What a command prints, as on a terminal 100 wide and without colour, its runs in a folder of the README's own."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    plain = {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "KARVAN_RUNS": runs}
    done = subprocess.run(command, shell=True, cwd=ROOT, env=plain, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{command} ended with {done.returncode}: {done.stderr.strip()}")
    return "".join(line.rstrip() + "\n" for line in done.stdout.strip("\n").splitlines())


def main(readme: Path = ROOT / "README.md") -> None:
    """Refresh README.md in place."""
    old = readme.read_text(encoding="utf-8")
    new = refreshed(old)
    readme.write_text(new, encoding="utf-8")
    print(f"{len(MARKED.findall(old))} outputs, " + ("changed" if new != old else "nothing changed"))


if __name__ == "__main__":
    main()
