"""The page of the service: its examples are asked of a service, and answer what the page says."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.served import Served, running

from karvan.api.settings import Limits

PAGE = (Path(__file__).parents[1] / "docs" / "service.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PORT = "http://localhost:8400"
STUDY = b'{"scenario": "base-2025", "days": 2, "warmup_days": 1, "replications": 1, "trace": true}'


@dataclass(frozen=True)
class Example:
    """One line of curl, and the part of its answer that the page shows."""

    line: str
    shown: dict[str, Any] | None = None


def examples() -> list[Example]:
    found: list[Example] = []
    for kind, text in BLOCK.findall(PAGE):
        if kind == "sh":
            found += [Example(line) for line in text.replace("\\\n", " ").splitlines() if line.startswith("curl ")]
        else:
            found[-1] = Example(found[-1].line, json.loads(text))
    return found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with one run, started in the folder that files of examples stand in."""
    folder = tmp_path_factory.mktemp("page")
    data = folder / "data"
    karvan = [sys.executable, "-m", "karvan"]
    subprocess.run([*karvan, "export", "zip", str(folder / "my.zip")], check=True, capture_output=True)
    with running([*karvan, "serve", "--port", "0", "--data", str(data)], data) as found:
        yield found


@pytest.fixture(scope="module")
def names(served: Served) -> dict[str, str]:
    """What $JOB and $RUN stand for."""
    from tests.served import wait_until

    if not re.search(r"\$(JOB|RUN)\b", PAGE):
        return {}
    job = served.ask("POST", "/api/simulate", STUDY, content_type="application/json").document["id"]
    wait_until(lambda: served.ask("GET", f"/api/jobs/{job}").document["status"] == "done", 120)
    return {"JOB": job, "RUN": served.ask("GET", f"/api/jobs/{job}").document["run"]}


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.line[:100])
def test_a01_an_example_answers_what_the_page_says(example: Example, served: Served, names: dict[str, str]) -> None:
    line, _, remark = example.line.partition("  # ")
    for name, value in names.items():
        line = line.replace(f"${name}", value)
    method, path, headers, body = asked(shlex.split(line), served.data.parent)
    has_mine(served, there="/corridors/mine" in path)
    answer = served.ask(method, path, body, **headers)
    if remark:
        assert answer.status == int(remark.split()[0]), answer.body[:500]
    else:
        assert 200 <= answer.status < 300, answer.body[:500]
    if example.shown is not None:
        assert {name: answer.document[name] for name in example.shown} == example.shown


def has_mine(served: Served, *, there: bool) -> None:
    """Have the user's own package uploaded for examples that ask it, and not for the one that uploads it: they may be
    asked of different services."""
    known = served.ask("GET", "/api/corridors/mine").status == 200
    if there and not known:
        zipped = (served.data.parent / "my.zip").read_bytes()
        assert served.ask("POST", "/api/corridors?id=mine", zipped, content_type="application/zip").status == 201
    elif known and not there:
        assert served.ask("DELETE", "/api/corridors/mine").status == 204


def asked(words: list[str], folder: Path) -> tuple[str, str, dict[str, str], bytes | None]:
    """What a line of curl asks. Raises AssertionError for options that are not read here."""
    method, address, headers, body = "", "", {}, None
    _, *rest = words
    while rest:
        word = rest.pop(0)
        if word == "-X":
            method = rest.pop(0)
        elif word == "-H":
            name, _, said = rest.pop(0).partition(": ")
            headers[name.replace("-", "_").lower()] = said
        elif word in ("-d", "--data-binary"):
            said = rest.pop(0)
            body = (folder / said[1:]).read_bytes() if said.startswith("@") else said.encode()
        elif word == "-o":
            rest.pop(0)
        elif word not in ("-i", "-s", "-N", "-OJ"):
            assert word.startswith(PORT), word
            address = word.removeprefix(PORT)
    return method or ("POST" if body is not None else "GET"), address, headers, body


def test_b01_limits_are_those_that_hold() -> None:
    limits = Limits()
    for told in (
        f"| body of a request | {limits.body_bytes // 2**20} MiB; of a package {limits.upload_bytes // 2**20} MiB |",
        f"| {limits.rows:,} |",
        f"| {limits.jobs_waiting}; {limits.jobs_kept:,} |",
        f"| a job | {limits.job_hours:g} hours |",
        f"| an answer that is no job | {limits.request_seconds:g} s |",
        f"| {limits.at_once}; {limits.streams} |",
        f"within {limits.body_seconds:g} s",
        f"{limits.unpacked_bytes // 2**20} MiB unpacked",
        f"{limits.uploads} packages are kept",
    ):
        assert told in PAGE, told


def test_b02_the_wire_keeps_what_the_page_says() -> None:
    from karvan.api import guard, settings, wire

    assert f"| connections | {wire.MOST_CONNECTIONS} |" in PAGE
    assert f"| {guard.LONGEST_HEAD // 2**10} KiB, within {wire.HEAD_SECONDS:g} s |" in PAGE
    assert f"| an answer that is not read | {wire.UNREAD_SECONDS:g} s |" in PAGE
    assert f"{settings.SLOWEST // 2**10} KiB a second" in PAGE


def test_b03_every_status_of_the_contract_is_explained() -> None:
    from karvan.api.problems import MEANING

    assert {int(found) for found in re.findall(r"^\| (\d{3}) \|", PAGE, re.MULTILINE)} == set(MEANING) - {406, 411}


def test_b04_options_are_those_of_the_command() -> None:
    from karvan.cli.serve import command

    told = set(re.findall(r"`(--[a-z-]+)", PAGE))
    assert {option for one in command.params for option in one.opts if option.startswith("--")} <= told
