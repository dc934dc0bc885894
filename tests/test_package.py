"""A package on disk: written, read back, and what the check finds in a sound and in an unsound one."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from karvan.corridor import Corridor, load
from karvan.corridor.check import check
from karvan.corridor.package import read_rows, table_files
from karvan.corridor.row import as_text
from karvan.ground.errors import InputError
from karvan.tables import BY_NAME
from karvan.testing.draw import row

# a: there and back


def test_a01_the_small_package_is_sound(package: Path) -> None:
    assert check(package)[1] == []


def test_a02_a_folder_comes_back_as_it_was(small: Corridor, package: Path) -> None:
    again = load(package)
    assert again.tables.keys() == small.tables.keys()
    for name, rows in small.tables.items():
        assert set(again.rows(name)) == set(rows)
    assert again.description == small.description


def test_a03_so_does_a_zip_byte_by_byte(small: Corridor, package: Path, tmp_path: Path) -> None:
    small.save(tmp_path / "one.zip")
    load(tmp_path / "one.zip").save(tmp_path / "two.zip")
    load(package).save(tmp_path / "three.zip")
    assert len({(tmp_path / f"{name}.zip").read_bytes() for name in ("one", "two", "three")}) == 1


def test_a04_and_a_folder_file_by_file(package: Path, tmp_path: Path) -> None:
    load(package).save(tmp_path / "again")
    assert {file.name: file.read_bytes() for file in package.iterdir()} == {
        file.name: file.read_bytes() for file in (tmp_path / "again").iterdir()
    }


def test_a05_folder_and_zip_have_one_digest(package: Path, tmp_path: Path) -> None:
    corridor = load(package)
    corridor.save(tmp_path / "same.zip")
    assert load(tmp_path / "same.zip").digest == corridor.digest


def test_a06_a_zip_of_the_folder_itself_will_do(package: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "nested.zip", "w") as archive:
        for file in package.iterdir():
            archive.write(file, f"small/{file.name}")
    assert load(tmp_path / "nested.zip").digest == load(package).digest


def test_a07_columns_that_are_not_required_may_be_left_out(package: Path) -> None:
    rows = (package / "vehicle.csv").read_text().splitlines()
    bare = "\n".join(",".join(line.split(",")[:3]) for line in rows)
    (package / "vehicle.csv").write_text(bare)
    problems = check(package)[1]
    assert {problem.found for problem in problems} == {"nothing"}  # only that vehicles say what they emit


def test_a08_a_byte_order_mark_and_windows_line_ends_are_no_matter(package: Path, small: Corridor) -> None:
    for file in package.glob("*.csv"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert set(load(package).places()) == set(small.places())


def test_a09_frictionless_reads_it(package: Path) -> None:
    report = Package(str(package / "datapackage.json")).validate()
    assert report.flatten(["title", "message"]) == []


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(',;"\n\t'), max_size=40))
def test_a10_any_text_comes_back(small: Corridor, note: str) -> None:
    written = as_text("place", row("place", id="A", note=note.strip()))
    (content,) = [text for name, text in table_files({"place": [written]}, small.description).items() if "csv" in name]
    (again,), problems = read_rows(BY_NAME["place"], content)
    assert (again[BY_NAME["place"].names.index("note")], problems) == (note.strip(), [])


# b: written whole or not at all


def test_b01_a_folder_that_is_there_stays_as_it_was(small: Corridor, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious.txt").write_text("kept")
    with pytest.raises(InputError, match="give a folder that does not exist yet"):
        small.save(tmp_path / "mine")
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "precious.txt"]


def test_b02_a_zip_that_cannot_be_written_leaves_nothing(
    small: Corridor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match=r"cannot be written .No space left on device."):
        small.save(tmp_path / "small.zip")
    assert list(tmp_path.iterdir()) == []


def test_b03_others_may_read_what_was_saved(package: Path) -> None:
    assert package.stat().st_mode & 0o555 == 0o555
    assert all(file.stat().st_mode & 0o444 == 0o444 for file in package.iterdir())
