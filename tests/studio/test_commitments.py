"""The view *Commitments*: what was agreed, what became of it, what it would change, and what sources contradict, by
clicking."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from tests.studio.conftest import Seen, Service
from tests.studio.test_access import faults

Look = Callable[..., Seen]
REGISTER = "/api/corridors/middle-corridor/commitments"
PAINTED = """() => window.__karvan?.map?.loaded()
  ? window.__karvan.map.queryRenderedFeatures({ layers: ["places"] }).filter(({ properties }) => properties.radius > 5)
      .map(({ properties }) => properties.key)
  : []"""


def register(service: Service) -> list[dict[str, object]]:
    """All commitments, as the service has them."""
    found = httpx.get(f"{service.address}{REGISTER}", timeout=60).raise_for_status().json()["commitments"]
    return list(found)


def painted(seen: Seen) -> set[str]:
    """Places that stand out on the map, once some do."""
    for _ in range(240):
        if found := seen.page.evaluate(PAINTED):
            return set(found)
        seen.page.wait_for_timeout(250)
    raise AssertionError("nothing stands out on the map")


@pytest.mark.everyday
def test_a01_the_timeline_has_all_of_them(look: Look, service: Service) -> None:
    every = register(service)
    seen = look()
    page = seen.page
    seen.go("/commitments")
    page.get_by_text(f"{len(every)} commitments", exact=True).wait_for()
    chart = page.get_by_role("figure", name="Timeline")
    chart.locator("svg").first.wait_for()
    chart.get_by_text("Numbers").click()
    assert chart.get_by_role("row").count() == len(every) + 1
    assert {"ALAT", "AKTAU"} <= painted(seen)
    seen.shot("commitments-timeline")
    assert faults(page) == []


def test_a02_filters_narrow_all_of_it_and_stand_in_the_address(look: Look, service: Service) -> None:
    wanted = {str(one["title"]) for one in register(service) if one["overdue"]}
    assert wanted
    seen = look()
    page = seen.page
    seen.go("/commitments?tab=table")
    table = page.get_by_role("table", name="Commitments")
    page.get_by_role("checkbox", name=re.compile("^Overdue")).check()
    page.wait_for_url(re.compile("overdue=1"))
    rows = table.get_by_role("row").all()[1:]
    assert {row.get_by_role("button").inner_text() for row in rows} == wanted
    assert all("overdue" in row.inner_text() for row in rows)
    page.get_by_label("Status").select_option("stalled")
    assert 0 < table.get_by_role("row").count() - 1 < len(wanted)
    page.reload()
    page.wait_for_selector("[data-ready=true]")
    assert 0 < table.get_by_role("row").count() - 1 < len(wanted)
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Search in titles and words").fill("no such words at all")
    page.get_by_text("No commitment is like that.").wait_for()


def test_b01_one_is_read_to_its_sources_and_seen_on_the_map(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/commitments?tab=table")
    page.get_by_label("Search in titles and words").fill("260,000 TEU")
    page.get_by_role("button", name="260,000 TEU a year at the port of Baku").click()
    page.get_by_role("heading", name="260,000 TEU a year at the port of Baku").wait_for()
    page.get_by_text("facility/ALAT-crane/servers").wait_for()
    assert painted(seen) == {"ALAT"}
    assert (
        page.get_by_role("link", name="Plan under it").get_attribute("href")
        == "/plan?scenario=commitment%3Apr-alat-phase-1b"
    )
    page.get_by_role("button", name=re.compile("^Reuters via Maritime Professional")).first.click()
    page.get_by_role("dialog").get_by_role("heading", name="A source").wait_for()
    seen.shot("commitments-source")
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.keyboard.press("Escape")
    page.get_by_role("searchbox", name="Search in titles and words").wait_for()


def test_b02_contradictions_stand_side_by_side(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/commitments?tab=contradictions")
    page.get_by_role("heading", name="BYD: investment").wait_for()
    page.get_by_text("29 million manat, 17 million USD").wait_for()
    page.get_by_role("button", name="pf0332").click()
    page.get_by_role("dialog").get_by_role("heading", name="A fact").wait_for()
    assert faults(page) == []


def test_b03_one_goes_to_the_comparison_with_and_without_it(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/commitments?pick=pr-alat-phase-1b")
    page.get_by_role("link", name="Compare with and without it").click()
    page.wait_for_url(re.compile("/compare"))
    page.locator("code", has_text="commitment:pr-alat-phase-1b").wait_for()
    page.get_by_role("heading", name=re.compile("^What .* changes$")).wait_for(timeout=60_000)
    page.get_by_text("facility/ALAT-crane/servers").first.wait_for()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_c01_on_a_phone(look: Look, *, dark: bool) -> None:
    seen = look(390, 844, dark=dark)
    page = seen.page
    seen.go("/commitments?pick=ag08")
    page.get_by_role("heading", name="Contradictions").wait_for()
    page.evaluate("() => document.querySelector('h3:last-of-type').scrollIntoView()")
    seen.shot(f"commitments-phone-one-{'dark' if dark else 'light'}")
    assert faults(page) == []
