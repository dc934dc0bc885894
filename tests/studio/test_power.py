"""The Power view: a year is asked, followed and read by the hour, on the map, beside another, and by a train."""

from __future__ import annotations

import re
import time
from typing import Any

import httpx
import pytest
from tests.studio.conftest import Service
from tests.studio.test_access import faults
from tests.studio.test_trade_under import JOB_MS, SLOW_MS, named, result

Look = Any


def asked(service: Service, path: str, **query: str) -> Any:
    return httpx.get(f"{service.address}{path}", params=query, timeout=60).raise_for_status().json()


def dispatched(service: Service, scenario: str, seed: int = 1) -> str:
    """A run of a week."""
    body = {"scenario": scenario, "weeks": 1, "seed": seed}
    job = httpx.post(f"{service.address}/api/power/run", json=body, timeout=60).raise_for_status().json()["id"]
    end = time.monotonic() + JOB_MS / 1000
    while not (said := asked(service, f"/api/jobs/{job}"))["ended"] and time.monotonic() < end:
        time.sleep(0.3)
    assert said["status"] == "done", said
    return str(said["run"])


@pytest.fixture(scope="module")
def runs(service: Service) -> tuple[str, str]:
    """A week of two years."""
    return dispatched(service, "base-2024"), dispatched(service, "base-2025")


@pytest.fixture(scope="module")
def twin(service: Service) -> str:
    """The week of 2024 in other weather."""
    return dispatched(service, "base-2024", seed=2)


def numbers(row: Any) -> list[float]:
    """What stands in the cells of a row after the first."""
    return [float(text.replace(",", "")) for text in row.locator("td").all_inner_texts()[1:]]


def test_a01_a_year_is_asked_followed_and_read(look: Look, service: Service, runs: tuple[str, str]) -> None:
    seen = look(height=1600)
    page = seen.page
    seen.go("/power?under=base-2024&weeks=1")
    page.get_by_role("button", name="Dispatch the year").press("Enter")
    page.wait_for_url(re.compile("[?&]run=power-"), timeout=JOB_MS)
    run = named(page.url, "run")
    assert run == runs[0]  # it was there, and is opened
    told = result(service, run)
    page.get_by_role("heading", name="AZ, 2024").wait_for()
    said = page.locator("dl").inner_text()
    for name, digits in (("load_twh", 2), ("exports_twh", 3), ("gas_bcm", 3)):
        assert f"{told['countries'][0][name]:.{digits}f}".rstrip("0").rstrip(".") in said
    rows = page.get_by_role("table", name="What is made of what").get_by_role("row")
    assert rows.count() == len(told["technologies"]) + 1
    page.get_by_role("figure", name="Exports and curtailment by month").locator("svg rect").first.wait_for()
    page.get_by_role("figure", name="How long prices last").locator("svg").first.wait_for()
    zones = asked(service, f"/api/runs/{run}/power/ties")["zones"]
    own = [zone for zone in zones if not zone["market"]]
    table = page.get_by_role("table", name=re.compile("^Zones, and what"))
    assert table.get_by_role("row").count() == len(own) + 1
    line = table.get_by_role("row", name=re.compile(f"^{re.escape(own[0]['name'])}")).inner_text()
    assert f"{own[0]['price_usd_mwh']:.1f}" in line
    assert f"{own[0]['high_usd_mwh']:.1f}".removesuffix(".0") in line
    seen.shot("power-year")
    table.get_by_role("button", name=own[0]["name"]).press("Enter")
    page.wait_for_url(re.compile(f"zone={own[0]['zone']}"))
    page.get_by_role("figure", name=f"Exports and curtailment by month, {own[0]['name']}").wait_for(timeout=SLOW_MS)
    page.get_by_text(re.compile("^Months and prices are of .* of the country")).wait_for()
    assert faults(page) == []


def test_a02_ties_are_on_the_map_and_in_a_table(look: Look, service: Service, runs: tuple[str, str]) -> None:
    seen = look(height=1600)
    page = seen.page
    seen.go(f"/power?run={runs[0]}")
    ties = asked(service, f"/api/runs/{runs[0]}/power/ties")["ties"]
    assert page.get_by_role("table", name="Ties", exact=True).get_by_role("row").count() == len(ties) + 1
    page.get_by_text(re.compile(r"\d+ things on the map")).click()
    told = result(service, runs[0])
    places = {one["id"] for one in asked(service, "/api/corridors/middle-corridor/power")["plants"] if one["lon"]}
    lost = [one for one in told["plants"] if one["plant"] not in places]
    if lost:
        page.get_by_text(re.compile(f"^{len(lost)} plants? of .* MW ha")).wait_for()
    page.wait_for_function("() => window.__karvan?.map.querySourceFeatures('places').length", timeout=SLOW_MS)
    drawn = "() => window.__karvan.map.querySourceFeatures('places').map((one) => one.properties.key)"
    keys = {key.removeprefix("plant:") for key in page.evaluate(drawn) if key.startswith("plant:")}
    assert keys
    assert keys <= {one["plant"] for one in told["plants"]}  # nothing that is only planned
    page.get_by_role("button", name=re.compile("^Absheron .*, a zone: .* TWh used, .* USD")).press("Enter")
    most = max(ties, key=lambda one: one["out_twh"] + one["back_twh"])
    page.get_by_role("button", name=re.compile(rf"^{re.escape(most['name'])}: .* TWh")).press("Enter")
    page.locator("tr.selected").get_by_text(most["name"]).wait_for()
    page.wait_for_function("() => window.__karvan?.map.getZoom() > 4", timeout=SLOW_MS)  # it went there
    seen.shot("power-map")
    assert faults(page) == []


def test_a03_a_week_by_the_hour(look: Look, service: Service, runs: tuple[str, str]) -> None:
    seen = look(height=1400)
    page = seen.page
    seen.go(f"/power?run={runs[0]}")
    page.get_by_role("tab", name="The year").press("ArrowRight")
    chart = page.get_by_role("figure", name="Generation by hour")
    chart.locator("svg path[fill^='#']").first.wait_for()
    hours = asked(service, f"/api/runs/{runs[0]}/power/hours", zone="AZ_ARAN")
    page.get_by_label("Zone").select_option("AZ_ARAN")
    page.wait_for_url(re.compile("zone=AZ_ARAN"))
    chart.get_by_text("Numbers").click()
    load = f"{hours['load_mw'][0]:,.2f}".rstrip("0").rstrip(".")
    chart.get_by_text(load, exact=True).first.wait_for(timeout=SLOW_MS)
    assert chart.locator("tbody tr").count() == len(hours["times"])
    ground = "(svg) => getComputedStyle(svg).getPropertyValue('--plot-background')"
    assert chart.locator(".drawing svg").last.evaluate(ground) != "white"  # so that what it tells is read in the dark
    heads = [text.removesuffix(" (MW)") for text in chart.locator("thead th").all_inner_texts()]
    used = heads.index("Used")
    for at in (0, 100):
        cells = numbers(chart.locator("tbody tr").nth(at))
        ways = [1] * (used - 1) + [-1] * (len(cells) - used)  # what is not used as well; the last is let pass by
        assert sum(way * mw for way, mw in zip(ways, cells[: used - 1] + cells[used:], strict=True)) + cells[
            -1
        ] == pytest.approx(cells[used - 1], abs=0.2)
    assert {"Sent in", "Not served", "Sent out", "Lost on ties", "Curtailed"} <= set(heads)
    page.get_by_role("figure", name="What a megawatt-hour more costs, Aran").wait_for()
    seen.shot("power-week")
    assert faults(page) == []


def test_a04_two_runs_side_by_side(look: Look, service: Service, runs: tuple[str, str]) -> None:
    seen = look()
    page = seen.page
    seen.go(f"/power?run={runs[0]}&tab=beside")
    page.get_by_label("Beside which run").select_option(runs[1])
    page.wait_for_url(re.compile(f"beside={runs[1]}"))
    row = page.get_by_role("table", name=re.compile("beside")).get_by_role("row", name=re.compile("^Used, with losses"))
    row.wait_for()
    one, other = (result(service, run)["countries"][0]["load_twh"] for run in runs)
    assert f"{abs(other - one):.2f}".rstrip("0") in row.inner_text()
    assert faults(page) == []


def test_a05_a_train_by_each_grid_on_a_phone(look: Look, service: Service, runs: tuple[str, str]) -> None:
    seen = look(390, 844, dark=True)
    page = seen.page
    seen.go(f"/power?run={runs[0]}&tab=train")
    train = asked(service, "/api/power/train", runs=runs[0])
    table = page.get_by_role("table", name="CO2e of a block train, well to wheel")
    table.wait_for(timeout=SLOW_MS)
    assert table.get_by_role("row").count() == 4
    assert f"{train['diesel']['kg_teu']:.1f}" in table.get_by_role("row").nth(1).inner_text()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    table.scroll_into_view_if_needed()
    seen.shot("power-phone-train-dark")
    assert faults(page) == []


def test_a06_two_runs_of_a_scenario_are_told_apart(look: Look, runs: tuple[str, str], twin: str) -> None:
    seen = look(dark=True, height=1400)
    page = seen.page
    seen.go(f"/power?run={runs[0]}&tab=train")
    page.get_by_label("Beside which run").select_option(twin)
    table = page.get_by_role("table", name="CO2e of a block train, well to wheel")
    for name in ("base-2024 · 1 week, 2024", "base-2024 · 1 week · seed 2, 2024"):
        table.get_by_role("row", name=re.compile(f"^{re.escape(name)}")).wait_for(timeout=SLOW_MS)
    assert table.get_by_role("row").count() == 5
    seen.shot("power-train-dark")
    page.get_by_role("tab", name="Two runs").click()  # the same run stands beside
    beside = page.get_by_role("table", name=re.compile("beside"))
    beside.get_by_role("row", name=re.compile("^Used, with losses")).wait_for()
    heads = beside.get_by_role("columnheader").all_inner_texts()
    assert len(set(heads)) == len(heads)
    assert any("seed 2" in head for head in heads)
    page.get_by_role("tab", name="Runs", exact=True).click()
    row = page.get_by_role("row", name=re.compile(re.escape(twin)))
    assert "1 week" in row.inner_text()
    assert "seed 2" in row.inner_text()
    assert faults(page) == []


def test_b01_what_cannot_be_asked_is_said(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/power?under=base-2031")
    page.get_by_role("button", name="Dispatch the year").click()
    page.get_by_text("no scenario 'base-2031'").wait_for(timeout=SLOW_MS)
    assert len(seen.errors) == 1  # the browser's own word of the 422
    seen.errors.clear()
    assert faults(page) == []


def test_b02_after_a_job_that_was_stopped_or_is_not_there_another_can_be_asked(look: Look) -> None:
    seen = look(height=1200)
    page = seen.page
    seen.go("/power?under=base-2024&weeks=0&tab=runs")
    button = page.get_by_role("button", name="Dispatch the year")
    button.press("Enter")
    page.wait_for_url(re.compile("[?&]job="))
    assert button.is_disabled()
    page.get_by_role("button", name="Stop", exact=True).click(timeout=SLOW_MS)
    page.get_by_role("button", name="Take up again").wait_for(timeout=JOB_MS)
    page.wait_for_function("() => !document.querySelector('form button.primary').disabled")
    page.get_by_role("listitem").get_by_text(re.compile("^stopped")).first.wait_for(timeout=SLOW_MS)
    assert faults(page) == []
    seen.go("/power?job=no-such-job")
    page.wait_for_function("() => !document.querySelector('form button.primary').disabled", timeout=SLOW_MS)
    assert seen.errors  # the browser's own words of the 404
    seen.errors.clear()
