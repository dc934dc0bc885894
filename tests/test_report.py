"""The report of a run: it says what the run's tables say, needs nothing else, and takes no name for a command."""

from __future__ import annotations

import base64
import io
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.test_simulate import drawn, goods

from karvan.corridor.corridor import Corridor
from karvan.evidence.run import RunFolder
from karvan.ground.errors import InputError
from karvan.report.bars import Bar, bars
from karvan.report.chapters.told import Reported, of_each, short
from karvan.report.document import pdf as pdf_writer
from karvan.report.document.blocks import (
    Code,
    Document,
    Figure,
    Items,
    KeyFigure,
    KeyFigures,
    Link,
    Listing,
    Note,
    Paragraph,
    Section,
    Strong,
    Table,
    anchor,
    plain,
    printable,
)
from karvan.report.document.html import write_html
from karvan.report.document.markdown import write_markdown
from karvan.report.document.pdf import write_pdf
from karvan.report.labels import Box, place_labels
from karvan.report.leaning import leaning, spread
from karvan.report.map import Drawn, maps
from karvan.report.mercator import frame
from karvan.report.run import WRITERS, report
from karvan.study.assign import assign
from karvan.study.comparison.comparison import compare
from karvan.study.reopen import corridor_of
from karvan.study.simulate import Progress, simulate
from karvan.testing.draw import row

NAMES = {
    "A": "Gəncə <script>alert('1')</script>",
    "B": 'Шымкент & "Iğdır"',
    "C": '#panic("no") $x$ *İzmir* `raw` [a](b) | c',
}
"""Names of places that mean something in HTML, in Typst or in Markdown, in scripts that must be there."""
PICTURE = """
    K1  rail A 5h B  every 12h  100usd 30kg
    F1  sea B 10h C  every 6h  200usd 20kg
    R1  road A 30h C  now  900usd 90kg
"""


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def world() -> Corridor:
    """A train and a ferry, or a truck; numbers of every grade, and one assumption that begins with a fact."""
    made = drawn(PICTURE, goods(way="A > C", teu_year=1000.0), goods("e", "A > B", teu_year=600.0), teu=4.0)
    where = {"A": (46.36, 40.68), "B": (49.0, 40.4), "C": (53.0, 40.0)}
    places = tuple(
        one._replace(name=NAMES[one.id], lon=where[one.id][0], lat=where[one.id][1]) for one in made.rows("place")
    )
    tables = {
        **made.tables,
        "place": places,
        "source": (
            row("source", id="s one", title="Rail <b>yearbook</b>", publisher="Дәулет", url="https://x.example"),
        ),
        "fact": (
            row("fact", id="F-1", subject="K1", metric="headway", value="12", unit="h", source="s one", confidence="A"),
        ),
        "basis": (
            basis("service", "K1", "headway_h", "read", "A", facts=("F-1",)),
            basis("service", "F1", "headway_h", "derived", "C", facts=("F-1",)),
            basis("facility", "A-gate", "service_time_h", "assumed", "D", note="as quick as anywhere; gates"),
            basis("facility", "C-gate", "service_time_h", "assumed", "D", note="as quick as anywhere; gates"),
            basis("demand", "d", "teu_year", "assumed", "D", facts=("F-1",), note="= F-1 * 83; half of <i>it</i>"),
        ),
    }
    return Corridor(made.description, tables)


def basis(table: str, key: str, column: str, method: str, grade: str, **cells: Any) -> Any:
    return row("basis", table=table, row=key, column=column, method=method, grade=grade, **cells)


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return world()


@pytest.fixture(scope="module")
def assigned(corridor: Corridor, tmp_path_factory: pytest.TempPathFactory) -> Reported:
    found = assign(corridor, out=tmp_path_factory.mktemp("report") / "flows-of-2024", demand=1.5)
    return Reported(found.run, corridor)


@pytest.fixture(scope="module")
def simulated(corridor: Corridor, tmp_path_factory: pytest.TempPathFactory) -> Reported:
    folder = tmp_path_factory.mktemp("report") / "busy"
    found = simulate(corridor, out=folder, days=30.0, warmup_days=2.0, replications=3)
    return Reported(found.run, corridor)


class Page(HTMLParser):
    """What a page holds: tags that are open and closed, ids, links, the text of cells and of all."""

    VOID = ("meta", "path", "rect", "circle", "br")

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.rows = "", [[""]]
        self.feed(content.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID and not self.get_starttag_text().endswith("/>"):  # type: ignore[union-attr]
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID and (not self.open or self.open[-1] != tag):
            return
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def values(self, name: str) -> list[str]:
        return [value or "" for _, attrs in self.tags for key, value in attrs.items() if key == name]


def document(*blocks: Any, title: str = "T", notes: tuple[Note, ...] = ()) -> Document:
    return Document(title, "S", "2026-01-02T03:04:05+00:00", notes, (Section("one", "One", blocks),))


def pdf_text(content: bytes) -> str:
    assert content.startswith(b"%PDF-")
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def all_tables(of: Document) -> list[Table]:
    return [block for section in of.sections for block in section.blocks if isinstance(block, Table)]


def table_called(of: Document, caption: str) -> Table:
    [found] = [table for table in all_tables(of) if table.caption.startswith(caption)]
    return found


# --- a: documents


def test_a1_a_link_that_leads_nowhere_and_an_anchor_twice_are_faults() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        document(Paragraph((Link("x", "y"),)))
    with pytest.raises(ValueError, match="twice"):
        document(Table("c", ("a",), (("1",), ("2",)), anchors=("n", "n")))
    with pytest.raises(ValueError, match="length"):
        Table("c", ("a", "b"), (("1",),))


@given(st.text(max_size=12), st.text(max_size=12))
def test_a2_other_names_get_other_anchors_but_for_case_and_spaces(one: str, other: str) -> None:
    def folded(name: str) -> str:
        return name.lower().replace(" ", "-")

    assert re.fullmatch(r"x-[a-z0-9-]*", anchor("x", one))
    assert (anchor("x", one) == anchor("x", other)) == (folded(one) == folded(other)) or "-" in one + other + " "


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=2, max_size=2))
def test_a3_any_text_stands_in_a_page_and_in_a_table_as_it_is(cells: list[str]) -> None:
    made = document(
        Table("c", ("a", "b"), ((cells[0], (Code(cells[1]),)),)),
        Paragraph((Strong(cells[0]), cells[1])),
        title=cells[0],
    )
    page = Page(write_html(made))
    shown = [re.sub(r"\r\n?", "\n", printable(cell)) for cell in cells]
    assert page.rows[-1] == shown
    assert [tag for tag, _ in page.tags].count("script") == 0
    [_, _, line] = [line for line in write_markdown(made).decode().split("\n") if line.startswith("|")]
    assert len(re.split(r"(?<!\\)(?:\\\\)*\|", line)) == 4


def test_a4_what_a_pdf_says_is_never_run() -> None:
    attack = '#panic("x") #read("/etc/passwd") $1/0$ *b* _i_ <label> @ref \\ ` ``` // c /* = h \n - "}#import "a": *'
    made = document(
        Paragraph((attack, Strong(attack), Code(attack))), Items((attack, (Code("x"), attack))),
        Listing(attack, attack), KeyFigures((KeyFigure(attack, attack, attack),)), Note(attack, "warning"),
        title=attack, notes=(Note(attack),),
    )  # fmt: skip
    text = pdf_text(write_pdf(made))
    assert text.count("#panic") >= 11
    assert "root:" not in text
    assert "#import" in text


def test_a5_a_list_is_a_list_of_texts_also_where_all_are_plain() -> None:
    made = document(Items(("first thing", "second thing")))
    text = pdf_text(write_pdf(made))
    assert re.search(r"first thing\W+second thing", text)
    assert "- first thing\n- second thing" in write_markdown(made).decode()
    assert "<li>first thing</li>\n<li>second thing</li>" in write_html(made).decode()


def test_a6_markdown_keeps_names_readable_and_marks_harmless() -> None:
    words = ("a_b wait_h 1 < 2", "1. no list", "# no heading", "50.9 million", "-3 %", "- no item", "end")
    made = write_markdown(document(*map(Paragraph, words)))
    text = made.decode()
    assert "a_b wait_h 1 &lt; 2" in text
    assert "\n50.9 million\n" in text
    assert "\n-3 %\n" in text
    assert "\n\\- no item\n" in text
    assert "1\\. no list" in text
    assert "\\# no heading" in text


def test_a7_signs_that_the_wheels_fonts_lack_are_set_with_the_machines_own() -> None:
    own = pdf_writer.OWN_SCRIPTS
    assert own.fullmatch("Gəncə, Шымкент, Iğdır, თბილისი, Αθήνα – “±2 °C” → 5 %")
    assert not own.fullmatch("西安")
    assert pdf_text(write_pdf(document(Paragraph("Gəncə, Шымкент, Iğdır İzmir, თბილისი")))).count("Gəncə") == 1


# --- b: drawings


def test_b1_mercator_is_the_one_of_web_maps() -> None:
    # IOGP guidance note 7-2, the worked example of method EPSG:1024 (Popular Visualisation Pseudo Mercator)
    window = frame([(-100.33333333, 24.381787), (0.0, 0.0)], 1000, 0, (100, 1000))
    (x, y), (zero_x, zero_y) = window.pixel((-100.33333333, 24.381787)), window.pixel((0.0, 0.0))
    metres = 6378137.0 / window.scale
    assert (x - zero_x) * metres == pytest.approx(-11_169_055.58, abs=1)
    assert (zero_y - y) * metres == pytest.approx(2_800_000.00, abs=1)
    assert window.latitude(y) == pytest.approx(24.381787)


def test_b2_a_degree_of_the_equator_is_as_long_as_on_the_sphere() -> None:
    window = frame([(0.0, 0.0), (10.0, 0.0)], 1000, 0, (100, 1000))
    assert window.km(100, 0.0) == pytest.approx(math.pi / 180 * 6371.0088)
    assert window.km(100, 60.0) == pytest.approx(window.km(100, 0.0) / 2)


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-80, 80)), min_size=1, max_size=30))
def test_b3_whatever_is_to_be_shown_is_in_the_frame(points: list[tuple[float, float]]) -> None:
    window = frame(points, 900, 40, (300, 600))
    assert 300 <= window.height <= 600
    for point in points:
        x, y = window.pixel(point)
        assert 39 <= x <= 861
        assert 39 <= y <= window.height - 39


def test_b4_a_way_over_the_antimeridian_is_drawn_in_one_piece() -> None:
    window = frame([(120.0, 30.0), (-120.0, 35.0)], 900, 40, (300, 600))
    [part] = window.line([(120.0, 30.0), (179.0, 40.0), (-179.0, 40.0), (-120.0, 35.0)])
    xs = [x for x, _ in part]
    assert xs == sorted(xs)


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 200), st.text(min_size=1, max_size=9)), max_size=40))
def test_b5_no_name_lies_on_another_or_outside(points: list[tuple[float, float, str]]) -> None:
    inner, taken = Box(0, 0, 400, 200), Box(0, 150, 100, 200)
    found = place_labels(points, 11, inner, [taken], most=20)
    boxes = []
    for label in found:
        wide = len(label.text) * 11 * 0.56
        left = label.x - wide * {"start": 0, "middle": 0.5, "end": 1}[label.anchor]
        boxes.append(Box(left, label.y - 9, left + wide, label.y + 2))
    assert len(found) <= 20
    assert not any(one.meets(other) for n, one in enumerate(boxes) for other in [taken, *boxes[:n]])
    assert all(box.left >= 0 and box.right <= 400 and box.top >= 0 and box.bottom <= 200 for box in boxes)


def test_b6_a_map_has_a_line_for_each_link_that_carries_wider_where_more_does(corridor: Corridor) -> None:
    svg = maps(corridor, Drawn({"K1-0": 900.0, "F1-0": 100.0, "R1-0": 0.0, "gone": 7.0}, "t a year"))["all"]
    lines = re.findall(
        r'<path class="(\w+)" d="M[^"]*" fill="none"[^>]*stroke-width="([\d.]+)"[^>]*><title>(.*?)<', svg
    )
    assert [(mode, said.split(": ")[-1]) for mode, _, said in lines] == [
        ("rail", "900 t a year"),
        ("sea", "100 t a year"),
    ]
    widths = [float(width) for _, width, _ in lines]
    assert widths[0] == 9.0
    assert (widths[1] - 0.7) / (widths[0] - 0.7) == pytest.approx((1 / 9) ** 0.5, abs=0.01)
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg
    assert maps(corridor, Drawn({"gone": 1.0}, "t")) == {}


def test_b7_where_most_waits_has_the_largest_ring(corridor: Corridor) -> None:
    svg = maps(corridor, Drawn({"K1-0": 1.0}, "t", {"A": 100.0, "B": 25.0, "C": 0.0, "gone": 9.0}, "days"))["all"]
    rings = [float(r) for r in re.findall(r'<circle class="wait" [^>]*r="([\d.]+)"[^>]*>\s*<title>', svg)]
    assert rings == [15.0, 7.5]


def test_b8_bars_begin_at_nought_and_are_as_long_as_their_values() -> None:
    svg = bars([Bar("a", 2.0, "2"), Bar("b", -1.0, "-1", -1.5, -0.5), Bar("<c>", 0.0, "0")], 2.0, "full")
    found = [(float(x), float(w)) for x, w in re.findall(r'class="bar" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg)]
    assert found[0][1] == pytest.approx(2 * found[1][1], abs=0.2)
    assert found[1][0] + found[1][1] == pytest.approx(found[0][0], abs=0.2)
    assert "&lt;c&gt;" in svg


# --- c: the report of an assignment


def test_c1_a_page_is_well_formed_and_needs_nothing_else(assigned: Reported) -> None:
    page = Page(write_html(report(assigned)))
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "use"}
    assert {value[0] for value in page.values("href")} == {"#"}
    assert {value[1:] for value in page.values("href")} <= set(page.values("id"))
    assert page.values("src") == []
    assert len(page.values("id")) == len(set(page.values("id")))
    style = write_html(report(assigned)).decode().split("<style>")[1].split("</style>")[0]
    assert not re.search(r"url\(|@import|http", style)
    drawings = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert len(drawings) >= 3
    for attrs in drawings:
        assert attrs["role"] == "img"
        assert set(str(attrs["aria-labelledby"]).split()) <= set(page.values("id"))
    assert [tag for tag, _ in page.tags].count("caption") == [tag for tag, _ in page.tags].count("table")


def test_c2_tables_say_what_the_run_says(assigned: Reported) -> None:
    made = report(assigned)
    families = table_called(made, "Families")
    sums: dict[str, float] = {}
    for one in assigned.rows("families"):
        sums[one["family"]] = sums.get(one["family"], 0.0) + one["tonnes"]
    assert {plain(cells[0]): plain(cells[1]) for cells in families.rows} == {k: f"{v:,.0f}" for k, v in sums.items()}
    full = table_called(made, "What is fullest")
    assert [plain(cells[4]) for cells in full.rows] == sorted((plain(cells[4]) for cells in full.rows), reverse=True,
                                                              key=lambda cell: float(cell[:-1]))  # fmt: skip
    [slots] = [one for one in assigned.rows("resources") if one["resource"] == "F1 at 0"]
    assert f"F1 from {NAMES['B']}" in {plain(cells[0]) for cells in full.rows}
    assert f"{slots['load']:,.0f}" in {plain(cells[2]) for cells in full.rows}


def test_c3_markdown_has_the_same_tables_and_drawings(assigned: Reported) -> None:
    made = report(assigned)
    page, text = Page(write_html(made)), write_markdown(made).decode()
    lines = [line for line in text.split("\n") if line.startswith("| ") and not re.match(r"\| -", line)]
    key = next(n for n, line in enumerate(lines) if line.startswith("| what | how much"))
    n_key = 1 + sum(len(b.figures) for s in made.sections for b in s.blocks if isinstance(b, KeyFigures))
    lines = lines[:key] + lines[key + n_key :]
    assert len(lines) == len(page.rows) - 1
    for line, cells in zip(lines, page.rows[1:], strict=True):
        assert len(re.split(r"(?<!\\)\|", line)) == len(cells) + 2
    images = re.findall(r"data:image/svg\+xml;base64,([\w+/=]+)\)", text)
    figures = [b.svg for s in made.sections for b in s.blocks if isinstance(b, Figure)]
    assert [base64.b64decode(image).decode() for image in images] == figures
    assert len(figures) >= 3
    assert not re.search(r"(?<!\\)\]\((?!#|data:)", text)


def test_c4_a_pdf_names_the_run_and_its_places_in_their_letters(assigned: Reported) -> None:
    content = write_pdf(report(assigned))
    text = pdf_text(content)
    assert "flows-of-2024" in text
    for name in NAMES.values():
        assert name[:8] in text
    assert "<script>" in text
    meta = pypdf.PdfReader(io.BytesIO(content)).metadata
    day = assigned.record["clock"]["finished"][:10].replace("-", "")
    assert meta is not None
    assert str(meta["/CreationDate"]).startswith(f"D:{day}")


def test_c5_the_same_run_gives_the_same_bytes_here_and_in_another_process(assigned: Reported, tmp_path: Path) -> None:
    kept = assigned.run.path
    first = {form: write(report(Reported(RunFolder.open(kept), None, ("x",)))) for form, write in WRITERS.items()}
    program = (
        "import sys; from karvan.evidence.run import RunFolder; from karvan.report.chapters.told import Reported;"
        "from karvan.report.run import WRITERS, report; from pathlib import Path\n"
        "made = report(Reported(RunFolder.open(sys.argv[1]), None, ('x',)))\n"
        "for form, write in WRITERS.items(): Path(sys.argv[2], form).write_bytes(write(made))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Baku"}
    subprocess.run([sys.executable, "-c", program, str(kept), str(tmp_path)], env=environment, check=True)
    assert {form: (tmp_path / form).read_bytes() for form in WRITERS} == first


def test_c6_what_did_not_settle_is_said_first_and_what_found_no_room_with_its_reason(
    corridor: Corridor, own_runs: Path
) -> None:
    much = assign(corridor, out=own_runs / "much", method="so", demand=200.0)
    made = report(Reported(much.run, corridor))
    [left] = much.table("unserved").to_dict("records")
    [cells] = table_called(made, "The largest that are left").rows
    assert (plain(cells[0]), plain(cells[4]), plain(cells[5])) == (
        left["demand"], f"{left['tonnes']:,.0f}", "no room: K1 at 0",
    )  # fmt: skip
    assert "figure-unserved" in Page(write_html(made)).values("id")
    assert made.notes == ()
    hasty = assign(corridor, out=own_runs / "hasty", demand=40.0, gap=1e-12, iterations=1)
    assert not hasty.converged
    [note] = report(Reported(hasty.run, corridor)).notes
    assert "Not converged" in plain(note.text)
    assert "6.7e-01" in plain(note.text)


def test_c7_goods_of_each_family_are_shown_before_more_of_the_largest() -> None:
    rows = [{"k": kind, "n": n} for n, kind in enumerate("aaaabac")]
    assert [one["n"] for one in of_each(rows, lambda one: one["k"], 4)] == [0, 1, 4, 6]
    assert of_each(rows, lambda one: one["k"], 99) == rows


def test_c8_large_numbers_are_short() -> None:
    said = [short(2.214e8, "t"), short(4.733e10, "USD"), short(2.3e9, "t CO2e"), short(12_345.0, "t"), short(0.0, "t")]
    assert said == ["221 Mt", "47.3 bn USD", "2.3 Gt CO2e", "12,300 t", "0 t"]


# --- d: the report of a simulation


def test_d1_a_simulation_has_its_charts_and_intervals(simulated: Reported) -> None:
    made = report(simulated)
    page = Page(write_html(made))
    assert {value[1:] for value in page.values("href")} <= set(page.values("id"))
    assert len(page.values("id")) == len(set(page.values("id")))
    assert {"figure-map-all", "figure-times", "figure-causes"} <= set(page.values("id"))
    times = table_called(made, "Door to door")
    hours = json.loads((simulated.run.path / "run.json").read_text("utf-8"))["results"]["mean_hours"]
    [key] = [block for section in made.sections for block in section.blocks if isinstance(block, KeyFigures)]
    assert key.figures[0].value == f"{hours / 24:,.1f} days"
    assert key.figures[0].note.startswith("±")
    named = {plain(cells[0]).rsplit(" | ", 2)[0] for cells in times.rows}
    assert named == {f"{NAMES['A']} – {NAMES[end]}" for end in "BC"}


def test_d2_one_replication_is_no_measure_of_chance(corridor: Corridor, own_runs: Path) -> None:
    found = simulate(corridor, out=own_runs / "one", days=10.0, warmup_days=1.0, replications=1)
    made = report(Reported(found.run, corridor))
    assert any("one replication only" in plain(note.text) for note in made.notes)
    assert pdf_text(write_pdf(made)).count("±") <= 8, "headings of intervals only"


def test_d3_the_map_counts_units_on_the_way(simulated: Reported, corridor: Corridor) -> None:
    [figure] = [
        block for section in report(simulated).sections for block in section.blocks
        if isinstance(block, Figure) and block.anchor == "figure-map-all"
    ]  # fmt: skip
    lost = {one["part"]: one["unit_h"] for one in simulated.rows("summary_lost") if one["cause"] == "travel"}
    km = corridor.row("link", "K1-0").length_km
    wanted = lost["K1-0"] / (30 * 24) / km * 1000
    [said] = re.findall(r"rail: ([\d.,]+) units on 1,000 km", figure.svg)
    assert float(said.replace(",", "")) == pytest.approx(wanted, rel=5e-3)


# --- d, continued: the report of a comparison


def test_d4_a_comparison_tells_what_differs_and_that_nothing_does(
    corridor: Corridor, own_runs: Path, tmp_path: Path
) -> None:
    ferry, none = tmp_path / "ferry.yaml", tmp_path / "none.yaml"
    ferry.write_text("title: More sailings\nyear: 2024\nchanges: [service/F1/headway_h=3]\n", "utf-8")
    none.write_text("title: As it is\nyear: 2024\n", "utf-8")
    asked: dict[str, Any] = {"engines": ("assign", "simulate"), "days": 20.0, "warmup_days": 1.0, "replications": 2}
    found = compare("package", str(ferry), str(none), package=corridor, out=own_runs / "both", **asked)
    made = report(Reported(found.run, corridor))
    changed, same = (section for section in made.sections if section.anchor.startswith("scenario-"))
    assert [plain(block.text) for block in same.blocks if isinstance(block, Paragraph)] == [
        "It changes no figure: before and after are the same to the last bit."
    ]
    [totals] = [block for block in changed.blocks if isinstance(block, Table) and block.caption == "In all"]
    rows = {(plain(cells[0]), plain(cells[1])): [plain(cell) for cell in cells[2:]] for cells in totals.rows}
    [hours] = found.changes(scenario=changed.title, engine="simulate", subject="total", measure="hours").to_dict(
        "records"
    )
    told = rows["hours, h", "simulate"]
    assert float(told[2]) == pytest.approx(hours["difference"], rel=5e-3)
    assert float(told[3].split(" to ")[0]) == pytest.approx(hours["low"], rel=5e-3)
    text = write_markdown(made).decode()
    assert "their own reports name their assumptions" in text
    assert corridor_of(found.run).corridor is None, "it is of no package that ships"
    assert write_html(made)
    assert write_pdf(made)


# --- e: assumptions


def test_e1_numbers_are_counted_by_the_grade_of_their_basis(corridor: Corridor) -> None:
    found = leaning(corridor, {"service": {"K1": 5.0, "F1": 2.0, "gone": 9.0}, "facility": {"A-gate": 3.0}})
    # K1 and F1: a headway each (A, C) and nothing else of theirs with a basis
    assert found.grades["service"]["A"] == 1
    assert found.grades["service"]["C"] == 1
    assert found.grades["facility"]["D"] == sum(
        getattr(corridor.row("facility", "A-gate"), name) is not None
        for name in ("servers", "service_time_h", "price_usd_teu", "price_usd_feu")
    )
    assert found.sources == {"s one": 2}


def test_e2_an_assumption_on_several_rows_is_one_and_the_most_used_come_first(corridor: Corridor) -> None:
    uses = {"facility": {"A-gate": 3.0, "C-gate": 8.0}, "demand": {"d": 5.0}}
    found = [one for one in leaning(corridor, uses).assumptions if one.note != "no basis is given"]
    assert [(one.table, one.rows, one.use) for one in found] == [
        ("facility", ("C-gate", "A-gate"), 8.0), ("demand", ("d",), 5.0),
    ]  # fmt: skip


def test_e3_what_belongs_to_a_service_is_used_as_much_as_it(corridor: Corridor) -> None:
    found = spread(corridor, {"service": {"K1": 5.0, "R1": 7.0}})
    assert found["vehicle"] == {"K1": 5.0, "R1": 7.0}
    assert found["tariff"] == {"K1:20ft": 5.0, "K1:40ft": 5.0, "R1:20ft": 7.0, "R1:40ft": 7.0}
    assert found["emission_factor"] == {"K1": 5.0, "R1": 7.0}
    assert found["stop"] == {"K1:0": 5.0, "K1:1": 5.0, "R1:0": 7.0, "R1:1": 7.0}


def test_e4_a_storm_is_used_where_what_it_stops_is() -> None:
    made = world()
    tables = {
        **made.tables,
        "closure": (row("closure", id="storm", stops_table="link", stops=("F1-0",), duration_h=9.0),
                    row("closure", id="other", stops_table="link", stops=("K1-0",), duration_h=9.0)),
        "closure_rate": (row("closure_rate", closure="storm", month=1, starts=2.0),),
    }  # fmt: skip
    found = spread(Corridor(made.description, tables), {"link": {"F1-0": 4.0}})
    assert found["closure"] == {"storm": 4.0}
    assert found["closure_rate"] == {"storm:1": 4.0}


def test_e5_reasons_are_told_and_lead_to_their_facts_and_sources(assigned: Reported) -> None:
    made = report(assigned)
    page = Page(write_html(made))
    assert "half of <i>it</i>" in page.text
    assert "as quick as anywhere; gates" in page.text
    links = {attrs["href"] for tag, attrs in page.tags if tag == "a"}
    assert f"#{anchor('fact', 'F-1')}" in links
    assert f"#{anchor('source', 's one')}" in links
    assert "https://x.example" in page.text
    assert "https" not in "".join(page.values("href"))
    facts = table_called(made, "What the reasoning")
    assert [plain(cells[0]) for cells in facts.rows] == ["F-1"]


def test_e6_the_d_numbers_of_a_run_are_those_of_its_rows(assigned: Reported) -> None:
    table = table_called(report(assigned), "Numbers in the rows")
    rows = {plain(cells[0]): [plain(cell) for cell in cells[1:]] for cells in table.rows}
    assert rows["demand"] == ["0", "0", "0", "2", "2"]
    assert rows["service"][0] == "1"
    total = [sum(int(cells[n].replace(",", "")) for name, cells in rows.items() if name != "all") for n in range(5)]
    assert rows["all"] == [f"{n:,}" for n in total]


# --- f: what a run was made from


def test_f1_it_tells_how_to_make_it_again_and_how_to_cite_it(corridor: Corridor, own_runs: Path) -> None:
    found = assign(corridor, changes=["service/F1/headway_h=8"], out=own_runs / "a_b&c", co2e_usd_t=50.0)
    text = write_markdown(report(Reported(found.run, corridor))).decode()
    assert "`service/F1/headway_h=8`" in text
    assert "of picture, 1 change; finished" in text
    assert "| `co2e_usd_t` | 50 |" in text
    digest = found.run.record["inputs"]["tables"]["service"]
    assert f"| service | `{digest[:16]}` |" in text
    [bibtex] = re.findall(r"```text\n(@misc.*?)\n```", text, re.DOTALL)
    assert "run a\\_b\\&c" in bibtex
    assert bibtex.count("{") == bibtex.count("}")
    assert "imply no opinion" in text


def test_f2_a_package_that_has_changed_since_is_told_of(small: Corridor, package: Path, own_runs: Path) -> None:
    found = assign(small, out=own_runs / "then")
    same = corridor_of(RunFolder.open(found.run.path), str(package))
    assert (same.doubts, same.remarks) == ((), ())
    text = (package / "service.csv").read_text("utf-8")
    (package / "service.csv").write_text(text.replace("train,train", "train,Express"), "utf-8")
    later = corridor_of(RunFolder.open(found.run.path), str(package))
    assert later.corridor is not None
    [said] = later.doubts
    assert "not as the run read it: service." in said
    made = report(Reported(found.run, later.corridor, later.doubts))
    assert made.notes[0].kind == "warning"


def test_f3_what_no_engine_reads_bears_on_no_figure(small: Corridor, package: Path, own_runs: Path) -> None:
    found = assign(small, out=own_runs / "then")
    with (package / "place_name.csv").open("a", encoding="utf-8") as file:
        file.write("BETA,Бета,ru\n")
    later = corridor_of(RunFolder.open(found.run.path), str(package))
    assert later.doubts == ()
    assert "place_name" in later.remarks[0]


def test_f4_the_changes_of_a_run_are_made_again(small: Corridor, package: Path, own_runs: Path) -> None:
    found = assign(small, changes=["service/train/headway_h=48"], out=own_runs / "changed")
    again = corridor_of(RunFolder.open(found.run.path), str(package))
    assert again.doubts == ()
    assert again.corridor is not None
    assert again.corridor.row("service", "train").headway_h == 48
    gone = {**found.run.record, "inputs": {**found.run.record["inputs"], "changes": ["service/gone/headway_h=1"]}}
    (found.run.path / "run.json").write_text(json.dumps(gone), "utf-8")
    lost = corridor_of(RunFolder.open(found.run.path), str(package))
    assert lost.corridor is None
    assert "can no longer be made" in lost.doubts[0]


def test_f5_without_its_package_a_run_is_told_without_map_and_assumptions(assigned: Reported) -> None:
    alone = corridor_of(assigned.run)
    assert alone.corridor is None
    assert "picture is not at hand" in alone.doubts[0]
    made = report(Reported(assigned.run, *alone))
    text = write_markdown(made).decode()
    assert "There is no map" in text
    assert "no assumption can be named" in text
    assert "Families by their share" in text
    with pytest.raises(InputError, match="nowhere"):
        corridor_of(assigned.run, "nowhere")


def test_f6_a_run_of_another_karvan_is_told_of(assigned: Reported, tmp_path: Path) -> None:
    record = json.loads((assigned.run.path / "run.json").read_text("utf-8"))
    record["inputs"] |= {"karvan": "0.0.1", "scenario": "never-heard-of", "package": "middle-corridor"}
    (tmp_path / "run.json").write_text(json.dumps(record), "utf-8")
    found = corridor_of(RunFolder.open(tmp_path))
    assert found.corridor is None
    assert "karvan 0.0.1" in found.doubts[0]
    assert "scenario never-heard-of is not at hand" in found.doubts[1]


# --- g: the door


def test_g1_a_report_stands_in_the_run_and_goes_when_the_run_goes_on(
    small: Corridor, package: Path, own_runs: Path, karvan_says: Callable[..., tuple[int, str]]
) -> None:
    found = assign(small, out=own_runs / "mine")
    code, told = karvan_says("report", "mine", "--package", package)
    path = found.run.path / "charts" / "report.html"
    assert (code, told.strip()) == (0, str(path))
    assert b"Flows of 2024 on small" in path.read_bytes()
    for name in ("r.pdf", "r.md", "r.markdown"):
        assert karvan_says("report", "mine", "--package", package, "--out", package / name)[0] == 0
    assert (package / "r.pdf").read_bytes().startswith(b"%PDF")
    assert (package / "r.md").read_bytes() == (package / "r.markdown").read_bytes()
    code, told = karvan_says("report", "mine", "--format", "md", "--out", package / "odd.txt", "--json")
    assert json.loads(told) == {"run": "mine", "report": str(package / "odd.txt"), "format": "md"}


def test_g2_what_cannot_be_told_is_refused_with_its_remedy(
    corridor: Corridor, own_runs: Path, tmp_path: Path, karvan_says: Callable[..., tuple[int, str]]
) -> None:
    assign(corridor, out=own_runs / "flows-2024")
    code, told = karvan_says("report", "flows-2025")
    assert code == 3
    assert "nearest: flows-2024" in told
    code, told = karvan_says("report", "flows-2024", "--format", "docx")
    assert code == 2
    assert "'docx' is not one of 'html', 'pdf', 'md'" in told
    code, told = karvan_says("report", "flows-2024", "--out", "report.docx")
    assert code == 2
    assert "give --format" in told
    (tmp_path / "file").write_text("x")
    code, told = karvan_says("report", "flows-2024", "--out", tmp_path / "file" / "report.html")
    assert code == 3
    assert "cannot be written" in told


def test_g3_a_run_that_was_cut_off_is_none_to_report(
    corridor: Corridor, own_runs: Path, karvan_says: Callable[..., tuple[int, str]]
) -> None:
    class Power(Exception):
        """Goes off."""

    def off(done: int, _of: int) -> None:
        if done == 1:
            raise Power

    with pytest.raises(Power):
        simulate(
            corridor, out=own_runs / "cut", days=10.0, warmup_days=1.0, replications=2, progress=Progress(done=off)
        )
    code, told = karvan_says("report", "cut")
    assert code == 3
    assert "interrupted" in told


def test_g4_a_run_of_a_verb_without_a_report_says_which_have_one(
    own_runs: Path, karvan_says: Callable[..., tuple[int, str]]
) -> None:
    with RunFolder.create(own_runs / "odd", {"replications": 0, "inputs": {"command": "fly", "package": "p"}}) as run:
        run.finish({}, {"x": 1})
    code, told = karvan_says("report", "odd")
    assert code == 3
    assert "found 'fly' | give a run of karvan assign, " in told


def test_g5_without_its_extra_a_pdf_is_refused_and_a_page_is_not(
    assigned: Reported, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    monkeypatch.setitem(sys.modules, "altair", None)
    made = report(assigned)
    assert write_html(made)
    assert write_markdown(made)
    with pytest.raises(InputError, match=r'typst .*install it: pip install "karvan\[report\]"'):
        write_pdf(made)
