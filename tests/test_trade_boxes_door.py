"""`karvan trade boxes`: what is told of a pair, where its mix is from, the demand that is made of it, and its doors.

a: what is told; b: mixes; c: demand; d: the command; e: the service; f: the package that ships.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from karvan.api.app import create_app
from karvan.api.settings import Settings
from karvan.api.trade_boxes import BoxesPage
from karvan.corridor import Corridor, load
from karvan.corridor.check import check, evidence_problems, numbers
from karvan.corridor.row import new_row
from karvan.ground.errors import InputError
from karvan.report.trade import boxes_document, boxes_tables
from karvan.scenario.cells import Why
from karvan.study.trade import boxed
from karvan.study.trade.boxed import AskBoxes, Boxed, in_boxes
from karvan.study.trade.bringing import bring, write_demand
from karvan.study.trade.demand import dyads_of, tonnes_of
from karvan.study.trade.mixing import ANY, mixes_for, of_one, read_mixes
from karvan.testing import draw
from karvan.trade.boxes import Mix, Part, Span, wares_of
from karvan.trade.fitted import FitGravity, NotConverged

Says = Callable[..., tuple[int, str]]
WORLD = """
    place   A CN
    place   B AZ
    place   C AZ
    place   D TR
    K1      rail A 20h B 20h D    every 24h  400usd back
    K2      rail B 10h C          every 24h  100usd back
    set vehicle K1 capacity_teu=4000 capacity_wagons=400 capacity_t=90000
    set vehicle K2 capacity_teu=4000 capacity_wagons=400 capacity_t=90000
    add commodity id=general name=General t_per_teu=10 t_per_wagon=60 t_per_truck=18 usd_per_t=5000
    add commodity id=oil name=Oil t_per_teu=14.5 t_per_wagon=60 usd_per_t=600
    add commodity id=empty name=Empty t_per_teu=2.2
    add month_profile profile=rail month=1 share=0.25
    add month_profile profile=rail month=2 share=0.75
    add country id=CHN code=CN name=China gateway=A source=picture confidence=A
    add country id=AZE code=AZ name=Azerbaijan gateway=B source=picture confidence=A
    add country id=TUR code=TR name=Turkey gateway=D source=picture confidence=A
    add demand id=ab origin=A destination=B commodity=general year=2024 teu_year=600 month_profile=rail
    add demand id=ac origin=A destination=C commodity=oil year=2024 t_year=10000 unit=wagon
    add demand id=ba origin=B destination=A commodity=oil year=2024 t_year=1000 unit=wagon
    add trade id=T1 year=2024 reporter=CHN partner=AZE flow=export value_musd=36 says=CHN source=picture confidence=B
    add trade id=T2 year=2024 reporter=AZE partner=CHN flow=import value_musd=40 says=AZE source=picture confidence=C
    add trade id=T3 year=2023 reporter=AZE partner=CHN flow=import value_musd=90 says=AZE source=picture confidence=C
    add trade id=T4 year=2023 reporter=AZE partner=CHN flow=export value_musd=3 says=AZE source=picture confidence=B
    add trade id=T5 year=2024 period=Q1 reporter=AZE partner=CHN flow=export value_musd=9 source=picture confidence=B
    family  east countries=CN
    add grid_intensity country=AZ year=2024 gco2e_kwh=400
    add fact id=F1 subject=all metric=all value=1 source=picture confidence=B
"""
THERE, BACK, ON = ("CHN", "AZE"), ("AZE", "CHN"), ("CHN", "TUR")
NO_END = NotConverged(cast(FitGravity, None), 1.0, "no end")
HALF = Mix((Part("general", 0.5), Part("oil", 0.5, 0.25)), Why(("F1",), "C", "as sold"))


@pytest.fixture(scope="module")
def world() -> Corridor:
    """A sound package of three countries; every number has its basis."""
    drawn = draw(WORLD)
    plain = new_row("basis", facts=("F1",), method="derived", grade="B")
    basis = [plain._replace(table=table, row=key, column=column) for table, key, column in sorted(numbers(drawn))]
    whole = drawn.with_tables({"basis": tuple(basis)})
    assert list(evidence_problems(whole)) == []
    return whole


@pytest.fixture
def folder(world: Corridor, tmp_path: Path) -> Path:
    """The same as a package."""
    world.save(tmp_path / "world.zip")
    return tmp_path / "world.zip"


def found(world: Corridor, *pairs: tuple[str, str], **more: Any) -> Boxed:
    answer = in_boxes(world, AskBoxes(pairs or (BACK,), **more))
    assert isinstance(answer, Boxed)
    return answer


def to_turkey(world: Corridor, musd: float = 50.0, **more: Any) -> Boxed:
    """Trade of a pair of which the package has no demand."""
    return found(world, ON, values={ON: musd}, mixes={ON: HALF}, one_way=True, **more)


# --- a: what is told


def test_a01_values_are_those_published_with_rivals_of_the_year_as_ends(world: Corridor) -> None:
    back, there = found(world).ways
    assert (there.dyad, back.dyad) == (THERE, BACK)
    assert there.value.musd == Span(36, 36, 40)  # the better graded of two; a year earlier is not a rival
    assert (there.value.ground, there.value.year, there.value.why.facts) == ("published", 2024, ("T1",))
    assert (back.value.musd, back.value.year, back.value.why.grade) == (Span.at(3), 2023, "B")  # a quarter is no year


def test_a02_each_number_follows_from_those_beside_it(world: Corridor) -> None:
    there = found(world).ways[1]
    general, oil = there.rows
    assert general.value_musd.value == pytest.approx(36 * 30 / 36)  # the package carries 30 and 6 million USD of them
    assert [general.tonnes.value, general.teu.value] == pytest.approx([6000, 600])
    assert [oil.tonnes.value, oil.teu.value, oil.loose_t.value] == pytest.approx([10_000, 0, 10_000])
    assert general.teu.high == pytest.approx(600 * 40 / 36)
    assert (there.counted.rows, there.counted.teu, there.counted.tonnes) == (("ab", "ac"), 600, 16_000)
    assert there.months[:3] == pytest.approx((150, 450, 0))


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a03_what_comes_full_and_finds_no_load_goes_back(there: float, back: float) -> None:
    told = found(draw(WORLD), values={THERE: there, BACK: back}, mixes={ANY: Mix((Part("general", 1.0),))})
    teu = {way.dyad: way.teu.value for way in told.ways}
    assert teu == pytest.approx({THERE: there * 20, BACK: back * 20})  # 5,000 USD a tonne, 10 t a TEU
    empty = {(one.origin, one.destination): one.teu.value for one in told.boxes.empties}
    surplus = teu[THERE] - teu[BACK]
    wanted = {(BACK if surplus > 0 else THERE): pytest.approx(abs(surplus))} if surplus else {}
    assert empty == wanted
    assert all(math.fsum(way.months) == pytest.approx(way.teu.value) for way in told.ways)


def test_a04_of_one_way_nothing_is_said_of_what_goes_back(world: Corridor) -> None:
    told = found(world, THERE, one_way=True)
    assert [way.dyad for way in told.ways] == [THERE]
    assert told.boxes.empties == ()


def test_a05_a_document_tells_every_factor_with_its_grade_and_facts(world: Corridor) -> None:
    document = boxes_document(world, found(world))
    there = document["ways"][1]
    assert there["value"] == {
        "musd": 36, "musd_low": 36, "musd_high": 40, "ground": "published", "year": 2024, "grade": "B", "facts": ["T1"],
        "note": "value as published of 2024",
    }  # fmt: skip
    general = there["rows"][0]
    assert general["usd_per_t"] == {"value": 5000, "grade": "B", "facts": ["F1"], "note": "derived"}
    assert general["facts"] == ["T1", "F1"]
    assert (there["mix"]["ground"], there["mix"]["grade"]) == ("demand", "B")
    json.dumps(document, allow_nan=False)
    assert [str(line) for line in boxes_tables(document) if "which grow as their trade does" in str(line)]


def test_a06_a_model_is_fitted_only_where_a_value_is_missing(world: Corridor, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refused(*_: object) -> NotConverged:
        asked.append(1)
        return NO_END

    monkeypatch.setattr(boxed, "trade_base", refused)
    assert isinstance(in_boxes(world, AskBoxes((BACK,))), Boxed)
    assert not asked
    assert isinstance(in_boxes(world, AskBoxes((ON,))), NotConverged)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"pairs": (("AZE", "CHM"),)}, "country 'CHM'.*CHN"),
        ({"pairs": ()}, "pairs"),
        ({"pairs": (("AZE", "AZE"),)}, "with itself"),
        ({"pairs": (BACK,), "values": {ON: 1.0}}, "value of CHN-TUR"),
        ({"pairs": (BACK,), "values": {THERE: math.nan}}, "value of CHN-AZE"),
        ({"pairs": (BACK,), "mixes": {ON: HALF}}, "mix of CHN-TUR"),
        ({"pairs": (BACK,), "mixes": {ANY: Mix((Part("genral", 1.0),))}}, "did you mean general"),
        ({"pairs": (BACK,), "mixes": {ANY: Mix((Part("general", 0.5),))}}, "add up to 1"),
    ],
)
def test_a07_what_cannot_be_asked_is_refused(world: Corridor, more: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        in_boxes(world, AskBoxes(**more))


# --- b: mixes


def test_b01_a_mix_that_is_not_known_is_never_made_up_silently(world: Corridor) -> None:
    both = {ON: 50.0, ON[::-1]: 5.0}
    with pytest.raises(InputError) as refused:
        in_boxes(world, AskBoxes((ON,), values=both))
    assert [one.address for one in refused.value.problems] == ["mix of CHN-TUR", "mix of TUR-CHN"]
    told = found(world, ON, values=both, fallback="general")
    assert {way.mixed.ground for way in told.ways if way.mixed} == {"general"}
    assert {row.why.grade for way in told.ways for row in way.rows} == {"D"}
    with pytest.raises(InputError, match="TUR sends nothing"):
        in_boxes(world, AskBoxes((ON,), values=both, fallback="exporter"))


def test_b02_a_seller_may_stand_in_with_all_that_it_sends_and_that_is_graded_d(world: Corridor) -> None:
    [way] = found(world, ON, values={ON: 50.0}, fallback="exporter", one_way=True).ways
    assert way.mixed is not None
    assert {part.commodity: part.share for part in way.mixed.mix.parts} == pytest.approx(
        {"general": 5 / 6, "oil": 1 / 6}
    )
    assert (way.mixed.ground, way.mixed.mix.why.grade) == ("exporter", "D")
    assert "assumed" in way.mixed.mix.why.note


def test_b03_where_nothing_is_sold_no_mix_is_needed(world: Corridor) -> None:
    told = found(world, ON, values={ON: 0.0, ON[::-1]: 0.0})
    assert not told.any
    assert [way.mixed for way in told.ways] == [None, None]


def test_b04_a_mix_of_its_own_goes_before_that_of_all_and_both_before_the_package(world: Corridor) -> None:
    own, every = Mix((Part("oil", 1.0),)), Mix((Part("general", 1.0),))
    mixes = mixes_for(world, (THERE, BACK, ON), 2024, {THERE: own, ANY: every}, "")
    assert [mixes[dyad].mix for dyad in (THERE, BACK, ON)] == [own, every, every]
    assert mixes_for(world, (BACK,), 2024, {THERE: own}, "")[BACK].ground == "demand"


def test_b05_one_commodity_goes_in_boxes_as_all_demand_of_it_does(world: Corridor) -> None:
    assert of_one(world, 2024, "oil").parts == (Part("oil", 1.0, 0.0),)
    assert of_one(world, 2024, "general").parts == (Part("general", 1.0, 1.0),)


def test_b06_a_file_tells_mixes_by_pair_or_of_all(world: Corridor, tmp_path: Path) -> None:
    path = tmp_path / "mix.csv"
    path.write_text("\ufeffcommodity, share,exporter,importer,boxed,profile\ngeneral,0.4,chn,tur,,rail\n"
                    "oil,0.6,CHN,TUR,0.5,\n\ngeneral,1,,,,\n", encoding="utf-8")  # fmt: skip
    mixes = read_mixes(world, 2024, path)
    assert mixes[ON].parts == (Part("general", 0.4, 1.0, "rail"), Part("oil", 0.6, 0.5))
    assert mixes[ANY].parts == (Part("general", 1.0),)
    assert {mix.why.grade for mix in mixes.values()} == {"D"}


def test_b07_all_that_is_wrong_in_a_file_is_told_at_once(world: Corridor, tmp_path: Path) -> None:
    path = tmp_path / "mix.csv"
    path.write_text("commodity,share,exporter,importer\ngenral,0.5,,\noil,half,CHN,\noil,1.5,,\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_mixes(world, 2024, path)
    assert [one.address for one in refused.value.problems] == [
        "mix.csv, line 2, commodity", "mix.csv, line 3", "mix.csv, line 3, share", "mix.csv, line 4, share",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "no rows"), ("commodity\noil\n", "no column share"), ("commodity,shares\noil,1\n", "did you mean share"),
     ("commodity,share\noil,1,2\n", "3 cells"), ('commodity,share\n"oil,1\n', "CSV in UTF-8"),
     ("commodity,share,share\noil,1,1\n", "each of these once")],
)  # fmt: skip
def test_b08_what_is_no_mix_is_refused(world: Corridor, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mix.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_mixes(world, 2024, path)
    with pytest.raises(InputError, match="can be read"):
        read_mixes(world, 2024, tmp_path / "none.csv")


def test_b09_without_demand_of_the_year_the_mix_is_of_the_nearest_and_says_so(world: Corridor) -> None:
    told = found(world, year=2025)
    assert told.of == 2024
    assert "in 2024" in told.ways[1].rows[0].why.note


# --- c: demand


def test_c01_demand_is_made_where_the_package_has_none_and_nowhere_else(world: Corridor) -> None:
    told = bring(world, found(world, THERE, ON, values={ON: 50.0}, mixes={ON: HALF}, one_way=True))
    assert {row.id for row in told.rows} == {
        "A-D-general-trade-container-2024", "A-D-oil-trade-container-2024", "A-D-oil-trade-wagon-2024",
    }  # fmt: skip
    assert [(one.exporter, one.importer) for one in told.left] == [THERE]
    assert "grows by their trade" in told.left[0].reason
    assert (told.out, set(told.corridor.rows("demand")) - set(told.rows)) == ((), set(world.rows("demand")))


def test_c02_instead_takes_out_what_it_stands_for_so_that_nothing_counts_twice(world: Corridor) -> None:
    told = bring(world, found(world, values={THERE: 100.0}), instead=True)
    assert told.out == ("ab", "ac", "ba")
    assert told.left == ()
    tonnes, wares, of = tonnes_of(told.corridor, 2024), wares_of(world), dyads_of(told.corridor, 2024)
    worth = dict.fromkeys((THERE, BACK), 0.0)
    for row in told.corridor.rows("demand"):
        worth[of[row.id]] += tonnes[row.id] * (wares[row.commodity].usd_per_t or 0.0) / 1e6
    assert worth == pytest.approx({THERE: 100, BACK: 3})
    assert list(evidence_problems(told.corridor)) == []


def test_c03_instead_leaves_what_it_cannot_replace(world: Corridor) -> None:
    told = bring(world, found(world), {"AZE": "A"}, instead=True)
    assert (told.out, told.rows, told.corridor) == ((), (), world)
    assert {one.reason for one in told.left} == {"the package has demand between them: it grows by their trade"}


def test_c04_of_a_year_without_demand_none_is_made(world: Corridor) -> None:
    with pytest.raises(InputError, match="2025, of which the package has no demand"):
        bring(world, to_turkey(world, year=2025))


def test_c05_a_written_package_is_sound_and_holds_the_facts_of_what_was_made(world: Corridor, tmp_path: Path) -> None:
    told = bring(world, found(world), instead=True, empties="empty")
    write_demand(tmp_path / "made.zip", told, (BACK,))
    again, problems = check(tmp_path / "made.zip")
    assert problems == []
    assert again.rows("demand") == told.corridor.rows("demand")
    assert {"T1", "T4"} <= set(again.by_key("fact")) - set(world.by_key("fact"))
    assert "made of the trade of AZE-CHN" in again.description.title
    [empty] = [row for row in again.rows("demand") if row.commodity == "empty"]
    assert (empty.origin, empty.destination, empty.teu_year) == ("B", "A", pytest.approx(600))


def test_c06_a_written_table_takes_the_place_of_that_of_a_package(world: Corridor, tmp_path: Path) -> None:
    told = bring(world, to_turkey(world))
    world.save(tmp_path / "own")
    write_demand(tmp_path / "own" / "demand.csv", told, (ON,))
    assert set(load(tmp_path / "own").rows("demand")) == set(told.corridor.rows("demand"))


def test_c07_what_cannot_be_written_leaves_all_as_it_was(world: Corridor, tmp_path: Path) -> None:
    nothing = bring(world, found(world))
    with pytest.raises(InputError, match="nothing made"):
        write_demand(tmp_path / "none.csv", nothing, (BACK,))
    (tmp_path / "there").mkdir()
    with pytest.raises(InputError, match="does not exist yet"):
        write_demand(tmp_path / "there", bring(world, to_turkey(world)), (ON,))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]


# --- d: the command


def test_d01_the_command_tells_what_the_study_does(world: Corridor, folder: Path, karvan_says: Says) -> None:
    code, text = karvan_says("trade", "boxes", "aze-chn", "-p", folder, "--json")
    assert code == 0
    assert json.loads(text) == json.loads(json.dumps(boxes_document(load(folder), found(world))))
    code, text = karvan_says("trade", "boxes", "AZE-CHN", "-p", folder, "--months")
    assert code == 0
    assert "TEU by month" in text
    assert "AZE > CHN: 600 (600 to 667) TEU go back empty" in text


def test_d02_a_package_with_made_demand_is_assigned_and_simulated(
    folder: Path, tmp_path: Path, karvan_says: Says
) -> None:
    out = tmp_path / "made.zip"
    words = ("CHN-TUR", "--value", 50, "--commodity", "general", "--one-way")
    code, text = karvan_says("trade", "boxes", *words, "-p", folder, "--out", out)
    assert (code, "A-D-general-trade-container-2024, 1,000 TEU a year, D" in text) == (0, True)
    code, text = karvan_says("assign", "-p", out, "--json")
    assert code == 0
    before = json.loads(karvan_says("assign", "-p", folder, "--json")[1])
    teu = [sum(one["teu"] for one in said["families"]) for said in (before, json.loads(text))]
    assert teu[1] - teu[0] == pytest.approx(1000, rel=1e-6)
    brief = ("--days", 60, "--warmup-days", 10, "--replications", 1)
    code, text = karvan_says("simulate", "-p", out, *brief, "--json")
    assert code == 0
    [group] = [one for one in json.loads(text)["times"] if one["group"].startswith("A - D")]
    assert group["delivered"] == pytest.approx(1000 / 2 * 60 / 365, rel=0.3)  # boxes of two TEU


def test_d03_where_nothing_is_made_nothing_is_written(folder: Path, tmp_path: Path, karvan_says: Says) -> None:
    code, text = karvan_says("trade", "boxes", "AZE-CHN", "-p", folder, "--out", tmp_path / "none.csv")
    assert (code, (tmp_path / "none.csv").exists()) == (4, False)
    assert "not made: CHN > AZE | the package has demand between them" in text
    assert karvan_says("trade", "boxes", "CHN-TUR", "--one-way", "--value", 0, "-p", folder)[0] == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["AZE"], "give two countries"),
        (["AZE-CHN", "CHN-TUR", "--value", "3"], "of which pair"),
        (["AZE-CHN", "--value", "much"], "give million USD"),
        (["AZE-CHN", "--value", "1", "--value", "AZE-CHN=2"], "twice"),
        (["AZE-CHN", "--commodity", "oil", "--commodity", "general"], "given already"),
        (["AZE-CHN", "--commodity", "oli"], "did you mean oil"),
        (["AZE-CHN", "--gateway", "B"], "give AAA=PLACE"),
        (["AZE-CHN", "--gateway", "AZE=X", "--instead"], "gateway of AZE"),
        (["AZE-CHN", "--instead", "--empties", "emty"], "did you mean empty"),
    ],
)
def test_d04_mistakes_are_told(folder: Path, karvan_says: Says, words: list[str], said: str) -> None:
    code, text = karvan_says("trade", "boxes", *words, "-p", folder)
    assert code == 3
    assert said in text


def test_d05_a_fit_that_does_not_end_is_an_answer(
    folder: Path, karvan_says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boxed, "trade_base", lambda *_: NO_END)
    code, text = karvan_says("trade", "boxes", "CHN-TUR", "-p", folder, "--json")
    assert (code, json.loads(text)["converged"]) == (5, False)


# --- e: the service


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, world: Corridor) -> Iterator[TestClient]:
    path = tmp_path_factory.mktemp("service")
    world.save(path / "world.zip")
    app = create_app(Settings(path, workers=0, packages={"world": path / "world.zip"}))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def test_e01_the_service_says_what_the_command_does(client: TestClient, karvan_says: Says) -> None:
    address = "/api/corridors/middle-corridor/trade/boxes"
    answer = client.get(address, params={"one": "AZE", "other": "CHN", "year": 2024})
    assert answer.status_code == 200, answer.text
    BoxesPage.model_validate(answer.json())
    assert answer.json() == json.loads(karvan_says("trade", "boxes", "AZE-CHN", "--json")[1])
    again = client.get(
        address, params={"one": "AZE", "other": "CHN"}, headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


def test_e02_a_stand_in_is_asked_for_and_said(client: TestClient) -> None:
    asked = {"one": "AZE", "other": "CHN", "commodity": "oil"}
    page = BoxesPage.model_validate(client.get("/api/corridors/world/trade/boxes", params=asked).json())
    assert {way.mix.ground for way in page.ways if way.mix} == {"given"}
    assert {row.commodity for way in page.ways for row in way.rows} == {"oil"}


@pytest.mark.parametrize(
    ("query", "said"),
    [({"other": "AZE"}, "another country"), ({"other": "CHM"}, "CHN"), ({"commodity": "oli"}, "oil"),
     ({"fallback": "none"}, "exporter")],
)  # fmt: skip
def test_e03_what_is_wrong_is_told(client: TestClient, query: dict[str, str], said: str) -> None:
    answer = client.get("/api/corridors/world/trade/boxes", params={"one": "AZE", "other": "CHN"} | query)
    assert answer.status_code == 422
    assert said in answer.text


# --- f: the package that ships


def test_f01_the_trade_of_azerbaijan_and_china_is_about_what_was_counted(shipped: Corridor) -> None:
    document = boxes_document(shipped, found(shipped, BACK))
    back, there = document["ways"]
    assert (there["value"]["facts"], there["value"]["musd"]) == (["pf0194"], 3724.3)
    assert there["teu"] == pytest.approx(there["counted"]["teu"], rel=0.02)
    for way in (back, there):
        assert way["tonnes"] == pytest.approx(
            sum(row["value_musd"] * 1e6 / row["usd_per_t"]["value"] for row in way["rows"])
        )
        for row in way["rows"]:
            assert row["tonnes"] == pytest.approx(row["teu"] * row["t_per_teu"]["value"] + row["loose_t"])
            assert row["grade"] >= max(row["usd_per_t"]["grade"], row["t_per_teu"]["grade"], way["value"]["grade"])
    [empty] = document["empties"]
    assert (empty["origin"], empty["teu"]) == ("AZE", pytest.approx(there["teu"] - back["teu"]))


def test_f02_of_a_pair_that_was_not_published_the_value_is_foretold_and_graded_d(shipped: Corridor) -> None:
    told = found(shipped, ("AZE", "GEO"), fallback="exporter")
    assert {way.value.ground for way in told.ways} == {"foretold"}
    made = bring(shipped, told)
    assert {row.id[:16] for row in made.rows} == {"ABSHERON-TBILISI", "TBILISI-ABSHERON"}
    basis = [
        made.corridor.evidence.find_basis("demand", row.id, "t_year" if row.t_year else "teu_year") for row in made.rows
    ]
    assert {one.grade for one in basis if one} == {"D"}
    assert list(evidence_problems(made.corridor)) == []


@pytest.mark.thorough
def test_f03_it_is_written_checked_assigned_and_simulated(tmp_path: Path, karvan_says: Says) -> None:
    out = tmp_path / "made.zip"
    words = ("KAZ-UZB", "--value", 300, "--commodity", "grain", "--one-way")
    assert karvan_says("trade", "boxes", *words, "--out", out)[0] == 0
    assert karvan_says("check", out)[0] == 0
    code, text = karvan_says("assign", "-p", out, "--json")
    assert code == 0
    code, text = karvan_says("simulate", "-p", out, "--days", 3, "--warmup-days", 1, "--replications", 1, "--json")
    assert (code, "ALMATY - TASHKENT" in text) == (0, True)


def test_f04_a_pair_of_a_year_of_the_matrix_has_what_the_matrix_says(shipped: Corridor) -> None:
    told = found(shipped, BACK, year=2015)
    assert {way.dyad: way.value.musd.value for way in told.ways} == {BACK: 175.05, THERE: 439.872}
    assert replace(told.ask, year=2024).ways == told.ask.ways
