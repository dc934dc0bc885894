"""Packages that cannot be used: each fault is told by address, value and remedy, and ends the command with 3."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from karvan.corridor import load
from karvan.corridor.check import check
from karvan.ground.errors import InputError

Says = Callable[..., tuple[int, str]]


def change(package: Path, table: str, old: str, new: str) -> None:
    """Replace a text that stands in a table of a package."""
    file = package / f"{table}.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{old} does not stand in\n{text}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def add(package: Path, table: str, line: str) -> None:
    with (package / f"{table}.csv").open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def column(package: Path, table: str, name: str, key: str, value: str) -> None:
    """Set one cell of the row that begins with `key`."""
    file = package / f"{table}.csv"
    header, *rows = [line.split(",") for line in file.read_text(encoding="utf-8").splitlines()]
    (found,) = [row for row in rows if row[0] == key]
    found[header.index(name)] = value
    file.write_text("\n".join(",".join(row) for row in [header, *rows]) + "\n", encoding="utf-8")


READ = "link,train-0,length_km,F1,,read,B"
"""The basis of a length, as it stands in the small package."""

FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    # cells
    "a negative length": (
        lambda package: column(package, "link", "length_km", "train-0", "-3"),
        "link.csv, row train-0, length_km | found '-3' | give a number above 0 (km)",
    ),
    "a number that is none": (
        lambda package: column(package, "link", "length_km", "train-0", "NaN"),
        "link.csv, row train-0, length_km | found 'NaN' | give a number above 0 (km); a missing value is an empty cell",
    ),
    "an infinite number": (
        lambda package: column(package, "link", "speed_kmh", "train-0", "inf"),
        "link.csv, row train-0, speed_kmh | found 'inf' | give a number above 0 (km/h); a missing value is an empty",
    ),
    "a name of ten thousand characters": (
        lambda package: change(package, "place", "Alpha", "A" * 10_000),
        f"place.csv, row ALPHA, name | found '{'A' * 60}...' (10,000 characters) | give at most 200 characters",
    ),
    "an id of ten thousand characters": (
        lambda package: add(package, "commodity", "A" * 10_000 + ",Goods,,10,,,,,"),
        "commodity.csv, row ",
    ),
    "a NUL byte": (
        lambda package: change(package, "place", "Alpha", "Al\0pha"),
        r"place.csv, row ALPHA, name | found 'Al\x00pha' | ",
    ),
    "a mode that there is not": (
        lambda package: column(package, "link", "mode", "train-0", "rial"),
        "link.csv, row train-0, mode | found 'rial' | give one of rail, sea, road, inland_waterway, air",
    ),
    "a missing cell that is needed": (
        lambda package: column(package, "link", "speed_kmh", "train-0", ""),
        "link.csv, row train-0, speed_kmh | found nothing | give a number above 0 (km/h)",
    ),
    # references
    "an unknown place": (
        lambda package: column(package, "link", "to_place", "train-0", "BETTA"),
        "link.csv, row train-0, to_place | found 'BETTA' | not in place.csv; nearest is 'BETA'",
    ),
    "an unknown place unlike any": (
        lambda package: column(package, "link", "to_place", "train-0", "?!"),
        "link.csv, row train-0, to_place | found '?!' | not in place.csv",
    ),
    "a duplicate id": (
        lambda package: add(package, "commodity", "general,Goods,,10,,,,,,"),
        "commodity.csv, row 2, id | found 'general' again | give each row its own",
    ),
    "a fact that there is not": (
        lambda package: change(package, "basis", "link,train-0,length_km,F1", "link,train-0,length_km,F9"),
        "basis.csv, row link:train-0:length_km, facts | found 'F9' | not in fact.csv; nearest is 'F1'",
    ),
    # files
    "a table that is not UTF-8": (
        lambda package: (package / "place.csv").write_bytes(
            (package / "place.csv").read_bytes().replace(b"Beta", b"B\xe9ta")
        ),
        "place.csv, line 3 | found byte 0xe9 | save the file as UTF-8",
    ),
    "a demand table without rows": (
        lambda package: (package / "demand.csv").write_text(
            (package / "demand.csv").read_text().splitlines(keepends=True)[0]
        ),
        "demand.csv | found no rows | give at least one row",
    ),
    "an empty file": (
        lambda package: (package / "demand.csv").write_text(""),
        "demand.csv | found an empty file | give the header id,origin,destination,commodity,year",
    ),
    "a missing column": (
        lambda package: change(package, "link", "length_km", "length_mi"),
        "link.csv | found no column length_km | add it: Length along the line.",
    ),
    "an unknown column": (
        lambda package: change(package, "link", "paths_per_day", "path_per_day"),
        "link.csv | found the column 'path_per_day' | did you mean paths_per_day?",
    ),
    "a column twice": (
        lambda package: change(package, "link", "paths_per_day", "tracks"),
        "link.csv | found the column 'tracks' twice | keep one of them",
    ),
    "a ragged row": (
        lambda package: add(package, "commodity", "steel,Steel"),
        "commodity.csv, row 2 | found 2 cells | give 10, one a column",
    ),
    "a quote that is not closed": (
        lambda package: add(package, "commodity", '"steel,Steel,,10,,,,,'),
        "commodity.csv | found a line that is not CSV",
    ),
    "a missing table": (
        lambda package: (package / "demand.csv").unlink(),
        "small | found no demand.csv | add it: A flow of goods in a year.",
    ),
    "an unknown table": (
        lambda package: (package / "demand.csv").rename(package / "demands.csv"),
        "small | found the file 'demands.csv' | did you mean demand.csv?",
    ),
    "a description that is not JSON": (
        lambda package: (package / "datapackage.json").write_text("{"),
        "datapackage.json | found no JSON object as Frictionless describes it | mend it, or leave the file out",
    ),
    "a description of another shape": (
        lambda package: (package / "datapackage.json").write_text("[1, 2]"),
        "datapackage.json | found no JSON object as Frictionless describes it | mend it, or leave the file out",
    ),
    # structure
    "a service over a missing link": (
        lambda package: change(package, "stop", "ferry,1,GAMMA", "ferry,1,ALPHA"),
        "stop.csv, row ferry:1, place | found 'ALPHA' | no sea link from BETA: add the link, or the places between",
    ),
    "a link shorter than the great circle": (
        lambda package: column(package, "place", "lon", "BETA", "60"),
        "link.csv, row train-0, length_km | found 1000 | the places are 6672 km apart: mend the length or ",
    ),
    "a link from a place to itself": (
        lambda package: column(package, "link", "to_place", "train-0", "ALPHA"),
        "link.csv, row train-0, to_place | found 'ALPHA' | a link joins two different places",
    ),
    "a railway without a gauge": (
        lambda package: column(package, "link", "gauge_mm", "train-0", ""),
        "link.csv, row train-0, gauge_mm | found nothing | rail links have a gauge, others none",
    ),
    "a time zone that there is not": (
        lambda package: column(package, "place", "time_zone", "BETA", "Asia/Nowhere"),
        "place.csv, row BETA, time_zone | found 'Asia/Nowhere' | give an IANA zone such as Asia/Baku",
    ),
    "a time zone that climbs out of the zone database": (
        lambda package: column(package, "place", "time_zone", "BETA", "../../etc/passwd"),
        "place.csv, row BETA, time_zone | found '../../etc/passwd' | give an IANA zone",
    ),
    "a service without a price": (
        lambda package: (package / "tariff.csv").write_text(
            "".join(
                line for line in (package / "tariff.csv").read_text().splitlines(keepends=True) if "truck" not in line
            )
        ),
        "service.csv, row truck | found no tariff | add a row to tariff.csv: a price that is missing is not zero",
    ),
    "a service of one stop": (
        lambda package: change(package, "stop", "ferry,1,GAMMA,both,\n", ""),
        "service.csv, row ferry | found 1 stops | give two or more in stop.csv",
    ),
    "a timetable on no day of the week": (
        lambda package: change(package, "timetable", ",135,", ",890,"),
        "timetable.csv, row ferry:0, days | found '890' | give",
    ),
    "a service whose vehicle is of another mode": (
        lambda package: column(package, "service", "vehicle", "ferry", "truck"),
        "service.csv, row ferry, vehicle | found 'truck' | it is of mode road",
    ),
    "a headway service without a headway": (
        lambda package: column(package, "service", "headway_h", "train", ""),
        "service.csv, row train, headway_h | found nothing | a headway service needs a headway or a fleet",
    ),
    "a service that leaves when full, and nobody knows when": (
        lambda package: (
            column(package, "service", "departs", "train", "when_full"),
            column(package, "service", "headway_h", "train", ""),
        ),
        "service.csv, row train, longest_wait_h | found nothing | a service that leaves when full needs a mean time to",
    ),
    "a timetabled service without a timetable": (
        lambda package: column(package, "service", "departs", "train", "timetable"),
        "service.csv, row train | found no timetable | add its departures to timetable.csv",
    ),
    "a way back over a link that leads one way": (
        lambda package: (
            column(package, "service", "both_ways", "train", "true"),
            column(package, "link", "one_way", "train-0", "true"),
        ),
        "stop.csv, row train:1, place | found 'BETA' | the rail link leads one way: the service runs both",
    ),
    "a service that loads nowhere": (
        lambda package: (
            change(package, "stop", "ferry,0,BETA,both", "ferry,0,BETA,pass"),
            change(package, "stop", "ferry,1,GAMMA,both", "ferry,1,GAMMA,unload"),
        ),
        "service.csv, row ferry | found no stop that loads | give a stop call = both or load",
    ),
    "a break of gauge on the way of a train": (
        lambda package: (
            add(package, "place", "DELTA,Delta,KZ,city,0,0,,,"),
            add(package, "link", "on,BETA,DELTA,rail,1000,50,1435,,,,,,,"),
            change(package, "stop", "train,1,BETA,both,\n", "train,1,BETA,both,\ntrain,2,DELTA,both,\n"),
        ),
        "stop.csv, row train:1, place | found a change from 1520 to 1435 mm at BETA | add a gauge change that serves",
    ),
    "a transshipment from nowhere": (
        lambda package: column(package, "facility", "from_mode", "BETA-rail-sea", ""),
        "facility.csv, row BETA-rail-sea, from_mode | found nothing | a transshipment needs it",
    ),
    "an opening time without a closing time": (
        lambda package: column(package, "facility", "opens", "BETA-gate", "08:00"),
        "facility.csv, row BETA-gate, opens | found one of opens and closes | give both or neither",
    ),
    "a charge for one size only": (
        lambda package: column(package, "facility", "price_usd_teu", "BETA-gate", ""),
        "facility.csv, row BETA-gate, price_usd_teu | found a price of one size only | give both sizes or neither",
    ),
    "an emission factor without a factor": (
        lambda package: column(package, "emission_factor", "gco2e_tkm", "train", ""),
        "emission_factor.csv, row train | found no value | give gco2e_tkm, kgco2e_container or kgco2e_t",
    ),
    "a vehicle that says nothing of its emissions": (
        lambda package: column(package, "vehicle", "emission_factor", "train", ""),
        "vehicle.csv, row train, emission_factor | found nothing | give a factor, or energy_kwh_tkm",
    ),
    "a wire in a country whose current nobody knows": (
        lambda package: (
            column(package, "vehicle", "energy_kwh_tkm", "train", "0.02"),
            column(package, "link", "electrified", "train-0", "true"),
            column(package, "link", "country", "train-0", "CN"),
        ),
        "grid_intensity.csv | found no row for CN | add one: links there are electrified",
    ),
    "a flow of nothing": (
        lambda package: column(package, "demand", "teu_year", "d1", ""),
        "demand.csv, row d1 | found no amount | give teu_year or t_year",
    ),
    "a flow that stays where it is": (
        lambda package: column(package, "demand", "destination", "d1", "ALPHA"),
        "demand.csv, row d1, destination | found 'ALPHA' | give another place than the origin",
    ),
    "a flow of a shape that there is not": (
        lambda package: column(package, "demand", "month_profile", "d1", "hills"),
        "demand.csv, row d1, month_profile | found 'hills' | ",
    ),
    "a tariff without a price": (
        lambda package: column(package, "tariff", "price_usd_km", "train:40ft", ""),
        "tariff.csv, row train:40ft | found no price | give price_usd or price_usd_km",
    ),
    "a tariff of no service": (
        lambda package: column(package, "tariff", "service", "train:40ft", ""),
        "tariff.csv, row train:40ft, service | found nothing | a leg tariff belongs to a service",
    ),
    "a year of which the shares do not add up": (
        lambda package: (package / "month_profile.csv").write_text("profile,month,share\nhills,1,0.5\nhills,2,0.4\n"),
        "month_profile.csv, row hills, share | found a sum of 0.9 | the twelve shares add up to 1",
    ),
    "a closure of what there is not": (
        lambda package: (package / "closure.csv").write_text(
            "id,stops_table,stops,duration_h\nstorm,service,ferry;boat,24\n"
        ),
        "closure.csv, row storm, stops | found 'boat' | not in service.csv",
    ),
    "a closure of a facility that there is not": (
        lambda package: (package / "closure.csv").write_text(
            "id,stops_table,stops,duration_h\nstorm,facility,BETA-quay,24\n"
        ),
        "closure.csv, row storm, stops | found 'BETA-quay' | not in facility.csv",
    ),
    "a pool of no train": (
        lambda package: (package / "pool.csv").write_text(
            "id,kind,name,count,services,per_trip\nlocos,locomotive,Engines,3,trein,1\n"
        ),
        "pool.csv, row locos, services | found 'trein' | not in service.csv; nearest is 'train'",
    ),
    "a season that ends before it begins": (
        lambda package: (
            column(package, "service", "valid_from", "train", "2026-12-01"),
            column(package, "service", "valid_to", "train", "2026-11-30"),
        ),
        "service.csv, row train, valid_to | found 2026-11-30 | it ends before it begins (2026-12-01)",
    ),
}  # fmt: skip

FAULTS_OF_EVIDENCE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a number without a basis": (
        lambda package: column(package, "link", "tracks", "train-0", "2"),
        "link.csv, row train-0, tracks | found a number without a basis | add its row to basis.csv",
    ),
    "a basis without a number": (
        lambda package: add(package, "basis", "link,train-0,tracks,F1,,read,B,"),
        "basis.csv, row link:train-0:tracks | found a basis without a number | take the row out, or give the number",
    ),
    "a basis of a table that there is not": (
        lambda package: add(package, "basis", "lonk,train-0,tracks,F1,,read,B,"),
        "basis.csv, row lonk:train-0:tracks | found a table that there is not | take the row out, or give the number",
    ),
    "a grade better than its facts": (
        lambda package: change(package, "basis", READ, "link,train-0,length_km,F1,,read,A"),
        "basis.csv, row link:train-0:length_km, grade | found 'A' | its weakest fact is of confidence B",
    ),
    "an assumption of a good grade": (
        lambda package: change(
            package, "basis", READ + ",", "link,train-0,length_km,,,assumed,B,a guess"
        ),
        "basis.csv, row link:train-0:length_km, grade | found 'B' | an assumption is graded D",
    ),
    "an assumption without a reason": (
        lambda package: change(package, "basis", READ + ",", "link,train-0,length_km,,,assumed,D,"),
        "basis.csv, row link:train-0:length_km, note | found nothing | an assumption says why",
    ),
    "a reading of no fact": (
        lambda package: change(package, "basis", READ, "link,train-0,length_km,,,read,B"),
        "basis.csv, row link:train-0:length_km, facts | found nothing | method 'read' names its facts",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS | FAULTS_OF_EVIDENCE)
def test_a01_a_fault_is_told_by_address_value_and_remedy(package: Path, karvan_says: Says, fault: str) -> None:
    spoil, message = (FAULTS | FAULTS_OF_EVIDENCE)[fault]
    spoil(package)
    before = {file.name: file.read_bytes() for file in package.iterdir()}
    code, printed = karvan_says("check", package)
    assert code == 3
    assert message in printed
    assert "Traceback" not in printed
    assert all(line.count(" | ") == 2 for line in printed.splitlines()[:-1])
    assert {file.name: file.read_bytes() for file in package.iterdir()} == before


@pytest.mark.parametrize("fault", FAULTS)
def test_a02_nothing_is_planned_on_it(package: Path, karvan_says: Says, fault: str) -> None:
    FAULTS[fault][0](package)
    code, printed = karvan_says("plan", "Alpha", "Gamma", "--package", package, "--depart", "2026-01-05", "--past")
    assert code == 3
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    ("table", "name", "key", "value"),
    [("place", "lon", "BETA", "NaN"), ("vehicle", "capacity_teu", "train", "-1"), ("fact", "confidence", "F1", "E")],
)
def test_a03_one_bad_cell_is_one_problem(package: Path, table: str, name: str, key: str, value: str) -> None:
    column(package, table, name, key, value)
    assert [problem.found for problem in check(package)[1]] == [f"'{value}'"]


def test_a04_all_problems_come_at_once(package: Path) -> None:
    column(package, "link", "length_km", "train-0", "-3")
    column(package, "link", "speed_kmh", "train-0", "fast")
    column(package, "service", "vehicle", "ferry", "boat")
    with pytest.raises(InputError, match="3 problems in package") as error:
        load(package)
    assert len(error.value.problems) == 3


# b: zips


def zipped(package: Path, name: str = "bad.zip") -> Path:
    with zipfile.ZipFile(package.parent / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(package.iterdir()):
            archive.write(file, file.name)
    return package.parent / name


def refused(karvan_says: Says, path: Path) -> str:
    """What the check says of a zip that it refuses; nothing new lies beside it."""
    before = sorted(path.parent.rglob("*"))
    code, printed = karvan_says("check", path)
    assert code == 3
    assert "Traceback" not in printed
    assert sorted(path.parent.rglob("*")) == before
    return printed


@pytest.mark.parametrize("name", ["../place.csv", "a/../../place.csv", "/place.csv", "..\\place.csv", "C:\\place.csv"])
def test_b01_a_path_that_climbs_out(package: Path, karvan_says: Says, name: str) -> None:
    path = zipped(package)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "id\n")
    assert "zip the package's folder itself: no member may leave it" in refused(karvan_says, path)


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_b02_a_member_without_a_name(package: Path, karvan_says: Says, name: str) -> None:
    path = zipped(package)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name or "x"), "id\n")
    if not name:
        path.write_bytes(_renamed(path.read_bytes()))
    code, _ = karvan_says("check", path)
    assert code in (0, 3)  # passed over or refused, but no fault of ours


def _renamed(content: bytes) -> bytes:
    """The last member, x, with no name at all."""
    central = content.rindex(b"PK\x01\x02")
    end = content.rindex(b"PK\x05\x06")
    entry = bytearray(content[central:end])
    entry[28:30] = struct.pack("<H", 0)
    del entry[46]
    tail = bytearray(content[end:])
    tail[12:16] = struct.pack("<I", struct.unpack("<I", tail[12:16])[0] - 1)
    return content[:central] + bytes(entry) + bytes(tail)


def forged(content: bytes, size: int) -> bytes:
    """A zip whose directory claims another size for its first member."""
    at = content.index(b"PK\x01\x02") + 24
    return content[:at] + struct.pack("<I", size) + content[at + 4 :]


@pytest.mark.parametrize(
    ("size", "message"), [(3 * 2**30, "more than 1 GiB unpacked"), (300 * 2**20, "a table has at most 268,435,456")]
)
def test_b03_a_member_that_claims_to_be_huge(package: Path, karvan_says: Says, size: int, message: str) -> None:
    path = zipped(package)
    path.write_bytes(forged(path.read_bytes(), size))
    assert message in refused(karvan_says, path)


def test_b04_a_member_that_is_larger_than_it_claims(package: Path, karvan_says: Says) -> None:
    path = zipped(package)
    path.write_bytes(forged(path.read_bytes(), 10))
    assert "a zip that cannot be read" in refused(karvan_says, path)


def test_b05_a_zip_whose_data_are_broken(package: Path, karvan_says: Says) -> None:
    path = zipped(package)
    content = bytearray(path.read_bytes())
    content[60:80] = b"\xff" * 20
    path.write_bytes(content)
    assert "a zip that cannot be read" in refused(karvan_says, path)


def test_b06_a_zip_that_is_cut_off(package: Path, karvan_says: Says) -> None:
    path = zipped(package)
    path.write_bytes(path.read_bytes()[:500])
    assert "found a file that is not a zip | give a package folder or zip" in refused(karvan_says, path)


def test_b07_a_table_twice(package: Path, karvan_says: Says) -> None:
    path = zipped(package)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("again/place.csv", "id\n")
    assert "'place.csv' twice | put one package in a zip" in refused(karvan_says, path)


def test_b08_more_files_than_a_package_has(package: Path, karvan_says: Says) -> None:
    path = zipped(package)
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(200):
            archive.writestr(f"{number}.txt", "")
    assert "a package has at most 200" in refused(karvan_says, path)


# c: no package at all


@pytest.mark.parametrize("name", ["nowhere", "", "middle-corridr", "a/b/c", "x" * 10_000, "nul\0byte", "../data"])
def test_c01_where_there_is_nothing(karvan_says: Says, name: str) -> None:
    code, printed = karvan_says("check", name)
    assert code == 3
    assert "give a folder, a zip, or one that ships: middle-corridor" in printed


def test_c02_a_folder_with_nothing_in_it(karvan_says: Says, tmp_path: Path) -> None:
    code, printed = karvan_says("check", tmp_path)
    assert code == 3
    assert "found no place.csv" in printed
    assert "found no basis.csv" in printed
