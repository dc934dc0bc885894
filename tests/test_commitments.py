"""The register of commitments: all that was agreed and promised in April 2025 is there, and it answers questions."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import import_facts
from karvan.corridor import Corridor
from karvan.evidence.commitments import FULFILLED, Commitments, unknown
from karvan.evidence.vague import earliest, span
from karvan.ground.errors import InputError
from karvan.report.timeline import timeline, write_timeline
from karvan.tables.plans import COMMITMENT_STATES
from karvan.testing.draw import row

APRIL_2025 = """
    ag02 2025-04-23 joint statement comprehensive strategic partnership
    ag03 2025-04-23 mutual visa exemption ordinary passports
    ag04 2025-04-23 humanitarian demining
    ag05 2025-04-23 mutual legal assistance criminal matters
    ag06 2025-04-23 technical economic cooperation
    ag07 2025-04-23 scientific technological cooperation
    ag08 2025-04-23 promotion belt road initiative
    ag09 2025-04-23 industrial cooperation
    ag10 2025-04-23 trade cooperation
    ag11 2025-04-23 investment cooperation digital economy
    ag12 2025-04    international multimodal transportation
    ag13 2025-04-23 green development
    ag14 2025-04-23 intellectual property
    ag15 2025-04-23 aerospace
    ag16 2025-04    culture
    ag17 2025-04    education
    ag18 2025-04    media
    ag19 2025-04    counter-terrorism extremism
    ag20 2025-04    sister-city nakhchivan urumqi
    ag21 2025-04-22 100 mw gobustan solar
    ag22 2025-04-22 implementation offshore wind
    ag23 2025-04-22 100 mw floating solar boyukshor
    ag24 2025-04-22 160 mw solar
    ag25 2025-04-22 planning renewables power system
    ag26 2025-04-22 2 gw offshore wind
    ag27 2025-04-16 protocol tenth intergovernmental commission
    ag28 2025-04-16 working group investment cooperation
    ag56 2025-04-04 caspian green energy corridor
    ag57 2025-04    transmission trade green power
    ag58 2025-04-04 azerenerji teias
"""
"""The agreements signed in April 2025, from the collection that the register was made of: id, day, words of a title."""

AGREEMENTS = [f"ag{n:02d}" for n in range(1, 60)]
"""All agreements of that collection; ag30, free trade, and ag53, data of customs, are not signed."""

PROMISES = """
    pf0003 mutual support                   pf0004 One China                     pf0005 peace agenda
    pf0006 institutional channels           pf0007 Belt and Road alignment       pf0008 task force
    pf0009 multimodal routes                pf0010 free trade talks              pf0011 exchanges of people
    pf0012 mutual visa waiver               pf0013 clean energy                  pf0014 branches of industry
    pf0015 global initiatives               pf0018 WTO                           pf0019 SCO and CICA
    pf0020 demining                         pf0023 partnership raised            pf0024 finance and training
    pf0025 solar in three regions           pf0026 technology transfer           pf0028 package: e-buses, hydrogen, ...
    pf0029 e-bus plant                      pf0030 local production              pf0031 common destiny
    pf0033 Chinese money from Alat          pf0035 proposals as chair of NAM     pf0036 hub links
    pf0037 hub of green energy              pf0039 the statement                 pf0040 multimodal agreement
    pf0041 customs                          pf0043 grid and storage              pf0045 exports of power
    pf0046 digital investment               pf0047 space                         pf0048 digital services
    pf0049 5G and AI                        pf0050 CICA chair                    pf0051 visa exemption
    pf0052 six other fields                 pf0055 Uzbekistan                    pf0056 Kazakhstan
    pf0062 OTS mechanisms                   pf0065 declaration of July 2024      pf0071 talks on energy
    pf0072 commission to meet               pf0079 languages, universities       pf0080 unilateral visa-free entry
    pf0081 visa waiver, possible            pf0082 common destiny                pf0083 SCO partner
    pf0085 the declaration                  pf0088 four sectors                  pf0092 Gobustan
    pf0093 offshore wind                    pf0097 declaration of July 2024      pf0105 the declaration
    pf0108 seven sectors                    pf0110 Chinese energy projects       pf0112 railways of Central Asia
    pf0114 Hubei association
"""
"""What the five documents of April 2025 promise, or tell of as agreed: ids of their claims among the facts."""

CONTRADICTED = """
    mutual visa waiver | number of documents | year of 3.7 billion | trade with China in 2025 | 86 per cent | COP29
    name and level of the document | what the corridor replaces | railway from Baku | energy agreed on the visit
    equals or dependence | Gobustan | BYD | Khizi-Absheron | 160 MW | Boyukshor | second item of wind | second battery
    Bilasuvar and Neftchala | renewables in 2030 | Black Sea cable | investment of China | visitors from China
    Chinese companies | 20 billion USD | block trains of 2024 | trade with China in 2022 | trade with China in 2017
    trade of Kazakhstan and China | trade of Türkiye and Azerbaijan | trade of the EU and Azerbaijan | tie with Iran
    tie of Nakhchivan | solar power of 2024 | power generated in 2024 | years of the two declarations
"""
"""Topics of both tables of contradictions in that collection: words of ours."""

DAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def register(shipped: Corridor) -> Commitments:
    return Commitments(shipped.rows)


def commitment(name: str, **cells: Any) -> Any:
    """A row; what is not said is plain."""
    plain = {"title": name, "kind": "promise", "made": "2025", "parties": ("A",), "sector": "transport", "says": "-",
             "status": "stated", "outside": "-", "sources": ("s",)}  # fmt: skip
    return row("commitment", id=name, **plain | cells)


def of(*rows: Any, steps: tuple[Any, ...] = (), versions: tuple[Any, ...] = ()) -> Commitments:
    """A register of these rows; those without a step have one that says their status."""
    told = {step.commitment for step in steps}
    plain = tuple(
        row("commitment_status", commitment=one.id, seq=1, at=one.made, status=one.status, source="s")
        for one in rows
        if one.id not in told
    )
    tables = {"commitment": rows, "commitment_status": (*steps, *plain), "contradiction": versions}
    return Commitments(lambda name: tables[name])


def step(name: str, seq: int, at: str, status: str) -> Any:
    return row("commitment_status", commitment=name, seq=seq, at=at, status=status, source="s")


def version(topic: str, seq: int, *commitments: str, **cells: Any) -> Any:
    return row(
        "contradiction", topic=topic, seq=seq, says=f"{topic}{seq}", sources=("s",), commitments=commitments, **cells
    )


def ids(rows: list[Any]) -> list[str]:
    return [one.id for one in rows]


# a: the register that ships


@pytest.mark.parametrize("line", APRIL_2025.strip().splitlines(), ids=lambda line: line.split()[0])
def test_a01_every_agreement_of_april_2025_is_there(register: Commitments, line: str) -> None:
    name, day, *words = line.split()
    found = register.commitment(name)
    assert found.kind == "agreement"
    assert found.made == day
    assert [word for word in words if word not in found.title.casefold()] == []


def test_a02_so_are_all_others_of_the_collection(register: Commitments) -> None:
    assert [name for name in AGREEMENTS if name not in register.by_id] == []
    listed = {line.split()[0] for line in APRIL_2025.strip().splitlines()}
    april = {name for name in AGREEMENTS if register.commitment(name).made.startswith("2025-04")}
    assert april - {"ag30"} == listed


@pytest.mark.parametrize("claim", re.findall(r"pf\d{4}", PROMISES))
def test_a03_every_promise_of_the_five_documents_is_there(register: Commitments, shipped: Corridor, claim: str) -> None:
    told = [one for one in register.rows if claim in one.facts]
    assert told
    assert all(shipped.evidence.facts[claim].source in one.sources for one in told)


def test_a04_each_is_tied_to_projects_or_says_why_not(register: Commitments, shipped: Corridor) -> None:
    assert [one.id for one in register.rows if bool(one.projects) == bool(one.outside)] == []
    known = shipped.by_key("project")
    assert {name for one in register.tied() for name in one.projects} <= set(known)
    assert len(register.tied()) + len(register.outside()) == len(register.rows)
    assert min(len(one.outside) for one in register.outside()) > 10  # a reason, not a word


def test_a05_nothing_in_it_is_at_odds(register: Commitments) -> None:
    assert [str(problem) for problem in register.problems()] == []


def test_a06_who_tells_a_fact_is_among_the_sources(register: Commitments, shipped: Corridor) -> None:
    facts, sources = shipped.evidence.facts, shipped.evidence.sources
    rows = [*register.rows, *(version for one in register.contradictions() for version in one.versions)]
    for one in rows:
        assert set(one.sources) <= set(sources), one
        assert {facts[name].source for name in one.facts} <= set(one.sources), one
    for one in register.rows:
        assert {step.source for step in register.history(one.id)} <= set(one.sources), one


def test_a07_dates_can_be_read(register: Commitments) -> None:
    dates = {one.made for one in register.rows} | {
        step.at for one in register.rows for step in register.history(one.id)
    }
    assert {date for date in dates if not span(date)} == {"not known"}


def test_a08_the_visa_exemption_went_all_the_way(register: Commitments) -> None:
    steps = [(step.at, step.status) for step in register.history("ag03")]
    assert steps == [("2025-04-23", "signed"), ("2025-05-30", "signed"), ("2025-07-16", "in force")]
    assert {"seed_000", "seed_001", "seed_002"} <= set(register.commitment("ag03").sources)


def test_a09_free_trade_did_not(register: Commitments) -> None:
    found = register.commitment("ag30")
    assert (found.status, found.since) == ("stated", "2025-04-23")
    assert {"pf0010", "pf0125", "pf0159"} <= set(found.facts)


@pytest.mark.parametrize("topic", [one.strip() for one in re.split(r"\||\n", CONTRADICTED) if one.strip()])
def test_a10_every_contradiction_of_the_collection_is_there(register: Commitments, topic: str) -> None:
    found = [one for one in register.contradictions() if topic in one.topic]
    assert len(found) == 1
    assert len(found[0].versions) >= 2
    assert all(version.sources for version in found[0].versions)


def test_a11_versions_are_told_apart(register: Commitments) -> None:
    for one in register.contradictions():
        assert len({version.says for version in one.versions}) == len(one.versions)


def test_a12_what_is_overdue_depends_on_the_day(register: Commitments) -> None:
    def late(day: str) -> set[str]:
        return set(ids(register.find(status="overdue", on=dt.date.fromisoformat(day))))

    assert "pr-trains-2025" not in late("2025-12-31")
    assert "pr-trains-2025" in late("2026-01-01")
    assert late("2025-12-31") <= late("2026-11-22") <= late("2040-01-01")
    everything = {one.id for one in register.rows if one.due and one.status not in FULFILLED}
    assert late("2040-01-01") == everything


def test_a13_what_is_done_or_open_was_said_by_somebody(register: Commitments) -> None:
    for one in register.rows:
        since = next(step for step in register.history(one.id) if step.at == one.since and step.status == one.status)
        assert since.source


# b: what the register answers


def test_b01_finds_by_what_is_asked() -> None:
    found = of(
        commitment("a", sector="customs", parties=("State Customs Committee", "China"), status="signed"),
        commitment("b", projects=("hub",), outside="", occasion="state visit of April 2025"),
    )
    assert ids(found.find()) == ["a", "b"]
    assert ids(found.find(sector="customs")) == ["a"]
    assert ids(found.find(status="signed")) == ["a"]
    assert ids(found.find(project="hub")) == ["b"]
    assert ids(found.find(occasion="april")) == ["b"]
    assert ids(found.find(party="china", sector="transport")) == []
    assert (ids(found.tied()), ids(found.outside())) == (["b"], ["a"])


def test_b02_case_and_accents_do_not_matter_in_names() -> None:
    found = of(commitment("a", parties=("Türkiye", "Kazakhstan Temir Zholy")))
    assert ids(found.find(party="turkiye")) == ids(found.find(party="TEMIR")) == ["a"]
    assert found.find(party="Temyr") == []


@pytest.mark.parametrize(
    ("due", "status", "late"),
    [
        ("2026-10", "stated", True),
        ("2026-11", "stated", False),
        ("2026-12", "stated", False),
        ("2025-12", "stalled", True),
        ("2025-12", "in talks", True),
        ("2025-12", "signed", True),
        ("2025-12", "under way", True),
        ("2025-12", "in force", False),
        ("2025-12", "done", False),
        ("2025-12", "superseded", False),
        ("", "stated", False),
    ],
)
def test_b03_overdue_is_what_was_due_in_a_month_that_has_passed(due: str, status: str, late: bool) -> None:
    found = of(commitment("a", due=due, status=status))
    assert found.overdue(found.commitment("a"), DAY) is late
    assert ids(found.find(status="overdue", on=DAY)) == ["a"] * late


def test_b04_overdue_needs_a_day() -> None:
    with pytest.raises(ValueError, match="needs a day"):
        of(commitment("a")).find(status="overdue")


def test_b05_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"commitment \| found 'ag9' \| nearest: ag09"):
        of(commitment("ag09"), commitment("visa")).commitment("ag9")


def test_b06_they_come_as_they_were_made_and_those_of_no_day_last() -> None:
    made = {"d": "not known", "c": "2025-04", "b": "2025-04-01", "a": "2025-05", "e": "2023-2024"}
    rows = of(*(commitment(name, made=date) for name, date in made.items())).rows
    assert "".join(one.id for one in rows) == "ebcad"


def test_b07_contradictions_are_gathered_by_topic() -> None:
    found = of(
        commitment("a"),
        versions=(version("y", 2, "a"), version("x", 1), version("y", 1, note="why"), version("x", 2)),
    )
    assert [one.topic for one in found.contradictions()] == ["x", "y"]
    about = found.contradictions("a")
    assert [[one.says for one in about[0].versions], about[0].commitments, about[0].note] == [
        ["y1", "y2"],
        ("a",),
        "why",
    ]
    assert found.contradictions("b") == []


@pytest.mark.parametrize(
    ("register", "told"),
    [
        (of(commitment("a", outside="")), "commitment.csv, row a | found 0 projects and no reason"),
        (of(commitment("a", projects=("p", "q"))), "commitment.csv, row a | found 2 projects and a reason"),
        (of(commitment("a"), steps=(step("a", 1, "2025", "signed"),)), "row a, status | found 'stated'"),
        (
            of(commitment("a"), steps=(step("a", 1, "2025-05", "signed"), step("a", 2, "2024", "stated"))),
            "commitment_status.csv, row a:2, at | found '2024'",
        ),
        (of(versions=(version("x", 1),)), "contradiction.csv, row x:1 | found one version"),
    ],
)
def test_b08_what_does_not_fit_together_is_told(register: Commitments, told: str) -> None:
    problems = [str(problem) for problem in register.problems()]
    assert len(problems) == 1
    assert told in problems[0]


def test_b09_steps_of_overlapping_vague_dates_are_in_order() -> None:
    steps = (
        step("a", 1, "2025-05-03", "signed"),
        step("a", 2, "2025", "in force"),
        step("a", 3, "not known", "stated"),
    )
    assert list(of(commitment("a"), steps=steps).problems()) == []


def test_b10_a_package_without_commitments_has_none(small: Corridor) -> None:
    found = Commitments(small.rows)
    assert (found.rows, found.find(), found.contradictions(), list(found.problems())) == ((), [], [], [])
    assert unknown("party", "x", found.parties()).remedy == "there are none"


# c: dates as vague as their source


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025-04-23", "2025-04-23", "2025-04-23"),
        ("2025-04", "2025-04-01", "2025-04-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("2023-2024", "2023-01-01", "2024-12-31"),
    ],
)
def test_c01_a_span_has_its_first_and_last_day(text: str, first: str, last: str) -> None:
    assert span(text) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert earliest(text) == dt.date.fromisoformat(first)


@pytest.mark.parametrize(
    "text", ["", "not known", "2025-13", "2025-02-30", "0000", "2025-2024", "2025-4", "25", "2025-04-2"]
)
def test_c02_what_is_no_date_has_none(text: str) -> None:
    assert span(text) is None
    assert earliest(text) == dt.date.max


@given(st.dates())
def test_c03_a_day_is_in_its_month_and_that_in_its_year(day: dt.date) -> None:
    spans = [span(text) for text in (day.isoformat(), f"{day.year:04}-{day.month:02}", f"{day.year:04}")]
    for inner, outer in pairwise(spans):
        assert inner
        assert outer
        assert outer[0] <= inner[0] <= inner[1] <= outer[1]
    assert spans[0] == (day, day)


# d: the command


def test_d01_lists_what_is_asked(karvan_says: Callable[..., tuple[int, str]]) -> None:
    code, said = karvan_says("commitments", "--sector", "customs", "--on", DAY)
    assert code == 0
    assert re.findall(r"^(?:ag|pr-)\S+", said, re.MULTILINE) == ["pr-green-corridor", "pr-customs-facilitation", "ag53"]
    assert "3 commitments: " in said


def test_d02_overdue_is_a_status(karvan_says: Callable[..., tuple[int, str]], register: Commitments) -> None:
    code, said = karvan_says("commitments", "--status", "overdue", "--on", DAY, "--json")
    told = json.loads(said)
    assert code == 0
    assert [one["id"] for one in told["commitments"]] == ids(register.find(status="overdue", on=DAY))
    assert told["on"] == "2026-11-22"
    assert all(one["overdue"] for one in told["commitments"])


def test_d03_tells_all_of_one(karvan_says: Callable[..., tuple[int, str]]) -> None:
    code, said = karvan_says("commitments", "ag53", "--on", DAY)
    assert code == 0
    for words in ("sixteen items", "in talks", "Denizxeber", "project ctop-data-exchange", "times 0.5"):
        assert words in said


def test_d04_one_outside_the_model_says_why_and_where_sources_differ(
    karvan_says: Callable[..., tuple[int, str]],
) -> None:
    code, said = karvan_says("commitments", "ag03", "--on", DAY)
    assert code == 0
    for words in ("outside the model: Moves people", "in force", "mutual visa waiver", "may be signed on the visit"):
        assert words in said


def test_d05_json_has_history_projects_and_contradictions(karvan_says: Callable[..., tuple[int, str]]) -> None:
    told = json.loads(karvan_says("commitments", "pr-aktau-hub", "--on", DAY, "--json")[1])
    (one,) = told["commitments"]
    assert [step["status"] for step in one["history"]] == ["stated", "under way", "under way"]
    assert [project["id"] for project in one["projects"]] == ["aktau-hub-1", "aktau-hub-2"]
    assert all(project["changes"] for project in one["projects"])
    assert [two["topic"] for two in told["contradictions"]] == ["container hub at Aktau: capacity"]
    assert one["outside"] is None


def test_d06_contradictions_alone_and_of_a_sector(
    karvan_says: Callable[..., tuple[int, str]], register: Commitments
) -> None:
    every = json.loads(karvan_says("commitments", "--contradictions", "--json")[1])
    some = json.loads(karvan_says("commitments", "--contradictions", "--json", "--sector", "industry")[1])
    assert len(every) == len(register.contradictions())
    assert [one["topic"] for one in some] == ["BYD: investment"]
    assert f"{len(every)} contradictions" in karvan_says("commitments", "--contradictions")[1]


def test_d07_every_wrong_word_is_told_with_the_nearest(karvan_says: Callable[..., tuple[int, str]]) -> None:
    words = ("--sector", "transpot", "--status", "overdu", "--party", "Chna", "--project", "aktau-hub")
    code, said = karvan_says("commitments", *words)
    assert code == 3
    assert "4 problems" in said
    for near in ("nearest: transport", "nearest: overdue", "nearest: China", "nearest: aktau-hub-"):
        assert near in said


def test_d08_an_unknown_id_is_refused(karvan_says: Callable[..., tuple[int, str]]) -> None:
    code, said = karvan_says("commitments", "ag-03")
    assert (code, "nearest: ag03" in said) == (3, True)


def test_d09_nothing_is_an_answer(karvan_says: Callable[..., tuple[int, str]], package: Path) -> None:
    assert karvan_says("commitments", "ag03", "--sector", "space")[0] == 4
    code, said = karvan_says("commitments", "-p", package)
    assert (code, said.strip()) == (4, "no commitment is like that")


def test_d10_a_day_that_is_none_is_wrong_usage(karvan_says: Callable[..., tuple[int, str]]) -> None:
    assert karvan_says("commitments", "--on", "2026-02-30")[0] == 2


# e: the timeline


def _values(chart: Any, field: str) -> list[dict[str, Any]]:
    """All data of a chart that have a field."""
    datasets = chart.to_dict()["datasets"]
    return [value for name in sorted(datasets) for value in datasets[name] if field in value]


def test_e01_a_lane_a_sector_and_a_mark_a_step(register: Commitments) -> None:
    chart = timeline(register, register.rows, DAY, "all")
    lanes = [lane["title"]["text"] for lane in chart.to_dict()["vconcat"]]
    assert lanes == sorted({one.sector for one in register.rows if one.id != "ag51"})
    steps = [step for one in register.rows for step in register.history(one.id) if span(step.at)]
    assert len(_values(chart, "from")) == len(steps)
    assert {one["status"] for one in _values(chart, "from")} == set(COMMITMENT_STATES)
    assert len(_values(chart, "due")) == sum(bool(one.due) for one in register.rows)
    assert {one["id"] for one in _values(chart, "due") if one["late"]} == set(
        ids(register.find(status="overdue", on=DAY))
    )


def test_e02_a_vague_date_is_as_long_as_it_is_vague() -> None:
    found = of(*(commitment(name, made=name) for name in ("2025-04-23", "2025-04", "2025", "2023-2024")))
    drawn = {one["id"]: one for one in _values(timeline(found, found.rows, DAY, "some"), "from")}
    days = {
        name: (dt.datetime.fromisoformat(one["to"]) - dt.datetime.fromisoformat(one["from"])).days
        for name, one in drawn.items()
    }
    assert days == {"2025-04-23": 1, "2025-04": 30, "2025": 365, "2023-2024": 731}
    assert [name for name, one in drawn.items() if one["point"]] == ["2025-04-23"]


def test_e03_what_is_long_ago_or_far_off_stands_at_the_edge() -> None:
    found = of(commitment("old", made="2009"), commitment("new", due="2099-12"))
    chart = timeline(found, found.rows, DAY, "some")
    old = next(one for one in _values(chart, "from") if one["id"] == "old")
    assert (old["from"], old["to"], old["point"]) == ("2022-01-01T00:00:00Z", "2022-01-01T00:00:00Z", True)
    assert [one["day"] for one in _values(chart, "due")] == ["2033-12-31T00:00:00Z"]


@pytest.mark.parametrize("kind", ["svg", "html"])
def test_e04_the_same_register_gives_the_same_file(register: Commitments, tmp_path: Path, kind: str) -> None:
    rows = register.find(sector="customs")
    for n in (1, 2):
        write_timeline(register, rows, DAY, tmp_path / f"{n}.{kind}", "customs")
    first = (tmp_path / f"1.{kind}").read_bytes()
    assert first == (tmp_path / f"2.{kind}").read_bytes()
    text = first.decode()
    assert all(one.id in text for one in rows)
    assert not re.findall(r'(?:src|href)="https?:', text)  # nothing is fetched


def test_e05_the_command_draws_it(karvan_says: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    file = tmp_path / "t.PNG"
    code, said = karvan_says("commitments", "--sector", "space", "--timeline", file, "--on", DAY)
    assert (code, str(file) in said.replace("\n", "")) == (0, True)
    assert file.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--timeline", "t.pdf"), "give a file that ends in .svg, .png, .html"),
        (("--timeline", "nowhere/t.svg"), "cannot be written"),
        (("ag51", "--timeline", "t.svg"), "none with a date"),
    ],
)
def test_e06_what_cannot_be_drawn_says_so(
    karvan_says: Callable[..., tuple[int, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: Any, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = karvan_says("commitments", *words)
    assert code == 3
    assert told in said
    assert list(tmp_path.iterdir()) == []


# f: where it comes from


def test_f01_sources_that_only_a_commitment_names_are_brought_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipes = tmp_path / "recipes"
    (recipes / "promises").mkdir(parents=True)
    (recipes / "promises" / "commitment.csv").write_text("id,sources\na,s1;s2\nb,\n")
    (recipes / "promises" / "commitment_status.csv").write_text("commitment,seq,source\na,1,s3\n")
    monkeypatch.setattr(import_facts, "RECIPES", recipes)
    assert import_facts.wanted_sources() - {""} == {"s1", "s2", "s3"}


def test_f02_a_source_of_two_collections_has_one_id(tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text("fact_id,source_id\npf1,seed003\npf2,other\n")
    assert [one["source"] for one in import_facts.statements(tmp_path, "facts")] == ["seed_003", "other"]
