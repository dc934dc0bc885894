"""Many shipments at once: the good rows are answered as one by one, the bad ones told, the file whole or not there."""

from __future__ import annotations

import csv
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import karvan
from karvan.corridor import Corridor
from karvan.evidence.parquet import meaning
from karvan.ground.errors import InputError
from karvan.study import answers
from karvan.study import batch as batches
from karvan.study.answers import RESULT
from karvan.study.batch import Batch, plan_batch
from karvan.study.plan import Planner
from karvan.study.shipments import Bad, Shipment, read_shipments

Says = Callable[..., tuple[int, str]]
Plan = Callable[..., Batch]
DAY = "2026-01-05"
GOOD = "id,origin,destination,depart,load\nfirst,Alpha,Gamma,2026-01-05,1xFEU\nsecond,Alpha,Beta,2026-01-06,3xTEU\n"


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """A file with this text."""

    def sheet(text: str | bytes, name: str = "shipments.csv") -> Path:
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path / name

    return sheet


@pytest.fixture
def planned(small: Corridor, sheet: Callable[..., Path]) -> Plan:
    """What becomes of a table, by its text."""

    def planned(text: str | bytes, out: Path | None = None, **words: Any) -> Batch:
        return plan_batch(sheet(text), out, package=small, past=True, **words)

    return planned


def problems(batch: Batch) -> list[list[str]]:
    """Address, value and remedy of each."""
    return [str(problem).split(" | ") for problem in batch.problems]


# a: rows that are right


def test_a01_options_as_planning_one_by_one_gives_them(planned: Plan, small: Corridor) -> None:
    table = planned(GOOD).table()
    for name, words in (
        ("first", ("Alpha", "Gamma", DAY, "1xFEU")),
        ("second", ("Alpha", "Beta", "2026-01-06", "3xTEU")),
    ):
        alone = karvan.plan(*words, package=small, past=True)
        own = table.loc[name]
        assert list(own.index) == [option.id for option in alone.options]
        for column in ("time_h", "price_usd", "co2e_kg", "distance_km", "reloads", "borders"):
            assert own[column].tolist() == [getattr(option, column) for option in alone.options]
        for column, share in (("time_p10_h", 0.1), ("time_p50_h", 0.5), ("time_p90_h", 0.9), ("time_p95_h", 0.95)):
            assert own[column].tolist() == [option.quantile_h(share) for option in alone.options]
        assert own["depart"].tolist() == [option.depart for option in alone.options]
        assert own["beaten_by"].fillna("").tolist() == [o.beaten.by if o.beaten else "" for o in alone.options]


def test_a02_the_rides_in_a_line(planned: Plan) -> None:
    legs = planned(GOOD).table()["legs"]
    assert "ALPHA (rail train) BETA (sea ferry) GAMMA" in legs["first"].tolist()
    assert legs["second"].tolist() == ["ALPHA (rail train) BETA"]


def test_a03_without_ids_rows_are_numbered(planned: Plan) -> None:
    text = "destination,origin\nGamma,Alpha\n\nBeta,Alpha\n"
    assert list(dict.fromkeys(planned(text, depart=DAY).table().index.get_level_values(0))) == ["1", "2"]


def test_a04_empty_cells_and_missing_columns_take_the_usual_words(planned: Plan, small: Corridor) -> None:
    text = "origin,destination,load\nAlpha,Gamma,2xFEU\nAlpha,Gamma,\n"
    table = planned(text, depart=DAY, load="5xTEU", modes="road").table()
    for name, load in (("1", "2xFEU"), ("2", "5xTEU")):
        (option,) = karvan.plan("Alpha", "Gamma", DAY, load, modes="road", package=small, past=True).options
        assert table.loc[name, "price_usd"].tolist() == [option.price_usd]


def test_a05_every_word_of_a_plan_may_be_a_column(planned: Plan) -> None:
    text = (
        "origin,destination,depart,commodity,modes,avoid,via,epsilon,horizon,value_of_time\n"
        f'Alpha,Gamma,{DAY},general,"rail,sea",road:KZ,Beta,0,100,3.5\n'
    )
    assert planned(text).table()["family"].tolist() == ["sea"]


def test_a06_requests_that_differ_in_their_id_only_are_answered_once(planned: Plan) -> None:
    text = "id,origin,destination,depart\n" + "".join(
        f"s{n},Alpha,{('Gamma', 'Beta')[n % 2]},{DAY}\n" for n in range(9)
    )
    batch = planned(text)
    assert (batch.shipments, batch.answered, batch.different) == (9, 9, 2)
    assert batch.table().loc["s1"].equals(batch.table().loc["s7"])


def test_a07_parquet_and_mappings_say_the_same(planned: Plan, small: Corridor, sheet: Callable[..., Path]) -> None:
    told = planned(GOOD)
    rows = list(csv.DictReader(GOOD.splitlines()))
    table = pa.csv.read_csv(sheet(GOOD))
    pq.write_table(table, sheet(b"", "shipments.parquet"))  # with days as dates
    assert plan_batch(rows, package=small, past=True).table().equals(told.table())
    assert plan_batch(sheet(GOOD).with_suffix(".parquet"), package=small, past=True).table().equals(told.table())


# b: no way is an answer


def test_b01_with_its_reason(planned: Plan) -> None:
    batch = planned(f"origin,destination,depart\nGamma,Alpha,{DAY}\nAlpha,Gamma,{DAY}\n")
    assert (batch.answered, batch.without_way, batch.bad) == (1, 1, 0)
    (row,) = batch.arrow.to_pylist()[:1]
    assert row.pop("shipment") == "1"
    assert row.pop("no_way").startswith("goods cannot be handed in at GAMMA; nearest where they can: ")
    assert set(row.values()) == {None}


# c: rows that are wrong


def test_c01_all_that_is_wrong_in_a_row_by_line_and_column_and_the_rest_is_done(planned: Plan) -> None:
    text = (
        "id,origin,destination,depart,load,epsilon\n"
        f"1,Alpha,Gamma,{DAY},1xFEU,\n"
        f"2,Alfa,Gamma,{DAY},0xFEU,7\n"
        f"3,Alpha,Beta,{DAY},,many\n"
        f"4,Alpha,Beta,{DAY},,\n"
    )
    batch = planned(text)
    assert (batch.shipments, batch.answered, batch.bad) == (4, 2, 2)
    assert problems(batch) == [
        ["shipments.csv, line 3, origin", "found 'Alfa'", "nearest: Alpha (ALPHA), Gamma (GAMMA), Beta (BETA)"],
        ["shipments.csv, line 3, load", "found '0xFEU'", problems(batch)[1][2]],
        ["shipments.csv, line 3, epsilon", "found 7", "give a number from 0 to 1"],
        ["shipments.csv, line 4, epsilon", "found 'many'", "give a number"],
    ]
    assert set(batch.table().index.get_level_values(0)) == {"1", "4"}


def test_c02_under_the_names_that_the_header_has(planned: Plan) -> None:
    text = f"origin,destination,depart,horizon\nAlpha,Gamma,{DAY},-4\nAlpha,Gamma,{DAY},\n"
    assert [where for where, *_ in problems(planned(text))] == ["shipments.csv, line 2, horizon"]


def test_c03_lines_are_those_of_the_file_also_after_a_cell_of_two_lines(planned: Plan) -> None:
    text = f'id,origin,destination,depart\n"a\nb",Alpha,Gamma,{DAY}\n\nc,Alfa,Gamma,{DAY}\n'
    assert [where for where, *_ in problems(planned(text))] == ["shipments.csv, line 5, origin"]


def test_c04_too_few_or_too_many_cells(planned: Plan) -> None:
    text = f"origin,destination,depart\nAlpha,Gamma\nAlpha,Gamma,{DAY},more\nAlpha,Gamma,{DAY}\n"
    assert problems(planned(text)) == [
        ["shipments.csv, line 2", "found 2 cells", "give 3, one a column"],
        ["shipments.csv, line 3", "found 4 cells", "give 3, one a column"],
    ]


def test_c05_a_line_that_is_no_csv(planned: Plan) -> None:
    text = f'origin,destination,depart\n"Alpha" and more,Gamma,{DAY}\nAlpha,Gamma,{DAY}\n'
    batch = planned(text)
    assert (batch.answered, [where for where, *_ in problems(batch)]) == (1, ["shipments.csv, line 2"])


def test_c06_an_id_again(planned: Plan) -> None:
    text = f"id,origin,destination,depart\nx,Alpha,Gamma,{DAY}\nx,Alpha,Beta,{DAY}\n"
    assert problems(planned(text)) == [
        ["shipments.csv, line 3, id", "found 'x'", "it is the id of shipments.csv, line 2 too: give each its own"]
    ]


def test_c07_what_turns_out_wrong_in_the_planner_only(planned: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Planner.plan

    def fussy(self: Planner, ask: Any, commodity: str = "general") -> Any:
        if ask.via:
            raise InputError("the request", [karvan_problem])
        return plan(self, ask, commodity)

    karvan_problem = batches.Problem("via", "1 places beside 99 families", "wish for fewer places")
    monkeypatch.setattr(Planner, "plan", fussy)
    batch = planned(f"origin,destination,depart,via\nAlpha,Gamma,{DAY},Beta\nAlpha,Gamma,{DAY},\n")
    assert (batch.shipments, batch.answered, batch.bad) == (2, 1, 1)
    assert problems(batch)[0][0] == "shipments.csv, line 2, via"


def test_c08_the_past_is_the_past_in_every_row(small: Corridor, sheet: Callable[..., Path]) -> None:
    with pytest.raises(InputError) as wrong:
        plan_batch(sheet(GOOD), package=small)
    assert [problem.address for problem in wrong.value.problems] == [
        "shipments.csv, line 2, depart", "shipments.csv, line 3, depart",
    ]  # fmt: skip


# d: tables that are wrong


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "shipments.csv | found an empty file | give a header: id,origin,destination,"),
        ("origin,destination\n", "shipments | found no rows"),
        ("origin,destinatoin\nA,B\n", "the column 'destinatoin' | did you mean destination?"),
        ("origin,destinatoin\nA,B\n", "found no column destination | give it"),
        ("origin,destination,origin\nA,B,A\n", "the column 'origin' twice | keep one of them"),
        ("origin,destination,horizon,horizon_days\nA,B,1,1\n", "the column 'horizon_days' twice"),
        ("origin,destination,past\nA,B,true\n", "the column 'past' | give --past for the whole table"),
        ("origin,destination,xyzzy\nA,B,true\n", "the column 'xyzzy' | the columns are id, origin, destination"),
        (b"origin,destination\nA,B\xff\n", "shipments.csv, line 2 | found byte 0xff | save the file as UTF-8"),
        ('"origin" x,destination\nA,B\n', "a line that is not CSV"),
    ],
)
def test_d01_by_their_header_or_as_a_whole(planned: Plan, text: str | bytes, message: str) -> None:
    with pytest.raises(InputError) as wrong:
        planned(text)
    assert message in str(wrong.value)


def test_d02_no_file_no_folder_no_parquet(small: Corridor, tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 and nothing else")
    for path in (tmp_path / "none.csv", tmp_path, tmp_path / "bad.parquet"):
        with pytest.raises(InputError, match="file that can"):
            plan_batch(path, package=small)


def test_d03_a_usual_word_that_is_wrong_is_told_once(planned: Plan) -> None:
    with pytest.raises(InputError) as wrong:
        planned(GOOD, avoid="Atlantis", epsilon=9.0)
    assert [problem.address for problem in wrong.value.problems] == ["avoid", "epsilon"]


def test_d04_where_no_row_is_good_nothing_is_written(planned: Plan, tmp_path: Path) -> None:
    (tmp_path / "plans.csv").write_text("what was there")
    with pytest.raises(InputError, match="2 problems in the shipments"):
        planned(f"origin,destination,depart\nAlfa,Gamma,{DAY}\nAlpha,Gama,{DAY}\n", tmp_path / "plans.csv")
    assert (tmp_path / "plans.csv").read_text() == "what was there"


# e: the file


def test_e01_parquet_says_units_and_holds_what_memory_does(planned: Plan, tmp_path: Path) -> None:
    kept = planned(GOOD).arrow
    planned(GOOD, tmp_path / "plans.parquet")
    table = pq.read_table(tmp_path / "plans.parquet")
    assert table.column_names == list(RESULT.names)
    assert table.equals(kept)
    assert meaning(table.schema)["time_p95_h"] == {"unit": "h", "doc": "Not exceeded by 95 of 100."}
    assert table.schema.field("arrive").type == pa.timestamp("us", tz="UTC")


def test_e02_csv_and_lines_of_json_hold_the_same(planned: Plan, tmp_path: Path) -> None:
    kept = planned(GOOD).arrow.to_pylist()
    planned(GOOD, tmp_path / "plans.csv")
    planned(GOOD, tmp_path / "plans.jsonl")
    with (tmp_path / "plans.csv").open(newline="") as file:
        cells = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (tmp_path / "plans.jsonl").read_text("utf-8").splitlines()]
    assert len(cells) == len(lines) == len(kept)
    for row, cell, line in zip(kept, cells, lines, strict=True):
        assert line["arrive"] == cell["arrive"] == row["arrive"].isoformat(timespec="seconds").replace("+00:00", "Z")
        assert line["time_h"] == float(cell["time_h"]) == pytest.approx(row["time_h"], abs=1e-6)
        for name in ("shipment", "option", "family", "legs"):
            assert line[name] == cell[name] == row[name]
        assert line["no_way"] is None
        assert cell["no_way"] == ""


@pytest.mark.parametrize("name", ["plans.xlsx", "plans"])
def test_e03_an_ending_that_says_nothing(planned: Plan, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"ends in one of .parquet, .csv, .jsonl"):
        planned(GOOD, tmp_path / name)


def test_e04_whole_or_not_at_all(planned: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "ROWS_TOGETHER", 1)
    calls = iter([answers.answer])

    def once(*asked: Any) -> Any:
        return next(calls)(*asked)  # the second has none left

    monkeypatch.setattr(answers, "answer", once)
    for suffix in ("parquet", "csv", "jsonl"):
        out = tmp_path / f"plans.{suffix}"
        with pytest.raises(RuntimeError):
            planned(GOOD, out)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["shipments.csv"]


def test_e05_pieces_make_the_same_table(planned: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = planned(GOOD, tmp_path / "whole.parquet")
    monkeypatch.setattr(batches, "ROWS_TOGETHER", 1)
    pieces = planned(GOOD, tmp_path / "pieces.parquet")
    assert whole.rows == pieces.rows
    assert pq.read_table(tmp_path / "whole.parquet").equals(pq.read_table(tmp_path / "pieces.parquet"))
    assert pq.ParquetFile(tmp_path / "pieces.parquet").num_row_groups == 2


# f: many


def many(n: int, broken: int) -> str:
    """A table of n shipments of which some are broken, each in its own way."""
    ends = ["Alpha,Gamma", "Alpha,Beta", "Beta,Gamma"]
    wrong = ["Alfa,Gamma,,", "Alpha,Gamma,0xFEU,", "Alpha,Gamma,,never", "Alpha,Alpha,,", ",,,"]
    every = n // broken if broken else n + 1
    rows = [
        f"s{k},{wrong[k // every % len(wrong)]}"
        if k % every == every - 1
        else f"s{k},{ends[k % 3]},,2026-01-0{k % 4 + 5}"
        for k in range(n)
    ]
    return "\n".join(["id,origin,destination,load,depart", *rows]) + "\n"


def test_f01_ten_thousand_of_which_a_hundred_are_broken(planned: Plan, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    out = tmp_path / "plans.parquet"
    batch = planned(many(10_000, 100), out, depart=DAY, done=lambda done, of: seen.append((done, of)))
    assert (batch.shipments, batch.bad, batch.answered, batch.different) == (10_000, 100, 9_900, 12)
    assert [problem.address.split(",")[1] for problem in batch.problems[:2]] == [" line 101", " line 201"]
    assert len({problem.address.split(",")[1] for problem in batch.problems}) == 100
    assert seen == [(k, 10_000) for k in range(1, 10_001)]
    shipments = pq.read_table(out).column("shipment").to_pylist()
    assert list(dict.fromkeys(shipments)) == [f"s{k}" for k in range(10_000) if k % 100 != 99]
    assert len(shipments) == batch.rows


def test_f05_a_corridor_goes_to_another_process_whole(small: Corridor) -> None:
    there = pickle.loads(pickle.dumps(small))
    assert {name: there.rows(name) for name in small.tables} == {name: small.rows(name) for name in small.tables}


@pytest.mark.long
def test_f02_the_number_of_processes_changes_no_byte(
    planned: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "FEWEST", 2)
    monkeypatch.setattr(answers, "CHUNK", 3)
    for workers in (1, 2, 3):
        batch = planned(many(60, 5), tmp_path / f"{workers}.parquet", depart=DAY, workers=workers)
        assert (batch.answered, batch.bad) == (55, 5)
    one, two, three = ((tmp_path / f"{workers}.parquet").read_bytes() for workers in (1, 2, 3))
    assert one == two == three


@pytest.mark.long
def test_f03_an_interrupt_ends_the_processes_and_leaves_nothing(
    package: Path, sheet: Callable[..., Path], tmp_path: Path
) -> None:
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    rows = "".join(f"Alpha,Gamma,{day},{n}xFEU\n" for day in days for n in range(1, 101))
    words = ["plan", "--batch", sheet("origin,destination,depart,load\n" + rows), "--out", tmp_path / "plans.csv"]
    running = subprocess.Popen(
        [sys.executable, "-m", "karvan", *map(str, words), "-p", str(package), "--past", "--workers", "2"],
        start_new_session=True, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        waited = time.monotonic() + 60
        while not list(tmp_path.glob(".plans.csv.*")) and time.monotonic() < waited:
            time.sleep(0.05)
        time.sleep(2)  # long enough for processes to start, and too short for all the rows
        os.killpg(running.pid, signal.SIGINT)
        assert (running.communicate(timeout=60)[1].strip(), running.returncode) == ("", 130)
    finally:
        running.kill()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shipments.csv", "small"]
    waited = time.monotonic() + 30
    while is_there(running.pid) and time.monotonic() < waited:  # the last to go sees that the others have gone
        time.sleep(0.1)
    assert not is_there(running.pid)


def is_there(group: int) -> bool:
    """Whether any process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


CELL = st.one_of(
    st.sampled_from(
        ["", "Alpha", "Beta", "Gamma", "ALPHA", DAY, "1xFEU", "0", "-1", "nan", "1e400", "rail", "CN", "x,y"]
    ),
    st.text(max_size=12),
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(["origin", "destination", "depart", "load", "epsilon", "avoid", "via", "modes", "id"]),
             min_size=1, max_size=9),
    st.lists(st.lists(CELL, min_size=9, max_size=9), max_size=6),
)  # fmt: skip
def test_f04_any_table_at_all_is_read_or_told(small_planner: Planner, header: list[str], rows: list[list[str]]) -> None:
    told = [dict(zip(header, row, strict=False)) for row in rows]
    wrong = sum(name not in header for name in ("origin", "destination"))
    if rows and wrong:
        with pytest.raises(InputError) as error:
            list(read_shipments(small_planner, told, past=True))
        assert len(error.value.problems) == wrong
        return
    read = list(read_shipments(small_planner, told, past=True))
    assert len(read) == len(rows)
    for row in read:
        assert isinstance(row, Shipment) or (isinstance(row, Bad) and row.problems)


@pytest.fixture(scope="module")
def small_planner(small: Corridor) -> Planner:
    return Planner(small)


# g: the command


def test_g01_good_rows_are_written_bad_ones_told_and_the_code_is_3(
    karvan_says: Says, package: Path, sheet: Callable[..., Path], tmp_path: Path
) -> None:
    out = tmp_path / "plans.parquet"
    shipments = sheet(many(20, 2))
    code, printed = karvan_says("plan", "--batch", shipments, "--out", out, "-p", package, "--past", "--depart", DAY)
    assert code == 3
    told = len(pq.read_table(out))
    assert f"20 shipments, 18 answered, 0 without way, 2 bad, {told} options; written to {out}" in printed
    assert "shipments.csv, line 11, origin | found 'Alfa' | nearest: Alpha (ALPHA)" in printed


def test_g02_all_good_is_0_and_json_has_the_counts(
    karvan_says: Says, package: Path, sheet: Callable[..., Path], tmp_path: Path
) -> None:
    words = ("--batch", sheet(GOOD), "--out", tmp_path / "plans.csv", "-p", package, "--past", "--json")
    code, printed = karvan_says("plan", *words)
    said = json.loads(printed)
    assert (code, said["shipments"], said["answered"], said["problems"]) == (0, 2, 2, [])


def test_g03_no_way_for_any_is_4(karvan_says: Says, package: Path, sheet: Callable[..., Path], tmp_path: Path) -> None:
    out = tmp_path / "plans.csv"
    shipments = sheet(f"origin,destination,depart\nGamma,Alpha,{DAY}\n")
    assert karvan_says("plan", "--batch", shipments, "--out", out, "-p", package, "--past")[0] == 4
    assert "goods cannot be handed in at GAMMA" in out.read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--batch", "s.csv"], "--batch needs --out"),
        (["A", "--batch", "s.csv", "--out", "o.csv"], "goes without ORIGIN"),
        (["--batch", "s.csv", "--out", "o.csv", "--why-not"], "goes without ORIGIN"),
        (["A", "B", "--out", "o.csv"], "go with --batch"),
        (["A"], "give ORIGIN and DESTINATION, or --batch FILE"),
    ],
)
def test_g04_wrong_usage_is_2(karvan_says: Says, words: list[str], message: str) -> None:
    code, printed = karvan_says("plan", *words)
    assert (code, message in printed) == (2, True)


def test_g05_the_name_from_the_top() -> None:
    assert karvan.plan_batch is plan_batch
