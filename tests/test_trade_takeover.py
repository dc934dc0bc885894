"""Trade with a partner that ends, and what others take over of it: the demand, the network, the doors.

a: what the equilibrium makes of demand; b: on the network; c: queues that grow, and what is loaded; d: ends of goods
that move; e: what is asked and refused; f: the package that ships, and the tables of the page.
"""

from __future__ import annotations

import json
import re
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from tests.test_trade_loss import KEPT, drawn

import karvan
from karvan.cli.main import karvan as command
from karvan.corridor import Corridor
from karvan.corridor.row import new_row
from karvan.evidence.run import RunFolder
from karvan.ground.errors import InputError
from karvan.report.trade import loss_document, loss_tables, lost_document
from karvan.study.trade.figures import MATRIX
from karvan.study.trade.loss import Lose, Loss, TakeOver, lose
from karvan.study.trade.takeover import take_over
from karvan.trade.elasticity import PER_CENT, TIMES, Elasticity

PAGE = Path(__file__).parent.parent / "docs" / "trade.md"


# --- a: what it makes of demand

COUNTRIES = {"CN": "CHN", "KZ": "KAZ", "AZ": "AZE", "TR": "TUR", "RU": "RUS"}
SOLD: dict[str, tuple[int, ...]] = {
    "AZE": (0, 40, 30, 60, 20), "CHN": (50, 0, 90, 80, 70), "KAZ": (20, 120, 0, 10, 60), "RUS": (30, 90, 70, 0, 50),
    "TUR": (40, 30, 10, 40, 0),
}  # fmt: skip
"""Million USD from each of these to each, invented."""


def trading(north: float = 4000, more: str = "") -> Corridor:
    """The drawn corridor with figures of trade of 2024 among its five countries, and one more row of demand."""
    more += "add demand id=kaztur origin=K destination=T commodity=general year=2024 teu_year=300\n"
    found, codes = drawn(north=north, more=more), sorted(SOLD)
    trade = [
        new_row("trade", id=f"TF-2024-{one}-{other}-export", reporter=one, partner=other, flow="export", year=2024,
                value_musd=float(SOLD[one][n]), source=MATRIX, confidence="A")
        for one in codes for n, other in enumerate(codes) if one != other
    ]  # fmt: skip
    between = {"dist_km": 1000.0, "contiguous": False, "common_language": False, "common_spoken": False}
    dyads = [
        new_row("dyad", one=one, other=other, common_colonizer=False, **between)
        for n, one in enumerate(codes) for other in codes[n + 1 :]
    ]  # fmt: skip
    cost = new_row("elasticity", id="cost", name="Cost", value=-5.0, low=-7.0, high=-3.0, unit=PER_CENT)
    return found.with_tables(
        {
            "country": tuple(new_row("country", id=COUNTRIES[code], code=code, name=code) for code in COUNTRIES),
            "gdp": tuple(new_row("gdp", country=code, year=2024, gdp_musd=2000.0) for code in codes),
            "trade": tuple(trade),
            "dyad": tuple(dyads),
            "elasticity": (cost,),
        }
    )


ASK = TakeOver(draws=20)


def ended(what: str = "partner:CN", corridor: Corridor | None = None, **wishes: Any) -> Loss:
    return lose(corridor or trading(), ask=Lose(what, KEPT, take_over=ASK, **wishes))


def test_a01_rows_of_demand_grow_by_the_goods_of_their_pair() -> None:
    found = take_over(trading(), ["CN"], ASK, 2024)
    assert found.partners == ("CHN",)
    at = {code: ix for ix, code in enumerate(found.base.countries)}
    assert found.factors == {
        "kaz": found.goods.central[at["KAZ"], at["AZE"]],
        "kaztur": found.goods.central[at["KAZ"], at["TUR"]],
        "tur": found.goods.central[at["AZE"], at["TUR"]],
    }
    assert all(factor > 1 for factor in found.factors.values())
    assert not found.left
    assert found.lost == 0


def test_a02_a_country_is_told_what_it_loses_and_what_others_take_over() -> None:
    found = take_over(trading(), ["CN"], ASK, 2024)
    rows = {row["country"]: row for row in found.rows()}
    assert list(rows) == sorted(rows, key=lambda code: -rows[code]["lost_musd"])
    assert rows["CN"]["partner"]
    assert rows["CN"]["taken_musd"] == rows["CN"]["taken_musd_low"] == rows["CN"]["taken_musd_high"] == 0
    assert rows["CN"]["lost_musd"] == sum(SOLD["CHN"]) + sum(sold[1] for sold in SOLD.values())
    assert (rows["AZ"]["lost_exports_musd"], rows["AZ"]["lost_imports_musd"]) == (40, 50)
    for row in rows.values():
        assert row["welfare_pct_low"] <= row["welfare_pct"] <= row["welfare_pct_high"] < 0
        assert row["taken_musd_low"] <= row["taken_musd"] <= row["taken_musd_high"]
        assert row["taken_musd"] == pytest.approx(row["taken_exports_musd"] + row["taken_imports_musd"])
    kaz, tur = (found.factors[name] for name in ("kaz", "kaztur"))
    assert rows["KZ"]["asked_t"] == pytest.approx(4000 * (kaz - 1) + 3000 * (tur - 1))
    assert rows["KZ"]["asked_t_low"] < rows["KZ"]["asked_t"] < rows["KZ"]["asked_t_high"]
    assert rows["RU"]["asked_t"] is None  # it has no demand here


def test_a03_what_one_sells_another_buys() -> None:
    rows = take_over(trading(), ["CN"], ASK, 2024).rows()
    assert sum(row["taken_exports_musd"] for row in rows) == pytest.approx(
        sum(row["taken_imports_musd"] for row in rows)
    )
    assert sum(row["lost_exports_musd"] for row in rows) == pytest.approx(sum(row["lost_imports_musd"] for row in rows))


def test_a04_a_pair_without_trade_keeps_its_demand_and_is_told() -> None:
    corridor = trading()
    none = corridor.with_tables(
        {"trade": tuple(row for row in corridor.rows("trade") if row.id != "TF-2024-KAZ-TUR-export")}
    )
    found = take_over(none, ["CN"], ASK, 2024)
    assert "kaztur" not in found.factors
    [left] = found.left
    assert left == ("KAZ", "TUR", "no trade between them is known")
    unknown = corridor.with_tables({"country": tuple(row for row in corridor.rows("country") if row.id != "TUR")})
    assert [one.reason for one in take_over(unknown, ["CN"], ASK, 2024).left] == ["no trade of TR is known"] * 2


def test_a05_the_same_is_told_twice_and_an_elasticity_without_range_has_no_interval() -> None:
    one, other = (take_over(trading(), ["CN", "RU"], ASK, 2024) for _ in range(2))
    assert one.rows() == other.rows()
    assert one.pairs() == other.pairs()
    exact = TakeOver(draws=5, elasticity=Elasticity("mine", -5.0, -5.0, -5.0, PER_CENT))
    for row in take_over(trading(), ["CN", "RU"], exact, 2024).rows():
        assert row["welfare_pct_low"] == pytest.approx(row["welfare_pct_high"])


# --- b: on the network


def test_b01_what_is_taken_over_is_carried_where_there_is_room() -> None:
    found = ended()
    assert found.settled
    assert found.taken_over is not None
    asked = {row["country"]: row["asked_t"] for row in found.taken_over.rows()}
    for code in ("AZ", "KZ", "TR"):
        of = found.country(code)
        assert of.taken.tonnes == pytest.approx(asked[code], rel=1e-6)
        assert of.untaken.tonnes == pytest.approx(0, abs=1e-6)
        assert of.gained.tonnes == pytest.approx(of.taken.tonnes, rel=1e-6)
    assert found.country("AZ").unserved.teu == pytest.approx(4000)
    assert found.country("CN").taken.tonnes == 0


def test_b02_what_finds_no_room_is_told_apart() -> None:
    tight = trading()
    tight = tight.with_tables(
        {"vehicle": tuple(row._replace(capacity_teu=1.9) if row.id == "F1" else row for row in tight.rows("vehicle"))}
    )
    before = lose(tight, ask=Lose("partner:CN", KEPT)).country("KZ")
    found = ended(corridor=tight)
    of = found.country("KZ")
    assert found.taken_over is not None
    asked = next(row["asked_t"] for row in found.taken_over.rows() if row["country"] == "KZ")
    assert of.untaken.tonnes > 10
    assert of.taken.tonnes + of.untaken.tonnes == pytest.approx(asked, rel=1e-6)
    assert of.crowded.tonnes == pytest.approx(before.crowded.tonnes, abs=1e-3)


def test_b03_a_partner_goes_and_a_port_with_it() -> None:
    found = ended("partner:CN+place:P")
    home = found.country("KZ")
    assert home.hit.tonnes == pytest.approx(home.rerouted.tonnes + home.unserved.tonnes)
    assert home.taken.tonnes == pytest.approx(0, abs=1e-6)  # nothing of it has a way
    assert home.untaken.tonnes > 0
    assert found.country("AZ").taken.tonnes > 0  # its trade with Türkiye does not pass there


def test_b04_partners_are_joined_and_lose_each_other_too() -> None:
    found = ended("partner:CN+partner:KZ")
    assert found.taken_over is not None
    assert found.taken_over.partners == ("CHN", "KAZ")
    assert set(found.taken_over.factors) == {"tur"}
    rows = {row["country"]: row for row in found.taken_over.rows()}
    assert rows["CN"]["lost_exports_musd"] == sum(SOLD["CHN"])
    assert rows["AZ"]["lost_exports_musd"] == 40 + 30


def test_b05_without_asking_nobody_takes_anything_over() -> None:
    found = lose(trading(), ask=Lose("partner:CN", KEPT))
    assert found.taken_over is None
    assert found.whole.taken.tonnes == found.whole.untaken.tonnes == 0
    assert "trade" not in loss_document(found)


# --- c: queues that grow, and what is loaded


def test_c01_days_in_queues_that_grow_are_told_apart() -> None:
    small, wide = (lose(drawn(north=room), ask=Lose("place:P", KEPT)) for room in (9, 4000))
    tight, easy = (found.country("AZ") for found in (small, wide))
    assert easy.queue_days_after == 0
    assert tight.queue_days_after is not None
    assert tight.days_after is not None
    assert easy.days_after is not None
    assert tight.queue_days_after > 1
    # what is left is the way itself, without the half day that is waited for a train of every day where there is room
    assert tight.days_after - tight.queue_days_after == pytest.approx(60 / 24)
    assert easy.days_after == pytest.approx(60 / 24 + 0.5)
    assert tight.queue_days_before == 0
    grow = [one for one in small.loaded if one.grows]
    assert [one.resource for one in grow] == ["N1 at 0", "N1 at 1"]  # full from its first stop to its last
    assert all(one.used_after > 1 > one.used_before for one in grow)
    assert not [one for one in wide.loaded if one.grows]


def test_c02_the_wait_in_a_queue_that_grows_is_that_of_a_year_of_excess() -> None:
    """A fluid queue over a year: half of what comes beyond the room, in years."""
    grows = lose(drawn(north=9), ask=Lose("place:P", KEPT)).loaded[0]
    assert grows.wait_days_after == pytest.approx(365 / 2 * (grows.used_after - 1), abs=1.5)


def test_c03_others_who_wait_in_it_are_told_too() -> None:
    more = "add demand id=rus origin=A destination=R commodity=general year=2024 teu_year=1000 families=northern\n"
    found = lose(drawn(north=14, more=more), ask=Lose("place:P", KEPT)).country("RU")
    assert found.delay_days is not None
    assert found.delay_queue_days is not None
    assert 0 <= found.delay_queue_days <= found.delay_days + 1e-9


def test_c04_flows_tell_hours_in_queues_and_what_is_overloaded() -> None:
    flows = lose(drawn(north=9), ask=Lose("place:P", KEPT)).after
    over = np.flatnonzero(flows.overloaded)
    assert len(over)
    assert (flows.load[over] > flows.problem.capacity[over]).all()
    assert (flows.queue_hours <= flows.hours + 1e-9).all()
    through = flows.through < 1 - 1e-6
    assert (flows.queue_hours[through] > 0).all()
    assert (flows.queue_hours[~through] == 0).all()


# --- d: ends of goods that move


def test_d01_goods_that_end_at_a_place_that_goes_are_told_so_or_end_elsewhere() -> None:
    more = "add demand id=end origin=A destination=Q commodity=general year=2024 teu_year=50\n"
    stay = lose(drawn(more=more), ask=Lose("place:Q", KEPT))
    assert stay.reasons["they begin or end at a place that is gone"] == pytest.approx(500)
    gone = lose(drawn(more=more), ask=Lose("place:Q", KEPT, moved=("Q=B",)))
    assert "they begin or end at a place that is gone" not in gone.reasons
    assert gone.whole.rerouted.teu == pytest.approx(stay.whole.rerouted.teu + 50)
    assert gone.whole.unserved.teu == pytest.approx(stay.whole.unserved.teu - 50)
    assert gone.whole.trade == stay.whole.trade


@pytest.mark.parametrize(
    ("moved", "told"),
    [
        (("P=B",), "give a place that goes: Q"), (("Q=BB",), "did you mean B"), (("Q",), "PLACE=OTHER"),
        (("Q=B", "Q=A"), "each place once"), (("Q=Q",), "PLACE=OTHER"),
    ],
)  # fmt: skip
def test_d02_what_cannot_move_is_refused(moved: tuple[str, ...], told: str) -> None:
    with pytest.raises(InputError, match=told):
        lose(drawn(), ask=Lose("place:Q", KEPT, moved=moved))
    with pytest.raises(InputError, match="it goes too"):
        lose(drawn(), ask=Lose("place:Q+place:P", KEPT, moved=("Q=P",)))


# --- e: what is asked and refused, kept and told


def test_e01_nobody_takes_over_where_no_partner_goes() -> None:
    with pytest.raises(InputError, match="name a partner"):
        ended("place:P")
    with pytest.raises(InputError, match="give none with take_over"):
        lose(trading(), ask=Lose("partner:CN", KEPT, take_over=ASK), instead={"kaz": 2.0})


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (TakeOver(draws=1), "2 to 100,000"),
        (TakeOver(elasticity=Elasticity("up", -1.0, -2.0, 0.5, PER_CENT)), "below 0"),
        (TakeOver(elasticity=Elasticity("other", 2.0, 1.5, 2.5, TIMES)), "give one in"),
    ],
)
def test_e02_an_equilibrium_that_cannot_be_asked_for(ask: TakeOver, told: str) -> None:
    with pytest.raises(InputError, match=told):
        take_over(trading(), ["CN"], ask, 2024)


def test_e03_partners_whose_trade_is_not_known_or_all() -> None:
    with pytest.raises(InputError, match="no trade of it is known"):
        take_over(trading(), ["XX"], ASK, 2024)
    with pytest.raises(InputError, match="leave one"):
        take_over(trading(), list(COUNTRIES), ASK, 2024)
    with pytest.raises(InputError, match="matrix"):
        take_over(drawn(), ["CN"], ASK, 2024)


def test_e04_kept_as_a_run_it_tells_the_same(tmp_path: Path) -> None:
    found = lose(trading(), ask=Lose("partner:CN", KEPT, take_over=ASK), out=tmp_path / "loss")
    run = RunFolder.open(tmp_path / "loss")
    tables = {name: run.read(name).to_pylist() for name, number, _ in run.files() if number is None}
    kept, told = lost_document(run.record, tables), loss_document(found)
    assert kept == {name: value for name, value in told.items() if name != "run"}
    assert json.loads(json.dumps(told)) == told
    assert [row["country"] for row in loss_document(found, ("AZ",))["trade"]] == ["AZ"]


def test_e05_a_terminal_is_told_who_takes_over_and_which_queues_grow() -> None:
    from rich.console import Console

    console = Console(width=220, record=True, file=StringIO())
    for part in (*loss_tables(ended()), *loss_tables(lose(drawn(north=9), ask=Lose("place:P", KEPT)))):
        console.print(part)
    told = console.export_text()
    assert "What others take over" in told
    assert "longer the longer it lasts" in told
    assert "N1 at 0 *" in told


def test_e06_the_command_refuses_what_the_study_refuses() -> None:
    told = CliRunner().invoke(command, ["trade", "loss", "place:POTI", "--take-over"], standalone_mode=False)
    assert isinstance(told.exception, InputError)
    assert "name a partner" in str(told.exception)


# --- f: the package that ships, and the tables of the page


@cache
def shipped(what: str, *moved: str, partner: bool = False) -> Loss:
    return lose(karvan.load(), scenario="base-2024",
                ask=Lose(what, moved=moved, take_over=TakeOver() if partner else None))  # fmt: skip


NAMES = {
    "all": "", "Kazakhstan": "KZ", "Uzbekistan": "UZ", "Azerbaijan": "AZ", "Turkmenistan": "TM", "Georgia": "GE",
    "China": "CN", "Russia": "RU", "Türkiye": "TR", "Germany": "DE",
}  # fmt: skip


def table_of(page: str, heading: str) -> list[list[str]]:
    """Cells of the rows of the table on the page whose heading begins so."""
    lines = page.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(heading))
    rows = []
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def numbers(cell: str) -> list[float]:
    return [float(word.replace(",", "")) for word in re.findall(r"[-+]?\d[\d,]*\.?\d*", cell)]


def test_f00_the_page_has_the_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = table_of(page, "| Without | Country | Hit |")
    cases = {found[0] for row in rows if (found := re.findall(r"`([^`]+)`", row[0]))}
    assert cases == {"northern", "caspian", "suez"}
    assert {row[1] for row in rows} | {row[0] for row in table_of(page, "| Without China |")} <= set(NAMES)
    assert numbers("+1,234 (-5.6 to +7)") == [1234, -5.6, 7]


@pytest.mark.thorough
def test_f01_the_table_of_losses_is_what_comes_out() -> None:
    case, wrong = "", []
    for first, name, *cells in table_of(PAGE.read_text(encoding="utf-8"), "| Without | Country | Hit |"):
        case = (re.findall(r"`([^`]+)`", first) or [case])[0]
        found = shipped(case)
        one = found.country(NAMES[name]) if NAMES[name] else found.whole
        shares = [
            f"{part.of(one.trade).tonnes:.1%}".replace("%", " %") for part in (one.hit, one.rerouted, one.unserved)
        ]
        days = "" if one.days_before is None else f"{one.days_before:.1f} to {one.days_after:.1f}"
        queues = "" if one.queue_days_after is None else f"{one.queue_days_after:.1f}"
        usd = "" if one.usd_teu is None else f"{one.usd_teu:,.0f}".replace("-0", "0")
        if cells != [*shares, days, queues, usd]:
            wrong.append((case, name, cells, [*shares, days, queues, usd]))
    assert not wrong


@pytest.mark.thorough
def test_f02_the_table_of_what_others_take_over_is_what_comes_out() -> None:
    found = shipped("partner:CN", partner=True)
    assert found.settled
    assert found.taken_over is not None
    rows = {row["country"]: row for row in found.taken_over.rows()}
    wrong = []
    for name, *cells in table_of(PAGE.read_text(encoding="utf-8"), "| Without China |"):
        told = told_of(found, rows[NAMES[name]])
        if told != cells:
            wrong.append((name, cells, told))
    assert not wrong


def told_of(found: Loss, row: dict[str, Any]) -> list[str]:
    """The cells of a country on the page."""
    spans = [
        f"{row[key]:+,.{digits}f} ({row[key + '_low']:+,.{digits}f} to {row[key + '_high']:+,.{digits}f})"
        for key, digits in (("taken_musd", 0), ("welfare_pct", 2), ("asked_t", 0))
    ]
    lost = f"{row['lost_exports_musd']:,.0f}, {row['lost_imports_musd']:,.0f}"
    return [lost, *spans, f"{found.country(row['country']).taken.tonnes:+,.0f}"]


@pytest.mark.thorough
def test_f03_all_that_georgia_loses_with_poti_ends_there() -> None:
    stay, moved = shipped("place:POTI"), shipped("place:POTI", "POTI=BATUMI")
    home = stay.country("GE")
    assert home.unserved.tonnes == pytest.approx(home.hit.tonnes)
    assert list(stay.reasons) == ["they begin or end at a place that is gone"]
    assert stay.reasons["they begin or end at a place that is gone"] == pytest.approx(home.hit.tonnes, rel=1e-6)
    assert moved.country("GE").unserved.of(home.trade).tonnes < 0.01
