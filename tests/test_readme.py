"""The script that pastes output into README.md."""

from __future__ import annotations

import pytest

import refresh_readme


def test_a01_output_is_pasted_below_its_marker() -> None:
    assert refresh_readme.refreshed("a\n<!-- output: echo hello -->\nb\n") == (
        "a\n<!-- output: echo hello -->\n```text\nhello\n```\nb\n"
    )


def test_a02_a_second_time_changes_nothing() -> None:
    once = refresh_readme.refreshed("<!-- output: printf 'x  \\ny' -->\n\nb\n```sh\nkept\n```\n")
    assert "```text\nx\ny\n```\n" in once
    assert refresh_readme.refreshed(once) == once


def test_a03_old_output_gives_way() -> None:
    old = "<!-- output: echo new -->\n```text\nold\nolder\n```\n```text\nkept\n```\n"
    assert refresh_readme.refreshed(old) == "<!-- output: echo new -->\n```text\nnew\n```\n```text\nkept\n```\n"


def test_b01_a_command_that_fails_stops_it() -> None:
    with pytest.raises(SystemExit, match="ended with 3: no such place"):
        refresh_readme.refreshed("<!-- output: echo no such place >&2; exit 3 -->\n")
