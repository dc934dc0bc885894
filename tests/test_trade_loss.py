"""What is lost if a partner, route, port, border, operator or strait goes: drawn corridors, and the package that ships.

a: what is hit, and where it goes; b: what stays, and who is crowded out; c: each kind of thing that goes; d: what must
hold of any loss; e: what is asked, kept and refused; f: the three cases of the package.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from tests.test_service_chains import random_corridor

import karvan
from karvan.corridor import Corridor
from karvan.evidence.run import RunFolder
from karvan.ground.errors import InputError
from karvan.scenario.scenario import scenario
from karvan.study.flows import Assign
from karvan.study.trade.loss import CASES, KINDS, Lose, Loss, closed, lose
from karvan.testing import draw

PICTURE = """
    place   A CN
    place   K KZ
    place   P KZ
    place   Q AZ
    place   R RU
    place   B AZ
    place   T TR
    K1      rail A 5h K 5h P       every 24h  100usd
    F1      sea  P 10h Q           every 24h  100usd
    K2      rail Q 5h B 10h T      every 24h  100usd
    N1      rail A 30h R 30h B     every 24h  900usd
    change  P rail sea 1h
    change  Q sea rail 1h
    set vehicle K1 capacity_teu=4000
    set vehicle F1 capacity_teu=4000
    set vehicle K2 capacity_teu=4000
    set vehicle N1 capacity_teu={north}
    set service F1 operator=ASCO,KMTF
    set link sea-P-Q waters=Caspian
    family  middle places=P
    family  northern places=R
    add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=0.5
    add demand id=mid origin=A destination=B commodity=general year=2024 teu_year=3000 families=middle
    add demand id=nor origin=A destination=B commodity=general year=2024 teu_year=1000 families=northern
    add demand id=kaz origin=K destination=B commodity=general year=2024 teu_year=400
    add demand id=tur origin=B destination=T commodity=general year=2024 teu_year=600
"""
KEPT = Assign(gap=1e-8, iterations=300, elsewhere=True)


def drawn(north: float = 4000, more: str = "") -> Corridor:
    found = draw(PICTURE.format(north=north).replace("set link sea-P-Q waters=Caspian", "") + more)
    links = tuple(row._replace(waters="Caspian") if row.mode == "sea" else row for row in found.rows("link"))
    facilities = tuple(row._replace(servers=999) for row in found.rows("facility"))  # so that nobody waits there
    return found.with_tables({"link": links, "facility": facilities})


def lost(what: str, corridor: Corridor | None = None, **wishes: Any) -> Loss:
    return lose(corridor or drawn(), ask=Lose(what, KEPT, **wishes))


# --- a: what is hit, and where it goes


def test_a01_a_port_goes_and_what_passed_it_takes_the_other_route() -> None:
    found = lost("place:P")
    home = found.country("AZ")
    assert home.trade.teu == 5000
    assert home.hit.teu == pytest.approx(3400)
    assert home.rerouted.teu == pytest.approx(3000)
    assert home.unserved.teu == pytest.approx(400)  # Kazakhstan has no other way
    assert home.hit.of(home.trade).tonnes == pytest.approx(0.68)
    [way] = [one for one in found.instead if one.country == "AZ"]
    assert (way.family, way.teu) == ("northern", pytest.approx(3000))


def test_a02_days_and_dollars_are_those_of_the_new_way_less_those_of_the_old() -> None:
    found = lost("place:P").country("AZ")
    # by the middle 25 h on the way, two changes of an hour, half an hour before each crane, three waits of 12 h;
    # by the north 60 h and one wait
    assert found.days_before == pytest.approx((25 + 2 + 36 + 1) / 24, rel=1e-3)
    assert found.days_after == pytest.approx((60 + 12) / 24, rel=1e-3)
    assert found.extra_days == pytest.approx((72 - 64) / 24, rel=1e-2)
    # 100 USD for each of the first two services, a third of the last for 5 of 15 hours
    assert found.usd_teu == pytest.approx((900 - 100 - 100 - 100 / 3) / 2, rel=1e-6)


def test_a03_a_country_counts_its_own_trade_and_what_is_carried_through_it() -> None:
    found = lost("place:P")
    assert found.country("KZ").hit.of(found.country("KZ").trade).teu == 1
    assert found.country("KZ").transit_before_t == pytest.approx(30_000)
    assert found.country("KZ").transit_after_t == 0
    russia_before, russia_after = 10_000, 40_000
    assert "RU" not in {one.country for one in found.countries}  # it has no trade of its own here
    carried = {(one.kind, one.name): (one.before_t, one.after_t) for one in found.taken_up}
    assert carried["family", "northern"] == pytest.approx((russia_before, russia_after))
    assert carried["port", "P"] == pytest.approx((34_000, 0))
    assert carried["border", "A - R"] == pytest.approx((russia_before, russia_after))


def test_a04_what_passes_nothing_that_is_gone_is_not_hit() -> None:
    found = lost("place:P").country("TR")
    assert found.trade.teu == 600
    assert found.hit.tonnes == found.unserved.tonnes == found.crowded.tonnes == 0
    assert found.extra_days is None
    assert found.usd_teu is None


def test_a05_value_counts_beside_weight() -> None:
    found = lost("place:P").country("AZ")
    assert found.hit.usd == pytest.approx(34_000 * 2400)


# --- b: what stays, and who is crowded out


def test_b01_goods_that_find_no_room_stay_and_the_reason_is_told() -> None:
    found = lost("place:P", drawn(north=4))  # 365 trains of 4 TEU: 1460 a year
    home = found.country("AZ")
    assert home.unserved.teu + home.crowded.teu == pytest.approx(4000 + 400 - 1460, rel=1e-3)
    assert home.hit.teu == pytest.approx(home.rerouted.teu + home.unserved.teu)
    assert any("queue" in reason for reason in found.reasons)
    assert found.reasons["no other way"] == pytest.approx(4000)


def test_b02_those_whose_room_is_taken_are_not_those_who_are_hit() -> None:
    more = "add demand id=rus origin=A destination=R commodity=general year=2024 teu_year=1000 families=northern\n"
    found = lost("place:P", drawn(north=6, more=more))
    there = found.country("RU")
    assert there.hit.tonnes == 0
    assert there.crowded.tonnes > 0
    assert there.unserved.tonnes == 0


def test_b03_others_wait_longer_where_the_rerouted_come() -> None:
    more = "add demand id=rus origin=A destination=R commodity=general year=2024 teu_year=1000 families=northern\n"
    found = lost("place:P", drawn(north=14, more=more)).country("RU")
    assert found.delayed.tonnes == pytest.approx(10_000, rel=0.01)
    assert found.delay_days is not None
    assert found.delay_days > 0.1


# --- c: each kind of thing that goes


@pytest.mark.parametrize(
    ("what", "hit"),
    [
        ("place:P", 3400), ("place:Q", 3400), ("waters:Caspian", 3400), ("operator:ASCO", 3400),
        ("operator:KMTF", 3400), ("service:F1", 3400), ("service:N1", 1000), ("family:middle", 3400),
        ("family:northern", 1000), ("family:northern/CN", 0), ("territory:RU", 1000), ("place:R", 1000),
        ("territory:KZ", 3000), ("partner:CN", 4000), ("partner:KZ", 400), ("partner:TR", 600),
        ("place:P+place:R", 4400), ("territory:RU+service:K2", 5000),
    ],
)  # fmt: skip
def test_c01_what_goes_is_what_is_hit(what: str, hit: float) -> None:
    found = lost(what)
    assert found.whole.hit.teu == pytest.approx(hit)
    assert found.whole.hit.teu == pytest.approx(found.whole.rerouted.teu + found.whole.unserved.teu)
    assert found.settled


def test_c02_every_kind_is_tried_above() -> None:
    tried = {
        one for one in KINDS if any(f"{one}:" in str(mark) for mark in test_c01_what_goes_is_what_is_hit.pytestmark)
    }
    assert tried == set(KINDS)


def test_c03_trade_with_a_partner_that_goes_is_lost_whole() -> None:
    found = lost("partner:CN")
    assert found.country("CN").unserved == found.country("CN").trade
    assert found.country("AZ").unserved.of(found.country("AZ").trade).teu == pytest.approx(0.8)
    assert found.reasons == pytest.approx({"the partner is gone": 40_000})
    assert not found.instead


def test_c04_what_others_take_over_is_said_by_a_model_of_trade() -> None:
    found = lose(drawn(), ask=Lose("partner:CN", KEPT), instead={"kaz": 3.0, "tur": 1.5})
    assert found.country("AZ").gained.teu == pytest.approx(800 + 300)
    assert found.country("KZ").gained.teu == pytest.approx(800)
    assert found.country("AZ").unserved.teu == pytest.approx(4000)


def test_c05_all_trade_may_be_with_the_partner() -> None:
    found = lost("partner:AZ")
    assert found.whole.unserved.teu == pytest.approx(5000)
    assert found.whole.rerouted.teu == 0


def test_c06_its_own_goods_still_pass_a_territory() -> None:
    more = "add demand id=rus origin=R destination=B commodity=general year=2024 teu_year=70\n"
    found = lost("territory:RU", drawn(more=more))
    assert found.country("RU").hit.teu == 0
    assert found.whole.hit.teu == pytest.approx(1000)


# --- d: what must hold of any loss


@pytest.mark.parametrize("seed", range(12))
def test_d01_parts_add_up_and_nothing_passes_what_is_gone(seed: int) -> None:
    corridor = random_corridor(seed, teu=3000.0)
    place = sorted(row.place for row in corridor.rows("stop"))[seed % len(corridor.rows("stop"))]
    found = lose(corridor, ask=Lose(f"place:{place}", Assign(gap=1e-6, iterations=300, elsewhere=True)))
    for one in (found.whole, *found.countries):
        for n in range(3):
            hit, rerouted, unserved = (getattr(one, name)[n] for name in ("hit", "rerouted", "unserved"))
            assert hit == pytest.approx(rerouted + unserved, rel=1e-6, abs=1e-6)
            assert hit <= one.trade[n] * (1 + 1e-9)
    for row, (_, units) in zip(found.after.chains(), found.after.flows, strict=True):
        assert units == 0 or place not in (row["origin"], row["destination"], *row["by"].split(" - "))
    assert sum(one.tonnes for one in found.instead if not one.country) == pytest.approx(
        found.whole.rerouted.tonnes, abs=10
    )
    before, after = (flows.totals()["unserved_tonnes"] for flows in (found.before, found.after))
    net = found.whole.unserved.tonnes + found.whole.crowded.tonnes - found.whole.gained.tonnes
    assert after - before == pytest.approx(net, rel=1e-6, abs=1e-3)


def test_d02_losing_what_nobody_uses_changes_nothing() -> None:
    more = "SPARE  road A 90h B  every 24h  90000usd\nset vehicle SPARE capacity_teu=4000\n"
    found = lost("service:SPARE", drawn(more=more))
    assert found.whole.hit.tonnes == found.whole.unserved.tonnes == found.whole.crowded.tonnes == 0
    assert not found.taken_up
    assert not found.instead


def test_d03_the_same_is_told_twice() -> None:
    one, other = (lost("place:P", drawn(north=6)) for _ in range(2))
    assert one.tables() == other.tables()


def test_d04_more_that_goes_never_serves_more() -> None:
    less, more = lost("place:P"), lost("place:P+family:northern")
    assert more.whole.unserved.tonnes >= less.whole.unserved.tonnes
    assert more.whole.unserved.teu == pytest.approx(4400)


# --- e: what is asked, kept and refused


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("", "give a case"), ("norther", "did you mean northern"), ("port:P", "KIND:NAME"), ("place:", "KIND:NAME"),
        ("place:PP", "did you mean P"), ("place:P/RU", "KIND:NAME"), ("operator:ASCOT", "did you mean ASCO"),
        ("waters:Kaspian", "did you mean Caspian"), ("family:northern/XX", "no such country"),
        ("partner:XX", "no such partner"),
    ],
)  # fmt: skip
def test_e01_what_cannot_be_lost_is_refused_with_the_nearest(what: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        lost(what)


def test_e02_factors_on_what_there_is_not_are_refused_all_at_once() -> None:
    with pytest.raises(InputError) as bad:
        lose(drawn(), ask=Lose("partner:CN", KEPT), instead={"none": 1.0, "kaz": -1.0})
    assert len(bad.value.problems) == 2
    with pytest.raises(InputError, match="UZ"):
        lost("place:P").country("UZ")


def test_e03_a_loss_may_be_kept_as_a_run(tmp_path: Any) -> None:
    found = lose(drawn(), ask=Lose("place:P", KEPT), out=tmp_path / "loss")
    run = RunFolder.open(tmp_path / "loss")
    assert run.record["inputs"]["command"] == "loss"
    assert run.record["results"]["gone"] == ["place:P"]
    frame = run.read("countries").to_pandas()
    assert frame.set_index("country").loc["AZ", "hit_teu"] == pytest.approx(3400)
    assert np.isnan(frame.set_index("country").loc["TR", "extra_days"])
    assert set(found.tables()) == {"countries", "instead", "taken_up", "reasons", "loaded"}


# --- f: the three cases of the package


@cache
def shipped() -> Corridor:
    return karvan.load()


def test_f01_the_cases_close_what_the_scenarios_of_the_package_close() -> None:
    package = shipped()
    for case, name in (("northern", "northern-closed"), ("suez", "red-sea-closed")):
        told = {row.id: row.open_to for row in scenario(package, name).on(package).rows("family") if row.closed}
        if case == "northern":
            ours = closed(package, Lose(case).gone())
            assert {row.id: tuple(sorted(row.open_to)) for row in ours.rows("family") if row.closed} == {
                name: tuple(sorted(to)) for name, to in told.items()
            }
        else:
            assert told == {"ocean-suez": ()}
    gone = {row.id for row in package.rows("service")} - {
        row.id for row in closed(package, Lose("caspian").gone()).rows("service")
    }
    caspian = {
        stop.service for stop in package.rows("stop")
        if stop.place in ("AKTAU", "KURYK", "TURKMENBASHI", "DUBENDI", "AMIRABAD")
        and package.row("service", stop.service).mode == "sea"
    }  # fmt: skip
    assert gone == caspian


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES)
def test_f02_each_case_of_the_package(case: str) -> None:
    found = lose(shipped(), case)
    assert found.settled
    share = {one.country: one.hit.of(one.trade).tonnes for one in found.countries}
    whole = found.whole
    assert whole.hit.tonnes == pytest.approx(whole.rerouted.tonnes + whole.unserved.tonnes, rel=1e-6)
    by = [one.family for one in found.instead if not one.country]
    if case == "northern":
        # 541,544 TEU leave the northern route: docs/scenarios/northern-closed.md
        assert whole.hit.teu == pytest.approx(541_544, rel=1e-3)
        assert by[0] == "southern"
        assert share["RU"] == share["BY"] == 0
        assert share["UZ"] > share["AZ"] > 0
    elif case == "caspian":
        assert share["TM"] > share["AZ"] > share["KZ"] > 0.2
        home = found.country("AZ")
        assert home.unserved.tonnes > 0.8 * home.hit.tonnes  # oil and wagons that have only the ferries
        assert home.transit_after_t < home.transit_before_t
    else:
        assert by == ["ocean-cape"]
        assert whole.unserved.tonnes == pytest.approx(0, abs=1)
        assert share["CN"] > 0.7 > share["AZ"]
        assert whole.extra_days == pytest.approx(12, abs=2)
