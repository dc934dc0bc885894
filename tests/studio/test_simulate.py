"""The view *Simulate*: asked for, followed, stopped and taken up again, read and played, by clicking.

The simulations are of 14 days without a warm-up, with two replications and their traces.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.studio.conftest import ROOT, Seen, Service

Look = Callable[..., Seen]
ASKED = {"days": 14, "replications": 2, "warmup_days": 0, "trace": True}
MOVING = '[data-moving]:not([data-moving="0"])'
SLOW_MS = 240_000
"""For what the service computes; a page that waits for it returns as soon as it is there."""
LAYERS = """() => {
  if (!window.__karvan?.map._controls.some((control) => control._deck?.layerManager)) return [];
  const deck = window.__karvan.map._controls.find((control) => control._deck)._deck;
  return deck.layerManager.getLayers().filter(({ id }) => id.startsWith("moving-"))
    .map(({ id, props }) => [id.slice(7), props.data.length]);
}"""
A_SHIP = """() => {
  const { map } = window.__karvan;
  const deck = map._controls.find((control) => control._deck)._deck;
  const { attributes, length } = deck.layerManager.getLayers().find(({ id }) => id === "moving-sea").props.data;
  const at = attributes.getPosition.value;
  const box = map.getCanvas().getBoundingClientRect();
  const seen = [...Array(length).keys()].map((k) => map.project([at[2 * k], at[2 * k + 1]]))
    .filter(({ x, y }) => x > 320 && x < box.width - 60 && y > 60 && y < box.height - 60);
  return seen.length ? { x: box.x + seen[0].x, y: box.y + seen[0].y } : null;
}"""


@pytest.fixture
def run(service: Service) -> str:
    """A simulation of which the service has all; made by the first who asks."""
    with httpx.Client(base_url=service.address, timeout=60) as ask:
        job = ask.post("/api/simulate", json=ASKED).raise_for_status().json()
        while job["status"] in {"queued", "running"}:
            time.sleep(0.2)
            job = ask.get(job["links"]["self"]).json()
        assert job["status"] == "done", job
        return str(job["run"])


def played(seen: Seen) -> int:
    """How many movements are under way on the map, once there are any."""
    seen.page.wait_for_selector(MOVING, timeout=SLOW_MS)
    return int(seen.page.locator("[data-moving]").get_attribute("data-moving"))


def on_the_map(seen: Seen, moving: int) -> dict[str, int]:
    """How many of each kind the layers hold, once these are all that are under way."""
    for _ in range(240):
        drawn = dict(seen.page.evaluate(LAYERS))
        if sum(drawn.values()) == moving:
            return drawn
        seen.page.wait_for_timeout(250)
    raise AssertionError(f"{moving} are under way, and the map has {drawn}")


@pytest.mark.everyday
def test_a01_a_simulation_is_asked_for_followed_and_played_by_clicking(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/simulate?at=50,41,4")
    new = page.locator("details.new")
    if new.get_attribute("open") is None:
        new.locator("summary").click()
    for label, value in (("Days", "14"), ("Replications", "2"), ("Warm-up, days", "0")):
        page.get_by_label(label, exact=True).fill(value)
        page.keyboard.press("Tab")
    assert "days=14" in page.url
    page.get_by_role("button", name="Simulate", exact=True).click()
    page.wait_for_selector("progress", timeout=60_000)
    seen.shot("simulate-running")
    assert played(seen) > 0  # few: nothing was under way at the start
    page.wait_for_selector("text=14 days, 2 replications")
    assert "run=simulate-middle-corridor-" in page.url
    assert "job=" not in page.url
    seen.shot("simulate-done")


def test_a02_the_clock_in_the_address_sets_what_is_drawn(look: Look, run: str) -> None:
    counts = {}
    for t in (30, 200):
        seen = look()
        seen.go(f"/simulate?run={run}&t={t}&at=50,41,4")
        moving = played(seen)
        seen.page.wait_for_selector(f'[data-t="{t:.2f}"]')
        drawn = on_the_map(seen, moving)
        assert {"rail", "road", "sea"} <= set(drawn)
        counts[t] = drawn
        seen.shot(f"simulate-played-{t}")
    assert counts[30] != counts[200]


def test_a03_space_plays_and_the_arrows_of_the_slider_go_hour_by_hour(look: Look, run: str) -> None:
    seen = look()
    seen.go(f"/simulate?run={run}&t=60&at=50,41,4")
    played(seen)
    page = seen.page
    page.get_by_label("Hours since the start").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector('[data-t="63.00"]')
    assert "t=63" in page.url
    page.keyboard.press(" ")
    page.get_by_role("button", name="Pause").wait_for()
    page.wait_for_selector('[data-t]:not([data-t="63.00"])')
    page.keyboard.press(" ")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    hour = float(page.locator("[data-t]").get_attribute("data-t"))
    assert hour > 63
    assert f"t={hour:g}" in page.url


def test_a04_a_ship_that_is_pressed_is_followed_until_escape(look: Look, run: str) -> None:
    seen = look()
    seen.go(f"/simulate?run={run}&t=200&at=51,40.5,5")
    on_the_map(seen, played(seen))
    page = seen.page
    at = page.evaluate(A_SHIP)
    assert at is not None
    page.mouse.click(at["x"], at["y"])
    card = page.locator("section.following")
    card.wait_for()
    assert "aboard" in card.inner_text()
    assert "follow=" in page.url
    seen.shot("simulate-followed")
    page.keyboard.press("Escape")
    card.wait_for(state="detached")
    assert "follow=" not in page.url


def test_b01_bottlenecks_have_intervals_and_one_more_is_worked_out_with_the_same_luck(look: Look, run: str) -> None:
    seen = look()
    seen.go(f"/simulate?run={run}&tab=bottlenecks&t=100&at=50,41,4")
    page = seen.page
    rows = page.locator("tbody tr:not(.found)")
    assert rows.count() >= 10
    assert all(re.search(r"\d ± \d", row) for row in rows.locator("td.number").all_inner_texts())
    button = page.get_by_role("button", name=re.compile("^One more vessel: .*Aktau")).first
    button.click()
    page.wait_for_selector("progress", timeout=60_000)
    found = page.locator("tr.found")
    found.wait_for(timeout=SLOW_MS)
    assert re.search(r"Unit-days waited a year\s+[+−]?[\d,]+ \([+−]?[\d,]+ to [+−]?[\d,]+\)", found.inner_text())
    assert "/fleet=+1" in found.inner_text()
    assert f"run={run}" in page.url
    seen.shot("simulate-one-more")


def test_b02_a_number_of_the_corridor_opens_where_it_is_from(look: Look, run: str) -> None:
    seen = look()
    seen.go(f"/simulate?run={run}&tab=bottlenecks&at=50,41,4")
    seen.page.locator("tbody th .figure").first.click()
    address = re.search(r"basis=((?:facility|service|pool|link)/[^&]+/\w+)", seen.page.url)
    assert address
    dialog = seen.page.get_by_role("dialog")
    dialog.get_by_text(address[1]).first.wait_for()
    seen.shot("simulate-evidence")


def test_b03_all_that_came_in_is_accounted_for_and_the_report_opens(look: Look, run: str, service: Service) -> None:
    seen = look()
    seen.go(f"/simulate?run={run}&tab=run&at=50,41,4")
    page = seen.page
    page.wait_for_selector("text=both sides are equal")
    href = page.get_by_role("link", name="Open the report").get_attribute("href")
    report = httpx.get(f"{service.address}{href}", timeout=60)
    assert report.status_code == 200
    assert report.headers["content-type"].startswith("text/html")
    assert run in report.text


def test_c01_a_simulation_that_is_stopped_keeps_what_is_finished_and_goes_on(look: Look, service: Service) -> None:
    seen = look()
    page = seen.page
    seen.go("/simulate?days=14&n=8&seed=5&warmup=0&trace=0&at=50,41,4")
    new = page.locator("details.new")
    if new.get_attribute("open") is None:
        new.locator("summary").click()
    page.get_by_role("button", name="Simulate", exact=True).click()
    page.wait_for_selector("text=/[1-7] of 8/", timeout=SLOW_MS)
    page.get_by_role("button", name="Stop").click()
    again = page.get_by_role("button", name="Take up again")
    again.wait_for(timeout=60_000)
    job = re.search(r"job=(\w+)", page.url)
    assert job
    stopped = httpx.get(f"{service.address}/api/jobs/{job[1]}").json()
    assert stopped["status"] == "cancelled"
    assert re.search(r"[1-7] of 8 replications were kept", stopped["note"])
    assert stopped["note"] in page.locator("body").inner_text()
    seen.shot("simulate-stopped")
    again.click()
    page.wait_for_selector("text=14 days, 8 replications", timeout=SLOW_MS)
    assert httpx.get(f"{service.address}/api/jobs/{job[1]}").json()["attempts"] == 2


def test_c02_what_is_wrong_is_said_where_it_was_written_and_nothing_is_lost(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/simulate?at=50,41,4")
    new = page.locator("details.new")
    if new.get_attribute("open") is None:
        new.locator("summary").click()
    field = page.get_by_label("What is different")
    field.fill("more berths")
    page.get_by_role("button", name="Simulate", exact=True).click()
    assert field.input_value() == "more berths"
    assert field.get_attribute("aria-invalid") == "true"
    field.fill("facility/ALAD-berth/servers=+1")
    page.get_by_role("button", name="Simulate", exact=True).click()
    problem = page.locator(".problems")
    problem.wait_for()
    assert "ALAD-berth" in problem.inner_text()
    assert "ALAT-berth" in problem.inner_text()
    assert "change=facility/ALAD-berth" in page.url
    seen.errors[:] = [error for error in seen.errors if "422" not in error]  # the browser tells of the answer itself


@pytest.mark.parametrize("dark", [False, True])
def test_d01_on_a_phone_the_map_is_above_and_nothing_runs_over_the_side(look: Look, run: str, dark: bool) -> None:
    seen = look(390, 844, dark=dark)
    seen.go(f"/simulate?run={run}&t=200&at=50,41,4")
    played(seen)
    page = seen.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    map_, panel = page.locator(".maplibregl-canvas").bounding_box(), page.locator("h1").bounding_box()
    assert map_["y"] < panel["y"]
    seen.shot(f"simulate-phone-{'dark' if dark else 'light'}")


@pytest.mark.parametrize("tab", ["times", "lost", "bottlenecks", "run", "runs"])
def test_d02_axe_finds_no_serious_fault_on_any_tab(look: Look, run: str, tab: str) -> None:
    seen = look(dark=tab == "lost")
    seen.go(f"/simulate?run={run}&tab={tab}&t=200&at=50,41,4")
    played(seen)
    page = seen.page
    if tab == "times":
        page.locator("details.new summary").click()
        page.locator("td .pick").first.click()
    if tab in {"times", "lost"}:
        page.wait_for_selector("figure svg")
    axe = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.is_file():
        pytest.skip("axe-core is not installed: npm ci in web/")
    page.evaluate(axe.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(({ violations }) => violations)")
    grave = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert not grave, [(one["id"], [node["html"] for node in one["nodes"]]) for one in grave]
    seen.shot(f"simulate-{tab}{'-dark' if tab == 'lost' else ''}")


def test_e01_ten_thousand_movements_stay_usable(look: Look, run: str, record_property: Any) -> None:
    seen = look()
    seen.go(f"/simulate?run={run}&t=246&at=58,42,2.9")
    played(seen)
    page = seen.page
    shown = page.locator(".counts").inner_text()
    drawn = int(re.search(r"([\d,]+) of ([\d,]+) drawn", shown)[1].replace(",", ""))
    assert drawn > 9_500
    page.get_by_role("button", name="Play", exact=True).click()
    began, frames = time.monotonic(), {"count": 0, "ms": 0.0}
    while frames["count"] < 20 and time.monotonic() - began < 60:
        page.wait_for_timeout(250)
        frames = page.evaluate("() => window.__karvan.frames ?? { count: 0, ms: 0 }")
    a_second = frames["count"] / (time.monotonic() - began)
    ms = frames["ms"] / frames["count"]
    record_property("frames_a_second", round(a_second, 1))
    record_property("ms_a_frame", round(ms, 1))
    print(f"{drawn} movements: {a_second:.1f} frames a second, {ms:.1f} ms of our own work a frame")  # noqa: T201
    assert frames["count"] >= 20
    assert ms < 50
