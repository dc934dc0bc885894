"""Examples in the documents run, and print what they say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md") if ">>> " in path.read_text("utf-8")))
def test_a01_examples_run(page: str) -> None:
    done = doctest.testfile(str(DOCS / page), module_relative=False, encoding="utf-8")
    assert done.attempted > 0
    assert done.failed == 0
