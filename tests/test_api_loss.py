"""What is lost, asked of a service: refused at once where it is wrong, a job where it is not."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.served import Served, running, wait_until

from karvan.report.trade import loss_document
from karvan.study.trade.loss import lose

ASKED = {"what": "place:POTI", "scenario": "base-2024"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("loss") / "data"
    with running([sys.executable, "-m", "karvan", "serve", "--port", "0", "--data", str(data)], data) as found:
        yield found


@pytest.mark.parametrize(
    ("body", "address", "remedy"),
    [
        ({"what": "suezz"}, "what", "suez"),
        ({"what": "place:POTTI"}, "what", "POTI"),
        ({"what": "waters:Caspian"}, "what", "Caspian Sea"),
        ({"what": "caspian", "scenario": "base-2014"}, "scenario", "base-2024"),
        ({"what": "caspian", "corridor": "middle"}, "corridor", "middle-corridor"),
        ({"what": ""}, "what", ""),
        ({"what": "caspian", "keep": True}, "keep", ""),
        ({"what": "caspian", "take_over": True}, "take_over", "partner:CN"),
        ({"what": "place:POTI", "moved": ["POTI=BATUMY"]}, "moved", "BATUMI"),
    ],
)
def test_a01_what_cannot_go_is_told_at_once(served: Served, body: dict[str, object], address: str, remedy: str) -> None:
    answer = served.ask("POST", "/api/loss", json.dumps(body).encode(), content_type="application/json")
    assert answer.status == 422
    (fault,) = answer.document["problems"]
    assert address in fault["address"]
    assert remedy in fault["remedy"]


@pytest.mark.thorough
def test_b01_a_loss_is_a_job_and_its_result_what_the_study_finds(served: Served, tmp_path: Path) -> None:
    asked = served.ask("POST", "/api/loss", json.dumps(ASKED).encode(), content_type="application/json")
    assert asked.status == 202
    job = asked.document["id"]
    wait_until(lambda: served.ask("GET", f"/api/jobs/{job}").document["status"] == "done", 240)
    told = served.ask("GET", f"/api/jobs/{job}/result").document
    own = loss_document(lose("middle-corridor", "place:POTI", scenario="base-2024", out=tmp_path / "own"))
    for name in ("gone", "scenario", "year", "settled"):
        assert told[name] == own[name], name
    for name in ("countries", "instead", "taken_up", "reasons"):
        assert told[name] == own[name], name
    rows = served.ask("GET", f"/api/runs/{told['run']['name']}/tables/countries").document["rows"]
    assert len(rows) == len(own["countries"])
