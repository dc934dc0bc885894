"""The view *Compare*: scenarios side by side on two maps and in charts, and what projects are worth, by clicking.

Assignments are asked for with a gap that is reached soon, simulations for three days.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.studio.conftest import Seen, Service
from tests.studio.test_access import faults

Look = Callable[..., Seen]
SLOW_MS = 300_000
"""For what the service computes; a page that waits for it returns as soon as it is there."""
ASKED = {
    "base": "base-2024", "scenarios": ["red-sea-closed", "project:feeders-2025"], "largest": 2, "gap": 1e-3,
    "days": 3, "replications": 3, "warmup_days": 1, "interaction": True,
}  # fmt: skip
CENTRES = "() => (window.__karvan?.maps ?? []).map((map) => [map.getCenter().lng, map.getCenter().lat, map.getZoom()])"
DRAWN = """(layers) => (window.__karvan?.maps ?? []).map((map) => map.loaded()
  ? map.queryRenderedFeatures({ layers }).map(({ properties }) => [properties.key, properties.colour, properties.width])
  : null)"""


@pytest.fixture
def made(service: Service) -> Callable[[str, dict[str, Any]], str]:
    """Ask for a run of which the service has all: made by the first who asks."""

    def make(kind: str, body: dict[str, Any]) -> str:
        with httpx.Client(base_url=service.address, timeout=60) as ask:
            job = ask.post(f"/api/{kind}", json=body).raise_for_status().json()
            while job["status"] in {"queued", "running"}:
                time.sleep(0.2)
                job = ask.get(job["links"]["self"]).json()
            assert job["status"] == "done", job
            return str(job["run"])

    return make


def drawn(seen: Seen, maps: int, *layers: str) -> list[dict[str, tuple[str, float]]]:
    """Colour and width of what each of so many maps has drawn, once all have drawn something."""
    for _ in range(240):
        found = seen.page.evaluate(DRAWN, list(layers))
        if len(found) == maps and all(found):
            return [{key: (colour, width) for key, colour, width in one} for one in found]
        seen.page.wait_for_timeout(250)
    raise AssertionError(f"{maps} maps with {layers} were waited for")


def together(seen: Seen) -> list[list[float]]:
    """Where the two cameras are, once they are at the same place."""
    for _ in range(120):
        found = seen.page.evaluate(CENTRES)
        if len(found) == 2 and all(abs(a - b) < 1e-3 for a, b in zip(*found, strict=True)):
            return list(found)
        seen.page.wait_for_timeout(100)
    raise AssertionError(f"the cameras are apart: {found}")


@pytest.mark.everyday
def test_a01_before_any_run_what_the_scenario_builds_and_changes(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/compare?run=none&at=45,41,4.5")
    page.get_by_role("heading", name="What The full partnership, 2030 changes").wait_for()
    assert page.get_by_label("Compare with").is_visible()
    left, right = drawn(seen, 2, "rails")
    assert "rail-AGHBEND-MEGHRI" not in left, "it is only planned"
    assert right["rail-AGHBEND-MEGHRI"][0] == "#0f7d5c", "the partnership builds it"
    page.get_by_text(re.compile(r"^\d+ changes\. No run compares the two yet")).wait_for()
    seen.shot("compare-before-any-run")
    assert faults(page) == []


def test_a02_the_cameras_go_together(look: Look) -> None:
    seen = look()
    seen.go("/compare?run=none&at=45,41,4.5")
    drawn(seen, 2, "rails")
    first = together(seen)[0]
    seen.page.evaluate("() => window.__karvan.maps[0].jumpTo({ center: [60, 43], zoom: 4 })")
    second = together(seen)
    assert second[0][:2] == pytest.approx([60, 43])
    assert second[0] != first
    seen.page.evaluate("() => window.__karvan.maps[1].jumpTo({ center: [50, 40], zoom: 5 })")
    assert together(seen)[0] == pytest.approx([50, 40, 5])
    seen.page.wait_for_url(re.compile(r"at=50\.000,40\.000,5\.00"))


def test_b01_a_comparison_is_asked_for_and_followed_by_clicking(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/compare?run=none&base=base-2024")
    page.get_by_role("button", name="Take away partnership-2030").click()
    page.get_by_label("Compare with").fill("project:feeders-2025")
    page.keyboard.press("Enter")
    for engine in ("Plans", "Simulation"):
        page.get_by_role("checkbox", name=engine).uncheck()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_selector("progress", timeout=60_000)
    page.wait_for_url(re.compile(r"[?&]run=compare-"), timeout=SLOW_MS)
    page.wait_for_selector("[data-ready=true]", timeout=60_000)
    page.get_by_role("tab", name="Totals").click()
    row = page.get_by_role("row", name=re.compile("^what all pay"))
    row.wait_for()
    assert row.get_by_role("cell").nth(3).inner_text().startswith("−"), "more ships, less to pay"
    page.get_by_role("heading", name="All together, change in per cent").wait_for()
    page.get_by_role("tab", name="Runs").click()
    assert page.get_by_role("table", name="Runs").get_by_role("row").count() >= 2


def test_b02_what_cannot_be_compared_is_said_where_it_was_asked(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/compare?run=none&base=base-2024&with=red-sea-closed")
    page.get_by_label("Compare with").fill("no-such-thing")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_role("alert").filter(has_text="no-such-thing").first.wait_for()
    assert page.get_by_text("no-such-thing", exact=True).is_visible(), "what was typed is still there"
    seen.errors[:] = [error for error in seen.errors if "422" not in error]


@pytest.mark.long
def test_c01_a_comparison_is_read(look: Look, made: Callable[[str, dict[str, Any]], str]) -> None:
    run = made("compare", ASKED)
    seen = look()
    page = seen.page
    seen.go(f"/compare?run={run}&at=38,22,3")
    left, right = drawn(seen, 2, "sea")
    suez = next(key for key in left if "SUEZ" in key)
    assert right.get(suez, ("", 0.0))[1] < left[suez][1], "nothing sails through the Red Sea"
    page.get_by_role("row", name=re.compile("^what all pay")).wait_for()
    seen.shot("compare-side-by-side")

    page.get_by_role("group", name="Maps").get_by_role("button", name="Difference").click()
    page.wait_for_url(re.compile("map=difference"))
    (difference,) = drawn(seen, 1, "sea")
    assert difference[suez][1] > 2
    page.get_by_role("tab", name="Changes").click()
    page.get_by_label("Of", exact=True).select_option("simulate/cause")
    page.get_by_role("figure", name="time spent: cause").wait_for()
    page.get_by_text(re.compile("intervals over pairs of replications")).wait_for()
    assert page.get_by_role("button", name="CSV").count() == 2, "of the chart and of the table"
    seen.shot("compare-difference")
    assert faults(page) == []

    page.get_by_role("tab", name="Options").click()
    page.get_by_role("cell", name="disappears").first.wait_for()
    page.get_by_role("tab", name="Bottlenecks").click()
    page.get_by_role("table", name="Bottlenecks").wait_for()
    page.get_by_role("tab", name="Together").click()
    page.get_by_role("table", name="Together").wait_for()
    page.get_by_role("tab", name="This run").click()
    assert page.get_by_role("link", name="Simulation").count() == 4, "of the base, of each, and of both together"
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV changes", exact=True).click()
    assert saved.value.path().read_text(encoding="utf-8").startswith('"scenario","engine","subject"')


@pytest.mark.long
def test_c02_the_address_shows_the_same_to_everybody(look: Look, made: Callable[[str, dict[str, Any]], str]) -> None:
    run = made("compare", ASKED)
    path = (
        f"/compare?run={run}&against=base-2024%2Bproject:feeders-2025&map=difference&show=waiting"
        "&list=changes&by=assign/resource&pick=AKTAU"
    )
    seen = look(390, 844, dark=True)
    seen.go(path)
    page = seen.page
    page.get_by_role("figure", name=re.compile("^waiting: facility, line or service")).wait_for()
    page.get_by_role("heading", name="Port of Aktau").wait_for()
    assert page.locator("canvas.maplibregl-canvas").count() == 1
    seen.shot("compare-phone-read")
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("heading", name="Port of Aktau").wait_for(state="detached")


def test_d01_projects_are_filtered_and_one_is_read_to_its_source(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/compare?what=projects")
    table = page.get_by_role("table", name="Projects")
    every = table.get_by_role("row").count()
    page.get_by_label("Kind").select_option("rail")
    page.wait_for_url(re.compile("kind=rail"))
    assert 1 < table.get_by_role("row").count() < every
    page.get_by_role("button", name="Railway Kars - Igdir - Dilucu (Nakhchivan)").click()
    page.get_by_role("button", name=re.compile("^Cost to build 2,712 million USD")).click()
    page.get_by_role("dialog").get_by_text("project/kars-nakhchivan/capex_musd").first.wait_for()
    (one,) = drawn(seen, 1, "rails")
    assert one["rail-KARS-DILUCU"][0] == "#0f7d5c"
    seen.shot("compare-project")
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Anaklia deep-sea port").or_(table).first.wait_for()


@pytest.mark.long
def test_d02_chosen_projects_are_appraised_by_clicking(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/compare?what=projects")
    for name in (
        "Ship-to-shore cranes and rail-mounted equipment at Aktau",
        "Port of Baku (Alat), expansion of phase 1",
    ):
        page.get_by_role("checkbox", name=f"Choose: {name}").check()
    page.get_by_label("Draws of the uncertain").fill("50")
    page.get_by_label("Budget, million USD").fill("50")
    page.get_by_role("button", name="Appraise 2 projects").click()
    page.wait_for_url(re.compile(r"appraisal=appraise-"), timeout=SLOW_MS)
    page.get_by_role("figure", name="Net present values").wait_for()
    assert faults(page) == []
    seen.shot("compare-worth")
    page.get_by_role("tab", name="What it hangs on").click()
    page.get_by_label("Whose worth").select_option("aktau-cranes")
    page.get_by_role("figure", name=re.compile("^What it hangs on: Ship-to-shore cranes")).wait_for()
    page.get_by_role("table", name=re.compile("^Switching values")).wait_for()
    seen.shot("compare-tornado")
    assert faults(page) == []
    page.get_by_role("tab", name="Year by year").click()
    page.get_by_role("figure", name=re.compile("^Costs and benefits")).wait_for()
    page.get_by_role("tab", name="Who gains").click()
    page.get_by_role("figure", name=re.compile("^Who gains")).wait_for()
    page.get_by_role("tab", name="Budget and order").click()
    page.get_by_role("heading", name="Best for a budget of 50").wait_for()
    page.get_by_role("tab", name="Basis").click()
    page.get_by_role("button", name=re.compile("aktau-cranes.capex_musd 38.3 million USD")).click()
    page.get_by_role("dialog").wait_for()
    assert faults(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("tab", name="Projects").nth(1).click()
    row = page.get_by_role("row", name=re.compile("Ship-to-shore cranes"))
    assert re.search(r"\+\d", row.inner_text()), "its net present value stands beside it"
