"""What others take over of trade with a partner that goes, asked for and read in the studio."""

from __future__ import annotations

import re

from tests.studio.test_trade import SLOW_MS, Look, faults


def test_a01_a_partner_goes_and_others_take_over(look: Look) -> None:
    seen = look()
    seen.go("/trade?tab=loss")
    page = seen.page
    box = page.get_by_role("checkbox", name="And what others take over of the trade")
    assert box.count() == 0  # there is nobody whose trade could be taken over
    page.get_by_label("What goes").select_option("other")
    page.get_by_label("Its kind and name").fill("partner:CN")
    box.check()
    page.get_by_role("button", name="What is lost?").click()
    page.get_by_text(re.compile(r"Without partner:CN in 2024")).wait_for(timeout=SLOW_MS)
    table = page.get_by_role("table", name="What others take over, trade of 2024")
    row = table.get_by_role("row").filter(has_text="Azerbaijan")
    assert "3,724" in row.inner_text()  # what it bought of China
    assert re.search(r"\+840 \(.*\+728.*\+1,065.*\)", row.inner_text())
    assert page.get_by_role("table", name="Most used after").get_by_text("yes").count() > 0
    seen.shot("trade-loss-taken-over")
    assert not faults(page)
