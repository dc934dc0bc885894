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


@pytest.fixture(scope="module")
def runs(service: Service) -> tuple[str, str]:
    """A week of two years."""
    found = []
    for scenario in ("base-2024", "base-2025"):
        body = {"scenario": scenario, "weeks": 1}
        job = httpx.post(f"{service.address}/api/power/run", json=body, timeout=60).raise_for_status().json()["id"]
        end = time.monotonic() + JOB_MS / 1000
        while not (said := asked(service, f"/api/jobs/{job}"))["ended"] and time.monotonic() < end:
            time.sleep(0.3)
        assert said["status"] == "done", said
        found.append(said["run"])
    return found[0], found[1]


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
    seen.shot("power-year")
    assert faults(page) == []


def test_a02_ties_are_on_the_map_and_in_a_table(look: Look, service: Service, runs: tuple[str, str]) -> None:
    seen = look(height=1600)
    page = seen.page
    seen.go(f"/power?run={runs[0]}")
    ties = asked(service, f"/api/runs/{runs[0]}/power/ties")["ties"]
    assert page.get_by_role("table", name="Ties", exact=True).get_by_role("row").count() == len(ties) + 1
    page.get_by_text(re.compile(r"\d+ things on the map")).click()
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
    seen.shot("power-phone-train-dark")
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
