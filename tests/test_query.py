"""Lists of runs, and questions in SQL over all of them: `karvan runs`, `karvan sql`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import karvan
from karvan.evidence.run import RunFolder
from karvan.ground.errors import InputError
from karvan.study import query as study
from karvan.study.query import query, result_tables
from karvan.study.runs import list_runs
from karvan.tables import Column, Table

Says = Callable[..., tuple[int, str]]
LOST = Table("lost", "Time lost.", ("place",), (Column("hours", "number", "How long.", unit="h"),))
SPREAD = [0.0, 1.0, 4.0]


def make(path: Path, seed: int, replications: int = 3, complete: bool = True, **more: Any) -> RunFolder:
    """A run whose hours are 10 times its seed, plus a spread by place and replication."""
    inputs = {"karvan": "0.1.0", "command": "simulate", "package": "small", "scenario": "", "seed": seed}
    with RunFolder.create(path, {"replications": 3, "inputs": inputs}, {"lost": LOST}) as run:
        for number in range(replications):
            hours = {"hours": 10.0 * seed + number + np.array(SPREAD), **more}
            run.put(number, {"lost": {"place": np.array(["AKTAU", "ALAT", "BAKU"]), **hours}})
        if complete:
            run.finish({"times": {"p50_h": np.array([float(seed), np.nan])}}, {})
    return run


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two complete runs and one that was interrupted, where runs stand by default."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "shelf"))
    make(tmp_path / "shelf/one", 1)
    make(tmp_path / "shelf/two", 2)
    make(tmp_path / "shelf/three", 3, replications=1, complete=False)
    return tmp_path / "shelf"


def rows(sql: str, folder: Path | None = None) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in query(sql, folder).to_pylist()]


# a: lists


def test_a01_a_list_of_runs(shelf: Path) -> None:
    lines, problems = list_runs(shelf)
    assert problems == []
    assert {line.run: (line.seed, line.done, line.asked, line.status) for line in lines} == {
        "one": (1, 3, 3, "complete"),
        "two": (2, 3, 3, "complete"),
        "three": (3, 1, 3, "interrupted"),
    }
    assert {(line.command, line.package, line.scenario, line.karvan) for line in lines} == {
        ("simulate", "small", None, "0.1.0")
    }
    assert [line.run for line in lines] == [
        line.run for line in sorted(lines, key=lambda line: (line.started, line.run))
    ]


def test_a02_the_oldest_first(shelf: Path) -> None:
    for name, started in (("one", "2026-03-01"), ("two", "2026-01-01"), ("three", "2026-02-01")):
        record = json.loads((shelf / name / "run.json").read_text())
        record["clock"]["started"] = started
        (shelf / name / "run.json").write_text(json.dumps(record))
    assert [line.run for line in list_runs()[0]] == ["two", "three", "one"]


def test_a03_a_run_is_a_list_of_itself(shelf: Path) -> None:
    assert [line.run for line in list_runs(shelf / "two")[0]] == ["two"]


def test_a04_no_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "none"))
    assert list_runs() == ([], [])
    with pytest.raises(InputError, match="give a folder that holds runs, or one run"):
        list_runs(tmp_path / "none")


def test_a05_a_run_being_written_is_running(shelf: Path) -> None:
    inputs = json.loads((shelf / "three/run.json").read_text())["inputs"]
    with RunFolder.resume(shelf / "three", {"replications": 3, "inputs": inputs}):
        assert {line.run: line.status for line in list_runs()[0]}["three"] == "running"
    assert {line.run: line.status for line in list_runs()[0]}["three"] == "interrupted"


def test_a06_what_a_run_does_not_say_is_missing(shelf: Path) -> None:
    record = json.loads((shelf / "one/run.json").read_text())
    record |= {"inputs": {"seed": 2**70, "package": 5}, "replications": "many"}
    (shelf / "one/run.json").write_text(json.dumps(record))
    (line,) = list_runs(shelf / "one")[0]
    assert (line.seed, line.package, line.command, line.asked, line.done) == (None, None, None, None, 3)
    assert rows("select seed, asked from runs where run = 'one'") == [(None, None)]


# b: questions


@pytest.mark.usefixtures("shelf")
def test_b01_over_all_runs_with_run_and_replication() -> None:
    found = rows("select run, replication, place, hours from lost where place = 'ALAT' order by all")
    assert found == [
        *[("one", number, "ALAT", 11.0 + number) for number in range(3)],
        ("three", 0, "ALAT", 31.0),
        *[("two", number, "ALAT", 21.0 + number) for number in range(3)],
    ]


@pytest.mark.usefixtures("shelf")
def test_b02_two_runs_side_by_side() -> None:
    sql = """
        select a.place, avg(b.hours - a.hours) as more
        from lost a join lost b using (replication, place)
        where a.run = 'one' and b.run = 'two' group by all order by all
    """
    assert rows(sql) == [("AKTAU", 10.0), ("ALAT", 10.0), ("BAKU", 10.0)]


@pytest.mark.usefixtures("shelf")
def test_b03_with_what_is_known_of_each() -> None:
    sql = "select seed, status, count(*) from lost join runs using (run) group by all order by all"
    assert rows(sql) == [(1, "complete", 9), (2, "complete", 9), (3, "interrupted", 3)]


@pytest.mark.usefixtures("shelf")
def test_b04_a_table_over_all_replications_has_none(shelf: Path) -> None:
    assert query("from times").column_names == ["run", "p50_h"]
    assert rows("select run, avg(p50_h), count(p50_h) from times group by all order by all") == [
        ("one", 1.0, 1),
        ("two", 2.0, 1),
    ]
    assert {name: (table.of_replications, table.runs) for name, table in result_tables(shelf).items()} == {
        "lost": (True, 3),
        "times": (False, 2),
    }


def test_b05_columns_that_some_runs_have(shelf: Path) -> None:
    make(shelf / "four", 4, 1, weather_h=np.array([0.5, 0.0, 0.0]))
    assert rows("select run, sum(weather_h) from lost group by all order by all") == [
        ("four", 0.5),
        ("one", None),
        ("three", None),
        ("two", None),
    ]


def test_b06_names_that_mean_something_to_a_file_system_or_a_query(tmp_path: Path) -> None:
    odd = ["a=b", "a[12]", "a1", "it's", "x*", "xy", "-- ;", "größe", "a b", '"q"']
    for seed, name in enumerate(odd):
        make(tmp_path / "odd" / name, seed, 1)
    found = rows("select run, replication, min(hours) from lost group by all", tmp_path / "odd")
    assert sorted(found) == sorted((name, 0, 10.0 * seed) for seed, name in enumerate(odd))
    assert query("from lost", tmp_path / "odd/a=b").column_names == ["run", "replication", "place", "hours"]
    (tmp_path / "odd").rename(tmp_path / "[o]d*d?")
    assert rows("select run from times", tmp_path / "[o]d*d?/a[12]") == [("a[12]",)] * 2


def test_b07_one_name_at_both_levels(shelf: Path) -> None:
    shutil.copy(shelf / "one/times.parquet", shelf / "two/lost.parquet")
    shutil.copy(shelf / "one/times.parquet", shelf / "two/what (is) this?.parquet")
    assert rows("select distinct run from lost") == [("two",)]
    assert rows("select count(*) from lost_of_replication") == [(21,)]
    assert list(result_tables(shelf)) == ["lost", "lost_of_replication", "times"]


def test_b08_runs_without_tables(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path / "r", {"inputs": {}}):
        pass
    assert rows("select run, status from runs", tmp_path) == [("r", "interrupted")]
    assert rows("select 1 where exists (from runs)", tmp_path) == [(1,)]
    with pytest.raises(InputError, match="no run has tables yet"):
        query("select * from lost", tmp_path)


# c: what cannot be answered


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("selec 1", "Parser Error: syntax error at or near \"selec\" (LINE 1: selec 1) | mend the query"),
        ("select '", "Parser Error: unterminated string literal"),
        ("", "found nothing | give one SELECT"),
        ("-- only talk", "found nothing | give one SELECT"),
        ("select 1; select 2", "found SELECT, SELECT | give one SELECT"),
        ("select * from lots", "found the table 'lots' | the tables are lost"),
        ("select * from qqq", "found the table 'qqq' | the tables are lost, times, runs"),
        ("select hous from lost", 'Candidate bindings: "hours"'),
        ("select cast(place as int) from lost", "Conversion Error: Could not convert string 'AKTAU' to INT32"),
        ("select sum(place) from lost", "Binder Error: No function matches"),
    ],
)  # fmt: skip
def test_c01_a_wrong_query_is_told_plainly(sql: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        query(sql)
    assert message in str(raised.value)
    assert len(str(raised.value).splitlines()) == 2


@pytest.mark.parametrize(
    "sql",
    [
        "copy (select 1) to '{out}'",
        "copy lost to '{out}'",
        "export database '{out}'",
        "attach '{out}' as x",
        "create table t as select 1",
        "insert into runs select * from runs",
        "drop view lost",
        "set enable_external_access = true",
        "install httpfs",
        "load httpfs",
        "pragma database_list",
        "select 1; copy (select 1) to '{out}'",
        "select * from '{secret}'",
        "select * from read_csv('{secret}')",
        "select * from read_text('{secret}')",
        "select * from glob('{folder}/*')",
        "select * from read_parquet('{folder}/*/times.parquet')",
        "from lost union all by name select content from read_text('{secret}')",
        "select * from shelf",
    ],
)
def test_c02_nothing_is_written_and_no_other_file_read(shelf: Path, tmp_path: Path, sql: str) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    words = {"out": tmp_path / "out", "secret": tmp_path / "secret.csv", "folder": shelf}
    with pytest.raises(InputError):
        query(sql.format(**words))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_c03_a_file_that_is_spoilt_is_named(shelf: Path) -> None:
    spoilt = shelf / "two/replications/0001/lost.parquet"
    spoilt.write_bytes(b"PAR1")
    with pytest.raises(
        InputError, match=r"two/replications/0001/lost.parquet' \| found a file that cannot be read .*remove that run"
    ):
        query("select * from lost")
    assert len(rows("select * from times")) == 4


@pytest.mark.parametrize("when", ["before the views", "before the answer"])
def test_c04_a_run_that_is_removed_meanwhile(shelf: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    name = "_view" if when == "before the views" else "_close_doors"
    then = getattr(study, name)

    def remove_first(*words: Any) -> Any:
        shutil.rmtree(shelf / "two")
        return then(*words)

    monkeypatch.setattr(study, name, remove_first)
    with pytest.raises(InputError, match=r"found no .*two.*lost.parquet. any more \| a run was removed meanwhile"):
        query("select sum(hours) from lost")


def test_c05_a_run_that_is_unreadable_does_not_stop_the_others(shelf: Path) -> None:
    (shelf / "two/run.json").write_text("{")
    assert rows("select distinct run from lost order by all") == [("one",), ("three",)]


def test_c06_duckdb_is_an_extra(monkeypatch: pytest.MonkeyPatch, karvan_says: Says, shelf: Path) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    code, printed = karvan_says("sql", "select 1", "--in", shelf)
    assert code == 3
    assert printed.endswith('duckdb | found no such module | install it: pip install "karvan[query]"\n')
    assert karvan_says("runs", "--in", shelf)[0] == 0


LONG = "select count(*) from range(100000) a, range(10000000) b where hash(a.range + b.range) % 3 = 1"
ASK = """
import sys
from karvan.cli.main import main
from karvan.study import query
close = query._close_doors
query._close_doors = lambda *words: (close(*words), print("now", flush=True))
sys.argv = ["karvan", "sql", sys.argv[1]]
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
def test_c07_a_long_query_can_be_interrupted(shelf: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(Path(karvan.__file__).parents[1]), "KARVAN_RUNS": str(shelf)}
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", ASK, LONG], stdout=pipe, stderr=pipe, env=env, text=True) as running:
        assert running.stdout
        assert running.stdout.readline() == "now\n"
        time.sleep(0.3)
        running.send_signal(signal.SIGINT)
        try:
            printed, said = running.communicate(timeout=20)
        finally:
            running.kill()
    assert (running.returncode, printed) == (130, "")
    assert "Traceback" not in said


@pytest.mark.usefixtures("shelf")
def test_c08_nothing_is_printed_among_the_answer() -> None:
    assert rows("select value from duckdb_settings() where name = 'enable_progress_bar'") == [("false",)]


def test_c09_whatever_byte_has_tipped_over_the_file_is_named(shelf: Path) -> None:
    file = shelf / "two/replications/0001/lost.parquet"
    sound = file.read_bytes()
    answered, named = 0, 0
    for place in range(0, len(sound), 29):
        file.write_bytes(sound[:place] + bytes([sound[place] ^ 0xFF]) + sound[place + 1 :])
        try:
            query("select * from lost", shelf / "two")
            answered += 1
        except InputError as spoilt:
            named += spoilt.problems[0].address == f"'{file}'"
    assert answered + named == len(range(0, len(sound), 29))
    assert named > 5


# d: the commands


@pytest.mark.usefixtures("shelf")
def test_d01_runs(karvan_says: Says, shelf: Path) -> None:
    code, printed = karvan_says("runs", "--json")
    said = json.loads(printed)
    assert (code, said["folder"], said["problems"], len(said["runs"])) == (0, str(shelf), [], 3)
    assert list(said["runs"][0]) == [
        "run", "command", "package", "scenario", "changes", "seed", "done", "asked", "status", "started", "seconds",
        "karvan",
    ]  # fmt: skip
    code, printed = karvan_says("runs")
    assert code == 0
    assert "1 of 3" in next(line for line in printed.splitlines() if "three" in line and "interrupted" in line)


def test_d02_runs_that_cannot_be_read_are_listed_below(karvan_says: Says, shelf: Path) -> None:
    (shelf / "two/run.json").write_text("{")
    code, printed = karvan_says("runs")
    assert code == 0
    assert "two/run.json | found no JSON" in printed
    (problem,) = json.loads(karvan_says("runs", "--json")[1])["problems"]
    assert problem["address"] == "two/run.json"


def test_d03_no_runs(karvan_says: Says, tmp_path: Path) -> None:
    assert karvan_says("runs", "--in", tmp_path) == (0, f"no runs in {tmp_path}\n")
    assert karvan_says("runs", "--in", tmp_path / "none")[0] == 3
    assert karvan_says("sql", "--in", tmp_path) == (0, "no run has tables yet\n")
    assert json.loads(karvan_says("sql", "--in", tmp_path, "--json")[1]) == []


@pytest.mark.usefixtures("shelf")
def test_d04_an_answer_as_a_table(karvan_says: Says) -> None:
    code, printed = karvan_says("sql", "select run, avg(hours) as h, null as no from lost where run='one' group by all")
    assert code == 0
    assert [word for word in printed.split() if word[0] not in "┏┓┃┡━┩│└┘"] == ["run", "h", "no", "one", "12.6667"]


@pytest.mark.usefixtures("shelf")
def test_d05_an_answer_in_json(karvan_says: Says) -> None:
    sql = """
        select 1 as a, 2 as a, 'nan'::double as nan, 'inf'::double as inf, 1.5::decimal(4, 2) as d, [1, null] as l,
            {'x': date '2026-12-01'} as s, timestamptz '2026-12-01 10:00:00+00' as t, interval 3 hours as i, true as b
    """
    code, printed = karvan_says("sql", sql, "--json")
    said = json.loads(printed)
    assert code == 0
    assert said["columns"] == ["a", "a_1", "nan", "inf", "d", "l", "s", "t", "i", "b"]
    (row,) = said["rows"]
    assert row.pop("i").startswith("MonthDayNano")
    assert row.pop("t").startswith("2026-12-01T")
    assert row == {
        "a": 1, "a_1": 2, "nan": None, "inf": "inf", "d": 1.5, "l": [1, None], "s": {"x": "2026-12-01"}, "b": True,
    }  # fmt: skip


@pytest.mark.usefixtures("shelf")
def test_d06_only_the_first_rows_are_shown(karvan_says: Says) -> None:
    printed = karvan_says("sql", "select * from range(250)")[1]
    assert printed.endswith("the first 100 of 250 rows; --most shows more, --json has all\n")
    assert "the first" not in karvan_says("sql", "select * from range(250)", "--most", "250")[1]
    assert len(json.loads(karvan_says("sql", "select * from range(250)", "--json")[1])["rows"]) == 250
    assert karvan_says("sql", "select 1 where false")[0] == 0
    assert json.loads(karvan_says("sql", "select 1 as a where false", "--json")[1]) == {"columns": ["a"], "rows": []}


@pytest.mark.usefixtures("shelf")
def test_d07_the_tables_that_can_be_asked(karvan_says: Says) -> None:
    code, printed = karvan_says("sql", "--json")
    assert code == 0
    lost, times = json.loads(printed)
    assert (lost["table"], lost["runs"], [column["name"] for column in lost["columns"]]) == (
        "lost", 3, ["run", "replication", "place", "hours"],
    )  # fmt: skip
    assert lost["columns"][-1] == {"name": "hours", "type": "double", "unit": "h", "doc": "How long."}
    assert [column["name"] for column in times["columns"]] == ["run", "p50_h"]
    assert "How long." in karvan_says("sql")[1]


def test_d08_wrong_sql_is_invalid_input(karvan_says: Says, shelf: Path) -> None:
    code, printed = karvan_says("sql", "select * from lots", "--in", shelf)
    assert code == 3
    assert printed.startswith("InputError: 1 problem in the query\n  * sql | found the table 'lots'")
    assert karvan_says("sql", "select 1", "--most", "0")[0] == 2
