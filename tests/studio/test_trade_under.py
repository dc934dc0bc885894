"""Trade in the studio as jobs: what is carried after a what-if, what a scenario does; and changes on the map."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.studio.conftest import Seen, Service
from tests.studio.test_access import faults

Look = Callable[..., Seen]
JOB_MS = 1_200_000
"""For a job, on a computer that does other things as well."""
SLOW_MS = 120_000
ASKED = "/trade?tab=what-if&asked=1&area=AZE,CHN&draws=20"
LINES = """() => window.__karvan?.map?.loaded()
  ? window.__karvan.map.querySourceFeatures("corridor")
    .map(({ properties: { key, mode, colour, width } }) => [key, mode, colour, width])
  : []"""


def lines(seen: Seen, fits: Callable[[set[str]], bool]) -> dict[str, tuple[str, str, float]]:
    """Lines on the map, once they are those that are waited for: mode, colour and width by pair."""
    found: dict[str, tuple[str, str, float]] = {}
    for _ in range(240):
        found = {key: (mode, colour, width) for key, mode, colour, width in seen.page.evaluate(LINES)}
        if found and fits(set(found)):
            return found
        seen.page.wait_for_timeout(250)
    raise AssertionError(f"not the lines that were waited for: {sorted(found)}")


def result(service: Service, run: str) -> dict[str, Any]:
    """What a run found."""
    answer = httpx.get(f"{service.address}/api/runs/{run}/result", timeout=60).raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def named(url: str, what: str) -> str:
    """A value out of the address."""
    found = re.search(rf"[?&]{what}=([^&]+)", url)
    assert found, url
    return found[1]


@pytest.mark.everyday
def test_a01_the_map_has_what_a_what_if_changes(look: Look, service: Service) -> None:
    body = {"area": ["AZE", "CHN"], "draws": 20}
    told = httpx.post(f"{service.address}/api/trade/what-if", json=body, timeout=120).raise_for_status().json()
    pairs = [one for one in told["changes"][-1]["pairs"] if one["change_musd"]]
    first = f"{pairs[0]['exporter']}-{pairs[0]['importer']}"
    seen = look()
    page = seen.page
    seen.go(ASKED)
    page.get_by_text("What changes: free-trade area, 2024").wait_for(timeout=SLOW_MS)
    wanted = {f"{one['exporter']}-{one['importer']}": one["change_musd"] for one in pairs[:60]}
    drawn = lines(seen, lambda there: there == set(wanted))
    for key, (mode, _, width) in drawn.items():
        assert mode == ("rail" if wanted[key] > 0 else "sea")
        assert width <= drawn[first][2]
    assert len({colour for mode, colour, _ in drawn.values()}) == 2
    page.get_by_text("40 things on the map").click()
    page.get_by_role("button", name=re.compile(r"^China → Azerbaijan: \+")).wait_for()
    seen.shot("trade-changes")
    assert faults(page) == []
    page.get_by_role("tab", name="Dependence").click()
    page.get_by_text("Goods trade of 2015, million USD").wait_for()
    lines(seen, lambda there: all("AZE" in one for one in there))


def test_a02_a_sentence_of_the_map_chooses_the_other_end(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go(ASKED)
    page.get_by_text("What changes: free-trade area, 2024").wait_for(timeout=SLOW_MS)
    page.get_by_text("40 things on the map").click()
    page.get_by_role("button", name=re.compile("^Italy → Azerbaijan: −")).press("Enter")
    page.wait_for_url(re.compile("partner=ITA"))
    page.get_by_text("What changes: free-trade area, 2024").wait_for()  # the answer is to what was asked


def test_b01_what_passes_the_caspian_is_asked_followed_and_read(look: Look, service: Service) -> None:
    seen = look(height=1600)
    page = seen.page
    seen.go(ASKED)
    carry = page.get_by_role("region", name="And what passes the Caspian")
    carry.wait_for(timeout=SLOW_MS)
    assert carry.get_by_label("On the corridor of").input_value() == "base-2025"
    carry.get_by_role("button", name="What passes?").press("Enter")
    carry.get_by_role("progressbar").wait_for()
    page.wait_for_url(re.compile("cjob=[0-9a-f]+"))
    carry.get_by_text("TEU at P5 and P95 of trade").wait_for(timeout=JOB_MS)
    told = result(service, named(page.url, "carried"))["carried"]
    [area] = told["changes"]
    after = area["after"]
    said = carry.locator("p.said").inner_text()
    for teu in (area["before"]["teu"], *(after[case]["teu"] for case in ("central", "low", "high"))):
        assert f"{teu:,.0f}" in said
    row = carry.get_by_role("table", name="What passes, by change").get_by_role("row").nth(1)
    assert f"{area['rows_of_demand']}" in row.inner_text()
    seen.shot("trade-carry")
    assert faults(page) == []

    again = look(390, 844, dark=True)
    again.page.goto(page.url)  # what was found stands in the address
    again.page.get_by_text("TEU at P5 and P95 of trade").wait_for(timeout=SLOW_MS)
    again.page.get_by_text("TEU at P5 and P95 of trade").scroll_into_view_if_needed()
    assert again.page.evaluate("() => document.documentElement.scrollWidth") <= 390
    again.shot("trade-phone-carry-dark")
    assert faults(again.page) == []

    page.get_by_label("Days more on the way").fill("-5")
    page.get_by_role("button", name="What would change?").click()
    page.wait_for_url(re.compile(r"days=-5"))
    assert "carried=" not in page.url  # it was of another question


def test_b02_a_corridor_that_cannot_carry_is_said(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go(f"{ASKED}&on=base-2031")
    carry = page.get_by_role("region", name="And what passes the Caspian")
    carry.get_by_role("button", name="What passes?").click(timeout=SLOW_MS)
    carry.get_by_text("no scenario 'base-2031'").wait_for()
    assert len(seen.errors) == 1  # the browser's own word of the 422
    seen.errors.clear()
    carry.get_by_label("On the corridor of").select_option("")
    assert carry.get_by_role("button", name="What passes?").is_disabled()


def test_c01_a_scenario_is_asked_and_what_is_wrong_is_said(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/trade?tab=what-if")
    page.get_by_role("tab", name="What if").press("ArrowRight")
    assert page.get_by_role("tab", name="Under a scenario").get_attribute("aria-selected") == "true"
    page.get_by_text("Choose a scenario and what it is compared with").wait_for()
    assert page.get_by_label("The scenario").input_value() == "world-bank"
    page.get_by_label("Compared with").select_option("base-2024")
    page.get_by_text("What trade answers by").click()
    page.get_by_label("Elasticity of trade to the delivered price").fill("-3")
    page.get_by_label("Elasticity of trade to the delivered price").press("Tab")
    page.wait_for_url(re.compile("elasticity=-3.*from=base-2024"))
    assert page.get_by_label("also at the ends of the elasticity").is_disabled()
    page.get_by_role("button", name="What becomes of trade?").click()
    page.get_by_text("give a base of the same year").wait_for()
    assert len(seen.errors) == 1  # the browser's own word of the 422
    seen.errors.clear()
    seen.shot("trade-under-refused")
    assert faults(page) == []
    page.get_by_label("Compared with").select_option("")
    page.get_by_text("Choose a scenario in both.").wait_for()
    assert page.get_by_role("button", name="What becomes of trade?").is_disabled()


def test_c02_a_scenario_is_followed_and_told_by_groups_and_pairs(look: Look, service: Service) -> None:
    seen = look(height=2000)
    page = seen.page
    seen.go("/trade?tab=under&ends=1")
    page.get_by_role("button", name="What becomes of trade?").click()
    page.get_by_role("progressbar").wait_for()
    page.get_by_text(re.compile("Under world-bank, from base-2030, trade grows by")).wait_for(timeout=JOB_MS)
    told = result(service, named(page.url, "grown"))
    groups = page.get_by_role("table", name="Growth of trade by groups")
    assert groups.get_by_role("row").count() == len(told["groups"]) + 1
    first = told["groups"][0]
    row = groups.get_by_role("row").nth(1).inner_text()
    for case in ("central", "low", "high"):
        assert f"+{first['pct'][case]:.2f}".rstrip("0") in row
    chart = page.get_by_role("figure", name="Growth of trade by groups")
    assert chart.locator("svg rect").count() >= len(told["groups"])
    pairs = page.get_by_role("table", name="Pairs of countries")
    assert pairs.get_by_role("row").count() == 21
    pairs.get_by_role("button", name=re.compile("^Trade")).click()
    page.wait_for_url(re.compile("usort=-factor"))
    most = max(told["pairs"], key=lambda one: one["factor"])
    assert f"{most['days_after']:.1f}".removesuffix(".0") in pairs.get_by_role("row").nth(1).inner_text()
    seen.shot("trade-under")
    assert faults(page) == []
    again = look(390, 844, dark=True)
    again.page.goto(page.url)
    again.page.get_by_text(re.compile("Under world-bank, from base-2030")).wait_for(timeout=SLOW_MS)
    assert again.page.evaluate("() => document.documentElement.scrollWidth") <= 390
    again.shot("trade-phone-under-dark")
    assert faults(again.page) == []


def test_c03_a_job_is_cancelled_and_taken_up_again(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/trade?tab=under&ends=1&pct_day=2.1")
    page.get_by_role("button", name="What becomes of trade?").click()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("stopped", exact=True).wait_for(timeout=SLOW_MS)
    page.get_by_text(re.compile("it had not begun|trade-under starts from its beginning")).wait_for()
    page.get_by_role("button", name="Take up again").click()
    page.get_by_role("progressbar").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("stopped", exact=True).wait_for(timeout=SLOW_MS)


def test_d01_partners_beyond_the_countries_have_names(look: Look) -> None:
    seen = look(height=2400)
    page = seen.page
    seen.go("/trade?tab=dependence&way=exports")
    table = page.get_by_role("table", name="Shares of partners")
    table.wait_for()
    while page.get_by_role("button", name=re.compile("^Show more")).count():
        page.get_by_role("button", name=re.compile("^Show more")).last.click()
    partners = {row.split("\t")[0] for row in table.locator("tbody").inner_text().split("\n") if row}
    assert "Israel" in partners
    assert not {one for one in partners if re.fullmatch("[A-Z]{3}", one)}
