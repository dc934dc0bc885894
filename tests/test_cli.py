"""The command line: what it prints and how it ends."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import karvan
from karvan.cli.main import COMMANDS
from karvan.itinerary import FindItineraries

Says = Callable[..., tuple[int, str]]
SOURCES = str(Path(karvan.__file__).parents[1])


def python(*words: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, with karvan on its path."""
    env = os.environ | {"PYTHONPATH": SOURCES} | more
    return subprocess.run([sys.executable, *map(str, words)], check=False, capture_output=True, text=True, env=env)


@pytest.fixture
def plan(karvan_says: Says, package: Path) -> Says:
    """`karvan plan` on the small package."""

    def plan(*words: object) -> tuple[int, str]:
        return karvan_says("plan", *words, "--package", package, "--past", "--depart", "2026-01-05")

    return plan


# a: help


OF_EVIDENCE = ("basis", "find", "conflicts", "coverage")


@pytest.mark.parametrize("words", [[], *[[name] for name in COMMANDS], *[["evidence", name] for name in OF_EVIDENCE]])
def test_a01_every_command_has_help(karvan_says: Says, words: list[str]) -> None:
    code, printed = karvan_says(*words, "--help")
    assert code == 0
    assert printed.startswith(f"Usage: {' '.join(['karvan', *words])} ")
    assert "-h, --help" in printed or "--help" in printed


def test_a02_the_first_help_names_every_command(karvan_says: Says) -> None:
    printed = karvan_says("-h")[1]
    assert all(f"  {name} " in printed for name in COMMANDS)


def test_a03_the_version(karvan_says: Says) -> None:
    assert karvan_says("--version") == (0, f"karvan, version {karvan.__version__}\n")


def test_a05_the_defaults_that_help_tells_are_those_of_the_request(karvan_says: Says) -> None:
    said = " ".join(karvan_says("plan", "--help")[1].split())
    ask = FindItineraries("A", "B", dt.datetime(2026, 1, 5, tzinfo=dt.UTC))
    assert re.search(rf"--epsilon SHARE [^\[]*\[default: {ask.epsilon:g}\]", said)
    assert re.search(rf"--horizon DAYS [^\[]*\[default: {ask.horizon_days:g}\]", said)
    assert re.search(rf"--samples N [^\[]*\[default: {ask.samples}\]", said)
    assert re.search(rf"--seed N [^\[]*\[default: {ask.seed}\]", said)


HELP = "import sys; sys.argv = ['karvan', '--help']; from karvan.cli.main import main; main()"


@pytest.mark.parametrize("said", ["import karvan", HELP])
def test_a04_nothing_heavy_is_imported_for_it(said: str) -> None:
    heavy = "{'numpy', 'pandas', 'numba', 'pyarrow', 'rich'} & {*sys.modules}"
    done = python("-c", f"import sys, atexit; atexit.register(lambda: print(sorted({heavy}))); {said}")
    assert done.stdout.splitlines()[-1] == "[]"


# b: a plan


def test_b01_a_plan_in_tables(plan: Says) -> None:
    code, printed = plan("Alpha", "Гамма")
    assert code == 0
    assert printed.startswith("Alpha to Gamma, 1xFEU of general, 20 t, ready 05 Jan")
    assert "By sea" in printed
    assert "Beta - Gamma (ferry)" in printed


def test_b02_a_plan_in_one_json_document(plan: Says) -> None:
    code, printed = plan("Alpha", "Gamma", "--json")
    answer = json.loads(printed)
    assert code == 0
    assert list(answer) == ["run", "request", "options", "left_out"]
    assert list(answer["run"]) == [
        "karvan", "package", "package_digest", "labels", "slack", "found", "using", "spread",
    ]  # fmt: skip
    assert list(answer["request"]) == [
        "origin", "destination", "depart", "until", "arrive_by", "criteria", "load", "teu", "commodity", "tonnes",
        "value_of_time_usd_h", "modes", "avoid", "goods", "documents", "via", "promised", "samples", "seed",
        "horizon_days", "epsilon",
    ]  # fmt: skip
    option = answer["options"][0]
    assert list(option) == [
        "id", "family", "depart", "any_time", "arrive", "time_h", "unreliability", "spread", "price_usd", "co2e_kg",
        "distance_km", "reloads", "borders", "beaten", "legs", "assumptions",
    ]  # fmt: skip
    assert list(option["time_h"]) == ["mean", "p10", "p50", "p90", "p95"]
    assert list(option["legs"][0]) == [
        "mode", "service", "from", "to", "from_gauge_mm", "to_gauge_mm", "depart", "arrive", "time_h", "wait_h",
        "price_usd", "co2e_kg", "distance_km", "passes", "grade", "waits_from",
    ]  # fmt: skip


def test_b03_the_same_text_every_time(plan: Says) -> None:
    assert plan("Alpha", "Gamma", "--json") == plan("Alpha", "Gamma", "--json")


def test_b04_what_is_left_out_when_asked(plan: Says) -> None:
    assert "Left out:" in plan("Alpha", "Gamma", "--why-not")[1]
    assert "Left out:" not in plan("Alpha", "Gamma")[1]


def test_b05_a_request_that_cannot_be_met_is_an_answer(plan: Says) -> None:
    code, printed = plan("Gamma", "Alpha")
    assert code == 4
    assert "No route:" in printed
    assert "goods cannot be handed in at GAMMA; nearest where they can: ALPHA, BETA" in printed


def test_b06_in_json_too(plan: Says) -> None:
    code, printed = plan("Gamma", "Alpha", "--json")
    assert code == 4
    assert json.loads(printed)["options"] == []
    assert json.loads(printed)["left_out"][0]["on"].startswith("goods cannot be handed in at GAMMA")


def test_b07_everything_wrong_in_a_request_at_once(plan: Says) -> None:
    code, printed = plan("Alfa", "Gamma", "--load", "0xFEU", "--epsilon", "7")
    assert code == 3
    assert printed.startswith(
        "InputError: 3 problems in the request\n  * origin | found 'Alfa' | nearest: Alpha (ALPHA)"
    )


def test_b08_lists_by_comma_or_by_repeating(plan: Says) -> None:
    def asked(*words: str) -> Any:
        return json.loads(plan("Alpha", "Gamma", "--json", *words)[1])["request"]

    assert (
        asked("--modes", "rail,sea")["modes"] == asked("--modes", "rail", "--modes", "sea")["modes"] == ["rail", "sea"]
    )
    assert asked("--avoid", "KZ", "--avoid", "sea:KZ")["avoid"] == {
        "countries": ["KZ"],
        "places": [],
        "links": ["ferry-0"],
        "services": [],
    }


# c: how commands end


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["fly"], 2),
        (["plan"], 2),
        (["plan", "Alpha", "Gamma", "--speed", "9"], 2),
        (["plan", "Alpha", "Gamma", "--epsilon", "little"], 2),
        (["evidence", "find"], 2),
        (["check", "nowhere"], 3),
        (["plan", "Alpha", "Gamma", "--package", "nowhere"], 3),
    ],
)
def test_c01_wrong_usage_is_2_and_invalid_input_3(karvan_says: Says, words: list[str], code: int) -> None:
    found, printed = karvan_says(*words)
    assert found == code
    assert "Traceback" not in printed


def test_c02_an_interrupt_is_130(plan: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("karvan.study.plan.plan", stopped)
    assert plan("Alpha", "Gamma")[0] == 130


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
def test_c03_and_so_is_a_real_one() -> None:
    slow = "import time, karvan.study.plan as p; p.plan = lambda *a, **k: (print('on', flush=True), time.sleep(60))"
    code = f"{slow}; import sys; sys.argv = ['karvan', 'plan', 'A', 'B']; from karvan.cli.main import main; main()"
    env = os.environ | {"PYTHONPATH": SOURCES}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    ) as running:
        assert running.stdout
        running.stdout.readline()
        time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=20)
    assert running.returncode == 130
    assert b"Traceback" not in said


def test_c04_a_fault_of_ours_is_1_and_says_how_to_see_more(plan: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("karvan.study.plan.plan", broken)
    monkeypatch.delenv("KARVAN_DEBUG", raising=False)
    code, printed = plan("Alpha", "Gamma")
    assert code == 1
    assert printed == "A fault of karvan: ZeroDivisionError: oh\nSet KARVAN_DEBUG=1 for the traceback.\n"


def test_c05_in_a_process_of_its_own(package: Path) -> None:
    words = [
        "-m",
        "karvan",
        "plan",
        "Alpha",
        "Gamma",
        "--package",
        package,
        "--depart",
        "2026-01-05",
        "--past",
        "--json",
    ]
    done = python(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["request"]["origin"] == "ALPHA"


def test_c06_the_seed_of_hashes_changes_nothing(package: Path) -> None:
    words = ["-m", "karvan", "plan", "Alpha", "Gamma", "-p", package, "--depart", "2026-01-05", "--past", "--json"]
    assert python(*words, PYTHONHASHSEED="1").stdout == python(*words, PYTHONHASHSEED="2").stdout != ""


def test_c07_a_reader_that_has_had_enough_is_no_fault(package: Path) -> None:
    env = os.environ | {"PYTHONPATH": SOURCES}
    line = f'"{sys.executable}" -m karvan evidence conflicts --json -p "{package}" | head -c 0'
    done = subprocess.run(["sh", "-c", line], check=False, capture_output=True, text=True, env=env)
    assert done.stderr == ""


# d: the other commands


def test_d01_check_of_a_sound_package(karvan_says: Says, package: Path) -> None:
    code, printed = karvan_says("check", package)
    assert (code, printed.split(",")[-1]) == (0, " no problems\n")


def test_d02_check_in_json(karvan_says: Says, package: Path) -> None:
    (package / "family.csv").unlink()
    code, printed = karvan_says("check", package, "--json")
    (problem,) = json.loads(printed)["problems"]
    assert (code, problem["address"], problem["found"]) == (3, "small", "no family.csv")


def test_d03_info(karvan_says: Says, package: Path) -> None:
    code, printed = karvan_says("info", "-p", package, "--json")
    about = json.loads(printed)
    assert code == 0
    assert about["tables"]["place"] == 3
    assert about["links by mode"] == {"rail": 1, "road": 1, "sea": 1}
    assert "A small package" in karvan_says("info", "-p", package)[1]


def test_d04_the_basis_of_a_number(karvan_says: Says, package: Path) -> None:
    code, printed = karvan_says("evidence", "basis", "link/train-0/length_km", "-p", package, "--json")
    said = json.loads(printed)
    assert code == 0
    assert (said["value"], said["unit"], said["method"], said["grade"]) == (1000, "km", "read", "B")
    assert [fact["id"] for fact in said["facts"]] == ["F1"]
    assert (
        "link/train-0/length_km = 1000 km"
        in karvan_says("evidence", "basis", "link/train-0/length_km", "-p", package)[1]
    )


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("lonk/train-0/length_km", "table | found 'lonk' | did you mean link?"),
        ("link/trian-0/length_km", "link.csv | found no row 'trian-0' | nearest: train-0"),
        ("link/train-0/length", "column | found 'length' | columns with a basis: length_km"),
        (
            "link/train-0/tracks",
            "link/train-0/tracks | found no basis | the cell is empty: a missing value has no basis",
        ),
        ("link/train-0", "address | found 'link/train-0' | give TABLE/ROW/COLUMN"),
        ("length", "table | found 'length' | "),
        ("", "table | found '' | "),
    ],
)
def test_d05_an_address_that_leads_nowhere(karvan_says: Says, package: Path, address: str, message: str) -> None:
    code, printed = karvan_says("evidence", "basis", address, "-p", package)
    assert code == 3
    assert message in printed


def test_d06_facts_by_their_words(karvan_says: Says, package: Path) -> None:
    assert karvan_says("evidence", "find", "ALL", "-p", package, "--json")[0] == 0
    code, printed = karvan_says("evidence", "find", "unicorns", "-p", package)
    assert (code, printed) == (4, "no fact holds unicorns\n")


def test_d07_conflicts(karvan_says: Says, package: Path) -> None:
    header, fact, *_ = (package / "fact.csv").read_text().splitlines()
    (package / "fact.csv").write_text("\n".join([header, fact, fact.replace("F1", "F2").replace(",1,", ",2,")]) + "\n")
    code, printed = karvan_says("evidence", "conflicts", "-p", package, "--json")
    assert code == 0
    assert [(one["used"], [fact["id"] for fact in one["facts"]]) for one in json.loads(printed)] == [
        (["F1"], ["F1", "F2"])
    ]
    assert "1 conflicts" in karvan_says("evidence", "conflicts", "--used", "-p", package)[1]


def test_d08_coverage(karvan_says: Says, package: Path) -> None:
    code, printed = karvan_says("evidence", "coverage", "-p", package, "--json")
    said = json.loads(printed)
    assert code == 0
    assert (said["shares"]["B"], said["flows"], said["assumptions"]) == (1.0, 1, [])
    assert "B 100.0%" in karvan_says("evidence", "coverage", "--quick", "-p", package)[1]
