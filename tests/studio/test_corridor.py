"""The view Corridor and the panel of evidence, by clicking: what they show is what the service answers."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.studio.conftest import ROOT

if TYPE_CHECKING:
    from tests.studio.conftest import Seen, Service

Look = Callable[..., "Seen"]
SCENARIO = "base-2025"
"""Of which there are runs."""
CORRIDOR = "/api/corridors/middle-corridor"
LINES = ["rails", "roads", "sea", "air"]
BERTH = "facility/ALAT-berth"
DRAWN = """layers => {
  const map = window.__karvan?.map;
  if (!map?.loaded() || layers.some(layer => !map.getLayer(layer))) return null;
  const found = map.queryRenderedFeatures({layers}).map(({properties}) => properties);
  return found.length ? found : null;
}"""
"""What the map draws in some of its layers, once it has drawn it."""


def asked(service: Service, path: str, **query: Any) -> Any:
    """What the service answers."""
    answer = httpx.get(f"{service.address}{path}", params=query, timeout=120)
    assert answer.status_code == 200, answer.text
    return answer.json()


def made(service: Service, kind: str, **body: Any) -> str:
    """A run of that kind, made as the page makes one."""
    answer = httpx.post(f"{service.address}/api/{kind}", json={"scenario": SCENARIO, **body}, timeout=60)
    assert answer.status_code == 202, answer.text
    job, until = answer.json(), time.monotonic() + 300
    while job["status"] in {"queued", "running"} and time.monotonic() < until:
        time.sleep(0.5)
        job = asked(service, f"/api/jobs/{job['id']}")
    assert job["status"] == "done", job
    return str(job["run"])


@pytest.fixture(scope="module")
def flows(service: Service) -> str:
    """A run that tells what flows."""
    return made(service, "assign", method="so")


@pytest.fixture(scope="module")
def queues(service: Service) -> str:
    """A run that tells what waits."""
    return made(service, "simulate", days=20, replications=2)


def opened(look: Look, path: str = f"/corridor?scenario={SCENARIO}", **size: Any) -> Seen:
    """The view, with its map drawn."""
    seen = look(**size)
    seen.go(path)
    seen.page.wait_for_function(DRAWN, arg=LINES, timeout=120_000)
    return seen


def drawn(seen: Seen, *layers: str) -> dict[str, dict[str, Any]]:
    """What the map draws in these layers, by id."""
    found = seen.page.wait_for_function(DRAWN, arg=list(layers), timeout=120_000).json_value()
    return {one["key"]: one for one in found}


def query(page: Any) -> dict[str, str]:
    """What stands in the query string."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def panel(page: Any, key: str) -> Any:
    """The panel of a thing, with its numbers."""
    found = page.locator(f'[data-thing="{key}"][data-loaded=true]')
    found.wait_for(timeout=60_000)
    return found


def press(page: Any, lon: float, lat: float) -> None:
    """Press the map at a point of the earth."""
    at = page.evaluate("at => { const p = window.__karvan.map.project(at); return [p.x, p.y]; }", [lon, lat])
    box = page.locator(".maplibregl-canvas").bounding_box()
    page.mouse.click(box["x"] + at[0], box["y"] + at[1])


def place(service: Service, name: str) -> dict[str, Any]:
    return dict(asked(service, f"{CORRIDOR}/places/{name}"))


@pytest.mark.everyday
def test_a01_the_map_and_the_tables_show_the_corridor(look: Look, service: Service) -> None:
    seen = opened(look, f"/corridor?scenario={SCENARIO}&flows=none&queues=none")
    told = asked(service, f"{CORRIDOR}/map", scenario=SCENARIO)["features"]
    links = {one["id"] for one in told if one["properties"]["table"] == "link"}
    lines = drawn(seen, *LINES)
    assert len(lines) > 150
    assert set(lines) <= links
    assert {"rail", "sea", "air"} <= {line["mode"] for line in lines.values()}
    page = seen.page
    for tab, table in (("Facilities", "facility"), ("Links", "link"), ("Places", "place")):
        page.get_by_role("tab", name=tab).click()
        many = sum(one["properties"]["table"] == table for one in told)
        assert f"{many} rows" in page.get_by_role("tabpanel").inner_text()
    page.get_by_role("tab", name="Services").click()
    services = asked(service, f"{CORRIDOR}/tables/service", scenario=SCENARIO)["total"]
    assert f"{services} rows" in page.get_by_role("tabpanel").inner_text()


def test_a02_a_port_that_is_pressed_on_the_map_opens_its_panel(look: Look, service: Service) -> None:
    seen = opened(look, f"/corridor?scenario={SCENARIO}&at=50,40.5,5")
    alat = place(service, "ALAT")
    press(seen.page, alat["lon"], alat["lat"])
    found = panel(seen.page, "place/ALAT")
    assert query(seen.page)["pick"] == "place/ALAT"
    assert f"{len(alat['facilities'])} facilities here" in found.inner_text()
    assert "AZALA" in found.inner_text()
    seen.page.go_back()
    found.wait_for(state="detached")


def test_a03_a_thing_is_found_and_opened_with_the_keyboard_alone(look: Look) -> None:
    seen = opened(look)
    page = seen.page
    field = page.get_by_role("combobox", name="Find a place")
    field.focus()
    page.keyboard.type("aktau berth grain")
    page.get_by_role("option", name=re.compile("berth grain")).first.wait_for()
    page.keyboard.press("Enter")
    panel(page, "facility/AKTAU-berth-grain")
    assert page.evaluate("document.activeElement.textContent") == "Port of Aktau: berth grain"
    page.wait_for_function("() => window.__karvan.map.getZoom() > 6.2", timeout=60_000)
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Facilities").wait_for()
    assert "pick" not in query(page)


def test_a04_a_place_is_found_in_another_script(look: Look) -> None:
    page = opened(look).page
    page.get_by_role("combobox", name="Find a place").fill("Поти")
    page.get_by_role("option", name=re.compile("Poti")).first.click()
    panel(page, "place/POTI")


def test_a05_near_by_each_facility_can_be_pressed(look: Look, service: Service) -> None:
    alat = place(service, "ALAT")
    seen = opened(look, f"/corridor?scenario={SCENARIO}&at={alat['lon']},{alat['lat']},7.4")
    page = seen.page
    page.wait_for_function(
        "key => { const m = window.__karvan?.map; return m?.loaded() && m.getLayer('places') &&"
        " m.queryRenderedFeatures({layers: ['places']}).some(f => f.properties.key === key) }",
        arg="ALAT-berth", timeout=120_000,
    )  # fmt: skip
    here = {facility["id"] for facility in alat["facilities"]}
    assert here <= set(drawn(seen, "places"))
    at = page.evaluate(
        "() => window.__karvan.map.queryRenderedFeatures({layers: ['places']})"
        ".find(f => f.properties.key === 'ALAT-berth').geometry.coordinates"
    )
    press(page, *at)
    panel(page, BERTH)


@pytest.mark.everyday
def test_b01_a_number_is_clicked_through_to_its_source_and_back(look: Look, service: Service) -> None:
    seen = opened(look, f"/corridor?pick={BERTH}")
    page = seen.page
    told = asked(service, f"{CORRIDOR}/basis", address=f"{BERTH}/servers")
    panel(page, BERTH).get_by_role("row", name=re.compile("Served at once")).get_by_role("button").click()
    drawer = page.get_by_role("dialog")
    basis = drawer.locator(f'[data-basis="{BERTH}/servers"]')
    basis.wait_for()
    text = basis.inner_text()
    assert f"\n{told['value']}\n" in text
    assert f"Grade {told['grade']}" in text
    for fact in told["facts"]:
        assert fact["source"]["title"] in text
    formula = told["note"].split(";")[0]
    assert formula in text
    assert query(page)["basis"] == f"{BERTH}/servers"
    seen.shot("corridor-evidence")

    first = told["facts"][0]
    basis.get_by_role("button", name=first["id"], exact=True).click()
    fact = drawer.locator(f'[data-fact="{first["id"]}"]')
    fact.wait_for()
    used_by = asked(service, f"{CORRIDOR}/facts/{first['id']}")["used_by"]
    assert fact.locator("li").count() == len(used_by)
    fact.get_by_role("button", name="All from this source").click()
    source = drawer.locator(f'[data-source="{first["source"]["id"]}"]')
    source.wait_for()
    link = source.get_by_role("link")
    assert link.get_attribute("href") == first["source"]["url"]
    assert "noopener" in link.get_attribute("rel")
    seen.shot("corridor-source")

    page.reload()
    source.wait_for()  # the address alone brings it back, and what lies beneath
    for beneath in (fact, basis):
        drawer.get_by_role("button", name="Back").click()
        beneath.wait_for()
    assert drawer.get_by_role("button", name="Back").count() == 0
    page.keyboard.press("Escape")
    drawer.wait_for(state="detached")
    assert set(query(page)) & {"basis", "fact", "source"} == set()
    panel(page, BERTH)


def test_b02_under_a_scenario_a_number_says_what_it_was_and_who_changes_it(look: Look, service: Service) -> None:
    address = f"{BERTH}/servers"
    seen = opened(look, f"/corridor?scenario=partnership-2030&pick={BERTH}&basis={address}", dark=True)
    told = asked(service, f"{CORRIDOR}/basis", address=address, scenario="partnership-2030")
    under = seen.page.locator(".under")
    text = under.inner_text()
    before = told["under"]["package"]["value"]
    assert before != told["value"]
    assert re.search(rf"{before:g}\s+→\s+here\s+{told['value']:g}", text)
    for change in told["under"]["changes"]:
        assert change["project"] in text
        assert change["change"] in text
    assert f"was {before:g}" in panel(seen.page, BERTH).inner_text()
    seen.shot("corridor-scenario-dark")


def test_b03_rivals_stand_apart_from_what_is_used(look: Look, service: Service) -> None:
    address = f"{BERTH}/wait_h"
    seen = opened(look, f"/corridor?basis={address}")
    told = asked(service, f"{CORRIDOR}/basis", address=address)
    rivals = [fact for fact in told["facts"] if fact["role"] == "rival"]
    assert rivals
    apart = seen.page.locator(".rivals")
    assert f"{len(rivals)} rival" in apart.inner_text()
    assert apart.locator("article").count() == len(rivals)
    assert rivals[0]["source"]["title"] in apart.inner_text()


def test_b04_an_assumption_says_that_it_is_one(look: Look) -> None:
    seen = opened(look, f"/corridor?basis={BERTH}/wait_cv")
    text = seen.page.get_by_role("dialog").inner_text()
    assert "Assumed" in text
    assert "No fact stands behind it" in text


def test_b05_what_is_not_there_is_said_and_the_page_goes_on(look: Look) -> None:
    seen = opened(look, "/corridor?pick=facility/NOWHERE-berth&basis=facility/ALAD-berth/servers")
    page = seen.page
    problems = page.get_by_role("dialog").locator(".problems")
    problems.wait_for()
    assert "ALAD-berth" in problems.inner_text()
    assert "facility/NOWHERE-berth is not in this corridor" in page.locator(".missing").inner_text()
    page.keyboard.press("Escape")
    page.locator(".missing").get_by_role("button").click()
    page.get_by_role("tab", name="Facilities").wait_for()
    assert page.get_by_role("row").count() > 50
    seen.errors[:] = [
        error for error in seen.errors if not re.search("404|422", error)
    ]  # the browser tells of it itself


def test_c01_lines_are_as_wide_as_what_the_run_says_they_carry(look: Look, service: Service, flows: str) -> None:
    seen = opened(look, f"/corridor?scenario={SCENARIO}&flows={flows}&queues=none&list=links")
    tonnes: dict[str, float] = {}
    for row in asked(service, f"/api/runs/{flows}/tables/links", limit=10_000)["rows"]:
        tonnes[row["link"]] = tonnes.get(row["link"], 0.0) + row["tonnes"]
    lines = drawn(seen, *LINES)
    by_load = sorted(lines, key=lambda link: tonnes.get(link, 0.0))
    widths = [lines[link]["width"] for link in by_load]
    assert widths == sorted(widths)
    assert widths[-1] > 3 > widths[0]
    top = max(tonnes, key=lambda link: tonnes[link])
    row = seen.page.get_by_role("row").nth(1).inner_text()
    assert f"{tonnes[top]:,.0f}" in row
    seen.shot("corridor-flows")


def test_c02_circles_and_table_tell_the_use_that_the_simulation_measured(
    look: Look, service: Service, flows: str, queues: str
) -> None:
    seen = opened(look, f"/corridor?scenario={SCENARIO}&flows={flows}&queues={queues}&sort=-use&colour=use")
    rows = [
        row for row in asked(service, f"/api/runs/{queues}/tables/summary_queues", limit=10_000)["rows"]
        if row["kind"] == "station" and row["use"] is not None and not row["part"].endswith((" there", " back"))
        and not row["part"].startswith("loco")
    ]  # fmt: skip
    fullest = max(rows, key=lambda row: row["use"])
    page = seen.page
    first = page.get_by_role("row").nth(1)
    assert f"{100 * fullest['use']:.0f}%" in first.inner_text()
    first.get_by_role("button").first.click()
    found = panel(page, f"facility/{fullest['part']}")
    assert f"{fullest['queue']:,.1f}".rstrip("0").rstrip(".") in found.inner_text()
    days = found.get_by_role("figure", name="Waiting, day by day")
    days.locator("svg").wait_for()
    days.get_by_text("Numbers").click()
    daily = [
        asked(service, f"/api/runs/{queues}/tables/daily", replication=n, where=f"part={fullest['part']}")["rows"]
        for n in (0, 1)
    ]
    assert days.get_by_role("row").count() - 1 == len(daily[0])
    found.get_by_text("The same in other runs").click()
    found.get_by_role("table", name=re.compile("The same in other runs")).wait_for()
    seen.shot("corridor-queues")


def test_c03_a_run_is_made_from_the_page_and_colours_the_map(look: Look) -> None:
    seen = opened(look, "/corridor?scenario=world-bank")
    page = seen.page
    before = {line["width"] for line in drawn(seen, *LINES).values()}
    assert len(before) <= 2
    page.get_by_role("group", name="Runs that colour the map").get_by_role("button", name="Work out now").click()
    page.get_by_role("progressbar").wait_for(timeout=30_000)
    assert query(page)["job"]
    page.get_by_label("Flows from", exact=True).wait_for(timeout=240_000)
    page.wait_for_function(
        "layers => { const m = window.__karvan.map; return m.loaded() &&"
        " new Set(m.queryRenderedFeatures({layers}).map(f => f.properties.width)).size > 20 }",
        arg=LINES, timeout=120_000,
    )  # fmt: skip
    assert "job" not in query(page)


@pytest.mark.usefixtures("flows", "queues")
def test_c04_the_address_alone_brings_the_same_view_back(look: Look) -> None:
    seen = opened(look, f"/corridor?scenario={SCENARIO}&at=52,41,4.5")
    page = seen.page
    page.get_by_label("Country", exact=True).select_option("KZ")
    page.get_by_label("Family of routes").select_option("middle")
    page.get_by_role("tab", name="Links").click()
    page.get_by_label("Road", exact=True).uncheck()
    page.get_by_label("Colour", exact=True).select_option("use")
    page.wait_for_function("() => location.search.includes('colour=use')")
    text, lines, where = page.get_by_role("tabpanel").inner_text(), drawn(seen, *LINES), page.url
    again = opened(look, where[len(seen.address) :])
    assert again.page.get_by_role("tabpanel").inner_text() == text
    same = drawn(again, *LINES)
    assert {key: line["opacity"] for key, line in same.items()} == {key: line["opacity"] for key, line in lines.items()}
    assert not any(line["mode"] == "road" for line in same.values())
    assert again.page.evaluate("window.__karvan.map.getCenter().lng") == pytest.approx(52, abs=0.01)


def test_c05_families_and_countries_leave_the_rest_faint(look: Look, service: Service) -> None:
    seen = opened(look, "/corridor?flows=none&queues=none&family=southern")
    told = asked(service, f"{CORRIDOR}/map")["features"]
    family = {one["id"] for one in told if "southern" in one["properties"].get("families", [])}
    lines = drawn(seen, *LINES)
    strong = {key for key, line in lines.items() if line["opacity"] > 0.5}
    assert strong
    assert strong == family & set(lines)


def test_d01_a_service_stands_out_with_its_prices_and_its_ship(look: Look, service: Service) -> None:
    seen = opened(look, "/corridor?pick=service/asco-aktau-alat&at=51,41.5,5")
    page = seen.page
    found = panel(page, "service/asco-aktau-alat")
    lines = drawn(seen, "sea")
    assert {key for key, line in lines.items() if line["opacity"] > 0.5} == {"sea-AKTAU-ALAT"}
    prices = found.get_by_role("table", name="Its prices")
    tariffs = asked(service, f"{CORRIDOR}/tables/tariff", where="service=asco-aktau-alat")["rows"]
    for tariff in tariffs:
        assert f"{tariff['price_usd']:,.0f}" in prices.inner_text()
    prices.get_by_role("button", name=re.compile("Price 600")).click()
    assert query(page)["basis"] == "tariff/asco-aktau-alat:20ft/price_usd"
    page.locator("[data-basis]").wait_for()
    assert page.get_by_role("dialog").locator(".problems").count() == 0


def test_d02_what_may_stop_a_berth_and_what_would_change_it(look: Look, service: Service) -> None:
    seen = opened(look, "/corridor?pick=facility/AKTAU-berth")
    page = seen.page
    found = panel(page, "facility/AKTAU-berth")
    storm = found.get_by_text("Storm Aktau", exact=False).or_(found.get_by_text("Storm Caspian Middle")).first
    storm.wait_for()
    rates = asked(service, f"{CORRIDOR}/tables/closure_rate", limit=1000)["rows"]
    assert rates
    found.get_by_text("These numbers and where they are from").first.click()
    found.locator("details[open] .figure").first.click()
    address = query(page)["basis"]
    assert re.fullmatch(r"closure_rate/[a-z-]+:\d+/starts", address)
    page.locator(f'[data-basis="{address}"]').wait_for()
    page.keyboard.press("Escape")
    projects = asked(service, f"{CORRIDOR}/projects")["projects"]
    touching = [one for one in projects if any(line.startswith("facility/AKTAU-berth/") for line in one["changes"])]
    assert touching
    for project in touching:
        assert project["name"] in found.inner_text()
    found.get_by_role("button", name="See the corridor with it").first.click()
    page.wait_for_function("() => new URL(location.href).searchParams.get('scenario')?.startsWith('project:')")
    assert "changed by the scenario" in panel(page, "facility/AKTAU-berth").inner_text()


def test_d03_tables_are_saved_as_csv(look: Look, service: Service, tmp_path: Any) -> None:
    page = opened(look, "/corridor?flows=none&queues=none&list=services").page
    with page.expect_download() as came:
        page.get_by_role("tabpanel").get_by_role("button", name="CSV").click()
    came.value.save_as(tmp_path / "services.csv")
    with (tmp_path / "services.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    told = asked(service, f"{CORRIDOR}/tables/service")["rows"]
    assert {row["Name"] for row in rows} == {row["name"] for row in told}
    headways = sorted(row["headway_h"] for row in told if row["headway_h"] is not None)
    assert sorted(float(row["Every (h)"]) for row in rows if row["Every (h)"]) == headways


@pytest.mark.parametrize(("name", "size"), [
    ("light", {}), ("dark", {"dark": True}), ("phone", {"width": 390, "height": 844}),
    ("phone-dark", {"width": 390, "height": 844, "dark": True}),
])  # fmt: skip
@pytest.mark.usefixtures("flows", "queues")
def test_e01_it_fits_the_page_and_axe_finds_no_serious_fault(look: Look, name: str, size: dict[str, Any]) -> None:
    axe = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
    pages = {
        "all": f"/corridor?scenario={SCENARIO}", "thing": f"/corridor?scenario={SCENARIO}&pick={BERTH}",
        "number": f"/corridor?scenario={SCENARIO}&pick=place/ALAT&basis={BERTH}/wait_h",
    }  # fmt: skip
    for what, path in pages.items():
        seen = opened(look, path, **size)
        page = seen.page
        if what == "thing":
            panel(page, BERTH).locator("figure svg").first.wait_for()
        if what == "number":
            page.locator("[data-basis]").wait_for()
        wide, high = page.evaluate(
            "() => [document.documentElement.scrollWidth - innerWidth,"
            " document.documentElement.scrollHeight - innerHeight]"
        )
        assert (wide, high) == (0, 0)
        seen.shot(f"corridor-{what}-{name}")
        if not axe.is_file():
            pytest.skip("axe-core is not installed: npm ci in web/")
        page.evaluate(axe.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run().then(({ violations }) => violations)")
        grave = [one for one in found if one["impact"] in {"serious", "critical"}]
        assert not grave, [(one["id"], [node["html"] for node in one["nodes"]]) for one in grave]
