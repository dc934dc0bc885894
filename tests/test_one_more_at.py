"""One more of what is waited for at a bottleneck that is named: what there could be more of, and what it gives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from tests.test_api_runs import strait
from tests.test_one_more import exponential, two_gates
from tests.test_simulate import drawn, goods

import karvan
from karvan.api.app import create_app
from karvan.api.one_more import Offers
from karvan.api.settings import Settings
from karvan.evidence.run import RunFolder
from karvan.ground.errors import InputError
from karvan.report.simulation import document
from karvan.scenario import bend, read_change
from karvan.study.offered import offered
from karvan.study.one_more import bottlenecks_with_one_more, offers
from karvan.study.runs import list_runs
from karvan.study.simulate import Progress, simulate

ASKED: dict[str, Any] = {"days": 20.0, "replications": 3, "warmup_days": 5.0}


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


# --- a: the study


def test_a1_a_named_bottleneck_is_told_as_it_is_among_the_first() -> None:
    first = document(simulate(two_gates(), one_more=2, **ASKED))["one_more"]
    by_part = {row["part"]: row for row in first}
    assert set(by_part) == {"A-gate", "B-gate"}
    for part, row in by_part.items():
        [named] = document(simulate(two_gates(), one_more_at=[part], **ASKED))["one_more"]
        assert named | {"index": 0} == row | {"index": 0}


def test_a2_what_was_asked_before_stays_and_nothing_is_simulated_twice(own_runs: Path) -> None:
    simulate(two_gates(), one_more_at=["B-gate"], **ASKED)
    heard: list[int] = []
    both = simulate(two_gates(), one_more_at=["A-gate"], resume=True,
                    progress=Progress(done=lambda n, _: heard.append(n)), **ASKED)  # fmt: skip
    assert [row["part"] for row in document(both)["one_more"]] == ["B-gate", "A-gate"]
    assert heard == [1, 2, 3]
    assert len(list_runs(own_runs)[0]) == 3


def test_a3_more_replications_are_told_of_at_what_was_asked_before_too() -> None:
    few = simulate(two_gates(), one_more_at=["B-gate"], **ASKED)
    [before] = document(few)["one_more"]
    more = ASKED | {"replications": 5}
    after = {
        row["part"]: row
        for row in document(simulate(two_gates(), one_more_at=["A-gate"], resume=True, **more))["one_more"]
    }
    assert set(after) == {"A-gate", "B-gate"}
    assert after["B-gate"]["here_h"] != before["here_h"]


@pytest.mark.parametrize("part", ["A-gat", "A", "K1", ""])
def test_a4_what_no_cell_gives_one_more_to_is_refused_before_anything_runs(own_runs: Path, part: str) -> None:
    with pytest.raises(InputError, match="one-more-at") as refused:
        simulate(two_gates(), one_more_at=[part, "B-gate"], **ASKED)
    [problem] = refused.value.problems
    assert repr(part) in problem.found
    assert not own_runs.exists()


def test_a5_where_nobody_waits_there_is_nothing_to_be_told() -> None:
    one_queue = drawn("K1 rail A 5h B now", goods(), facility={"A-gate": exponential(1.0)})
    with pytest.raises(InputError, match="somebody wait there") as refused:
        simulate(one_queue, one_more_at=["B-gate"], **ASKED)
    assert "A-gate" in str(refused.value)


def test_a6_of_two_queues_of_one_fleet_the_first_is_told_unless_the_other_is_named() -> None:
    there, back = "ferry at 0 BETA", "ferry (back) at 0 GAMMA"
    waits = pd.DataFrame({"part": [there, back], "place": ["BETA", "GAMMA"], "cause": "vehicle"})
    assert {one.change for one in offers(strait(), waits)} == {"service/ferry/fleet=+1"}
    for most, parts, told in ((1, (), there), (1, (back,), back), (0, (there,), there), (0, (back,), back)):
        assert [one.part for one in bottlenecks_with_one_more(strait(), waits, most, parts)] == [told]
    assert bottlenecks_with_one_more(strait(), waits, 0) == []


# --- b: over REST, and on the command line


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A service that knows the strait, and a simulation of it."""
    strait().save(tmp_path / "strait")
    corridor = karvan.load(tmp_path / "strait")
    found = simulate(corridor, changes=["service/ferry/fleet=+1"], **ASKED)
    settings = Settings(tmp_path / "service", packages={"strait": tmp_path / "strait"})
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        yield SimpleNamespace(client=client, run=found.name, corridor=corridor, package=tmp_path / "strait")


def test_b1_a_run_says_what_there_could_be_more_of_and_how_many_it_has(world: SimpleNamespace) -> None:
    answer = world.client.get(f"/api/runs/{world.run}/one-more")
    assert answer.status_code == 200, answer.text
    told = Offers.model_validate(answer.json())
    run = RunFolder.open(next(folder.parent for folder in world.package.parent.glob("runs/*/run.json")))
    bent = bend(world.corridor, [read_change("service/ferry/fleet=+1")])
    assert [one.model_dump() for one in told.offers] == offered(run, bent)
    ferry = next(one for one in told.offers if one.address == "service/ferry/fleet")
    assert (ferry.now, ferry.change, ferry.unit) == (3.0, "service/ferry/fleet=+1", "vehicle")
    again = world.client.get(f"/api/runs/{world.run}/one-more", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_b2_a_job_works_out_what_an_offer_gives_and_its_run_is_the_one_that_offered_it(world: SimpleNamespace) -> None:
    [first, *_] = world.client.get(f"/api/runs/{world.run}/one-more").json()["offers"]
    body = {"corridor": "strait", "changes": ["service/ferry/fleet=+1"], "one_more_at": [first["part"]], **ASKED}
    job = world.client.post("/api/simulate", json=body).json()
    while job["status"] in {"queued", "running"}:
        time.sleep(0.1)
        job = world.client.get(job["links"]["self"]).json()
    assert (job["status"], job["run"]) == ("done", world.run), job
    [row] = world.client.get(f"/api/runs/{world.run}/result").json()["one_more"]
    assert (row["part"], row["change"]) == (first["part"], first["change"])
    assert row["waiting_h_low"] < row["waiting_h"] < row["waiting_h_high"]


def test_b3_a_part_that_is_not_there_is_refused_at_once(world: SimpleNamespace) -> None:
    answer = world.client.post("/api/simulate", json={"corridor": "strait", "one_more_at": ["GAMMA-gat"], **ASKED})
    assert answer.status_code == 422
    [problem] = answer.json()["problems"]
    assert problem["address"] == "one-more-at"
    assert "GAMMA-gat" in problem["found"]


def test_b4_the_command_adds_one_to_a_run_that_is_there(
    world: SimpleNamespace, karvan_says: Callable[..., tuple[int, str]]
) -> None:
    [first, *_] = world.client.get(f"/api/runs/{world.run}/one-more").json()["offers"]
    words = (
        "simulate",
        "-p",
        world.package,
        "--days",
        20,
        "-n",
        3,
        "--warmup-days",
        5,
        "--set",
        "service/ferry/fleet=+1",
    )
    code, printed = karvan_says(*words, "--one-more-at", first["part"], "--resume")
    assert code == 0, printed
    assert world.run in printed
    assert first["change"] in printed
