"""Packages that are uploaded: sound ones are kept whole, and of every other nothing is, but each fault is told."""

from __future__ import annotations

import io
import json
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from karvan.api import uploads
from karvan.api.app import create_app
from karvan.api.settings import Limits, Settings
from karvan.corridor import Corridor, load
from karvan.corridor.archive import read_files
from karvan.corridor.load import shipped as packages_that_ship
from karvan.corridor.untrusted import formula, text_problems

ZIP = {"content-type": "application/zip"}
Files = dict[str, bytes]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[TestClient]:
    with client_of(tmp_path / "service") as client:
        yield client


def client_of(folder: Path, **limits: Any) -> TestClient:
    settings = Settings(folder, workers=0, limits=replace(Limits(), **limits))
    return TestClient(create_app(settings), base_url="http://localhost", raise_server_exceptions=False)


@pytest.fixture
def files(package: Path) -> Files:
    """The files of the small package."""
    return read_files(package)


def packed(files: Files, spoil: Callable[[zipfile.ZipFile], None] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        if spoil:
            spoil(archive)
    return out.getvalue()


def post(client: TestClient, content: bytes, name: str = "mine") -> Any:
    return client.post("/api/corridors", params={"id": name}, content=content, headers=ZIP)


def faults(client: TestClient, content: bytes, status: int = 422) -> list[str]:
    """What an upload is refused for, and that nothing of it is kept."""
    answer = post(client, content)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert kept(client) == []
    return [f"{one['address']} | {one['found']} | {one['remedy']}" for one in answer.json()["problems"]]


def kept(client: TestClient) -> list[str]:
    """Every file that stands among the packages, those on their way included."""
    folder: Path = client.app.state.karvan.settings.uploads  # type: ignore[attr-defined]
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# a: sound packages


def test_a01_a_sound_package_is_taken_and_can_be_asked(service: TestClient, files: Files, small: Corridor) -> None:
    answer = post(service, packed(files))
    assert (answer.status_code, answer.headers["location"]) == (201, "/api/corridors/mine")
    assert answer.json()["ignored"] == []
    page = service.get("/api/corridors/mine").json()
    assert (page["title"], page["origin"]) == ("A small package", "uploaded")
    assert page["tables"] == {name: len(rows) for name, rows in small.tables.items()}
    found = service.get("/api/corridors/mine/places", params={"q": "Гамма"}).json()
    assert found["places"][0]["id"] == "GAMMA"


def test_a02_the_package_that_ships_comes_back_as_it_went(service: TestClient, shipped: Corridor) -> None:
    path = packages_that_ship()["middle-corridor"]
    sent = read_files(path)
    assert post(service, packed(sent)).status_code == 201
    stored = service.app.state.karvan.settings.uploads / "mine.zip"  # type: ignore[attr-defined]
    assert read_files(stored) == sent
    assert load(stored).digest == shipped.digest


def test_a03_what_is_no_part_of_a_package_is_told_and_left_out(service: TestClient, files: Files) -> None:
    answer = post(service, packed(files | {"README.txt": b"hello", "run.exe": b"MZ", "sub/notes.md": b"x"}))
    assert answer.json()["ignored"] == ["'README.txt'", "'run.exe'", "'sub/notes.md'"]
    stored = service.app.state.karvan.settings.uploads / "mine.zip"  # type: ignore[attr-defined]
    assert sorted(zipfile.ZipFile(stored).namelist()) == sorted(files)


def test_a04_it_is_there_after_a_restart_and_gone_when_deleted(tmp_path: Path, files: Files) -> None:
    with client_of(tmp_path / "service") as first:
        digest = post(first, packed(files)).json()["digest"]
    with client_of(tmp_path / "service") as second:
        listed = second.get("/api/corridors").json()["corridors"]
        assert [(one["id"], one["origin"]) for one in listed] == [("middle-corridor", "shipped"), ("mine", "uploaded")]
        assert listed[1]["digest"] == digest
        gone = second.delete("/api/corridors/mine")
        assert (gone.status_code, gone.content) == (204, b"")
        assert second.get("/api/corridors/mine").status_code == 404
        assert kept(second) == []
        assert post(second, packed(files)).status_code == 201


def test_a05_a_name_is_given_once(service: TestClient, files: Files) -> None:
    post(service, packed(files))
    for name in ("mine", "middle-corridor"):
        answer = post(service, packed(files), name)
        assert (answer.status_code, answer.json()["problems"][0]["address"]) == (409, "id")
    assert kept(service) == ["mine.zip"]


def test_a06_of_many_that_want_one_name_one_gets_it(service: TestClient, files: Files) -> None:
    answers: list[int] = []
    content = packed(files)
    threads = [threading.Thread(target=lambda: answers.append(post(service, content).status_code)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 409, 409, 409, 409, 409]


def test_a07_what_was_not_uploaded_stays(service: TestClient) -> None:
    answer = service.delete("/api/corridors/middle-corridor")
    assert (answer.status_code, answer.json()["problems"][0]["found"]) == (409, "one that ships")
    assert service.get("/api/corridors/middle-corridor").status_code == 200


# b: names, forms and room


@pytest.mark.parametrize("name", ["", "A", "-a", "a-", "a/b", "..", "a.b", "a\0", "é", "x" * 64, "a\n"])
def test_b01_a_name_that_a_file_could_not_safely_have(service: TestClient, files: Files, name: str) -> None:
    answer = post(service, packed(files), name)
    assert (answer.status_code, answer.json()["problems"][0]["address"]) == (422, "id")
    assert kept(service) == []


def test_b02_it_must_say_that_it_is_a_zip(service: TestClient, files: Files) -> None:
    for kind in ("application/json", "text/plain", "application/zip2", ""):
        headers = {"content-type": kind} if kind else {}
        answer = service.post("/api/corridors", params={"id": "mine"}, content=packed(files), headers=headers)
        assert (answer.status_code, answer.headers["accept"]) == (415, "application/zip")
    parameter = service.post(
        "/api/corridors", params={"id": "mine"}, content=packed(files), headers={"content-type": "Application/ZIP; x=1"}
    )
    assert parameter.status_code == 201


def test_b03_so_many_are_kept_and_no_more(tmp_path: Path, files: Files) -> None:
    with client_of(tmp_path / "service", uploads=2) as client:
        assert [post(client, packed(files), name).status_code for name in ("a", "b", "c")] == [201, 201, 429]
        client.delete("/api/corridors/a")
        assert post(client, packed(files), "c").status_code == 201


def test_b04_what_was_on_its_way_when_a_service_ended_is_swept_out(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    coming = tmp_path / "service" / "corridors" / uploads.COMING
    (coming / "old").mkdir(parents=True)
    (coming / "old" / "mine.zip").write_bytes(b"half")
    with client_of(tmp_path / "service") as client:
        post(client, packed(files))
        assert kept(client) == [".coming/old/mine.zip", "mine.zip"]  # it may still be on its way
        monkeypatch.setattr(uploads, "LEFT_OVER", -1)
        post(client, packed(files), "other")
        assert kept(client) == ["mine.zip", "other.zip"]


# c: packages with faults


def test_c01_every_fault_is_told_with_address_value_and_remedy(service: TestClient, files: Files) -> None:
    files["link.csv"] = files["link.csv"].replace(b"rail", b"rial", 1)
    files["demand.csv"] = files["demand.csv"].replace(b",2024,", b",20x4,", 1)
    told = faults(service, packed(files))
    assert any(one.startswith("link.csv, row train-0, mode | 'rial' | give one of rail, sea") for one in told)
    assert any(one.startswith("demand.csv, row d1, year | '20x4' | give a whole number") for one in told)


def test_c02_two_hundred_are_told_and_how_many_more(service: TestClient, files: Files) -> None:
    lines = b"".join(b"g%d,,,,,,,,\n" % number for number in range(500))
    files["commodity.csv"] = files["commodity.csv"].rstrip(b"\n") + b"\n" + lines
    told = faults(service, packed(files))
    assert len(told) == 201
    assert told[-1].endswith("more | mend these first")


@pytest.mark.parametrize(
    "cell",
    ["=1+1", '=HYPERLINK("http://x")', "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "+SUM(A1)",
     "  =1+1", "＝1+1", "-[other.xls]Sheet!A1", "=C0195 / 2"],
)  # fmt: skip
def test_c03_a_cell_that_a_spreadsheet_would_run(service: TestClient, files: Files, cell: str) -> None:
    quoted = cell.replace('"', '""')
    files["place.csv"] = files["place.csv"].replace(b"Alpha", f'"{quoted}"'.encode(), 1)
    (told, *_) = faults(service, packed(files))
    assert told.startswith("place.csv, row ALPHA, name | ")
    assert told.endswith("| begin it with another character: a spreadsheet takes it for a formula")


@pytest.mark.parametrize(
    "cell", ["-5", "+5", "-5e-3", "-KZ", "+20 percent", "-4 percent; half of it (by count)", "a=1"]
)
def test_c04_a_number_or_text_after_a_sign_is_none(service: TestClient, files: Files, cell: str) -> None:
    files["place.csv"] = files["place.csv"].replace(b"Alpha", cell.encode(), 1)
    assert post(service, packed(files)).status_code == 201


def test_c05_the_working_in_the_note_of_a_basis_may_reckon_and_nothing_else() -> None:
    assert not formula("= max(1, C0680 * (C0192 - C0189) / C0189); as many bridges a tonne", "basis", "note")
    assert formula("= max(1, C0680)", "fact", "note")
    for bad in ("=WEBSERVICE(A1)", "=cmd|'/C calc'!A0", "= max(1, INDIRECT(A1))", "=[x]y", "=http://x"):
        assert formula(bad, "basis", "note"), bad


def test_c06_nothing_in_the_package_that_ships_is_taken_for_a_formula() -> None:
    assert list(text_problems(read_files(packages_that_ship()["middle-corridor"]))) == []


@given(st.sampled_from("=+-@\t\r"), st.text(max_size=20), st.sampled_from(["|", "!", "[", "{"]), st.text(max_size=20))
def test_c07_whatever_names_another_program_or_file_is_one(start: str, before: str, acts: str, after: str) -> None:
    assert formula(start + before + acts + after, "basis", "note")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_c08_no_number_is_one(number: float) -> None:
    assert not formula(repr(number))
    assert not formula(f"{number:+}")


def test_c09_an_address_of_a_source_that_is_none_of_the_web(service: TestClient, files: Files) -> None:
    header = files["source.csv"].splitlines()[0].decode().split(",")
    cells = {"id": "picture", "title": "A picture", "url": "javascript:alert(1)"}
    line = ",".join(cells.get(name, "") for name in header)
    files["source.csv"] = (",".join(header) + "\n" + line + "\n").encode()
    (told, *_) = faults(service, packed(files))
    assert told == ("source.csv, row picture, url | 'javascript:alert(1)' | give an address that begins with https://")


def test_c10_a_scenario_that_stands_on_a_file_of_the_server(service: TestClient, files: Files, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("password: 1\n")
    files["mine.yaml"] = f"title: Mine\non: [{secret}]\n".encode()
    (told,) = faults(service, packed(files))
    assert told.startswith("mine.yaml, on | ")
    assert "password" not in told


# d: zips that are traps


def climbing(name: str) -> Callable[[zipfile.ZipFile], None]:
    return lambda archive: archive.writestr(name, b"x")


@pytest.mark.parametrize("name", ["../x.csv", "a/../../x.csv", "/etc/x.csv", "C:/x.csv", "..\\x.csv", "\\x.csv"])
def test_d01_a_path_that_climbs(service: TestClient, files: Files, name: str, tmp_path: Path) -> None:
    told = faults(service, packed(files, climbing(name)))
    assert len(told) == 1
    assert "zip the package's folder itself: no member may leave it" in told[0]
    assert list(tmp_path.rglob("x.csv")) == []


def test_d02_a_bomb(service: TestClient, files: Files) -> None:
    told = faults(service, packed(files | {"note.csv": b"0" * 50_000_000}))
    assert told[0].startswith("member 'note.csv' | 50,000,000 bytes out of ")


def test_d03_a_bomb_of_which_no_member_is_one_alone(service: TestClient, files: Files) -> None:
    many = {f"t{number}.csv": b"0" * 1_000_000 for number in range(100)}
    (told,) = faults(service, packed(files | many))
    assert "bytes unpacked | at most 67,108,864 are taken" in told


def test_d04_a_zip_with_more_members_than_a_package_has(service: TestClient, files: Files) -> None:
    (told,) = faults(service, packed(files | {f"t{number}.txt": b"" for number in range(801)}))
    assert told.endswith("members | a package has at most 800")


def test_d05_a_link(service: TestClient, files: Files) -> None:
    def link(archive: zipfile.ZipFile) -> None:
        member = zipfile.ZipInfo("family.json")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")

    assert faults(service, packed(files, link)) == [
        "member 'family.json' | a link or a device | put plain files in the zip"
    ]


def test_d06_an_encrypted_member(service: TestClient, files: Files) -> None:
    content = bytearray(packed(files))
    place = content.find(b"PK\x01\x02")
    content[place + 8] |= 1  # general purpose flag, bit 0, in the central directory
    (told,) = faults(service, bytes(content))
    assert told.endswith("an encrypted member | make the zip without a password")


@pytest.mark.parametrize("size", [0, 1, 100, 2000])
def test_d07_half_a_zip_or_none(service: TestClient, files: Files, size: int) -> None:
    assert faults(service, packed(files)[:size])


@given(data=st.data())
def test_d08_a_damaged_zip_never_ends_the_check(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The check in this process: whatever it is given it tells of, or takes."""
    from karvan.api.checking import main
    from karvan.corridor.untrusted import Bounds

    folder = tmp_path_factory.mktemp("damaged")
    content = bytearray(packed({"place.csv": b"id,name\nA,B\n", "x.yaml": b"title: X\n"}))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / "x.zip").write_bytes(content)
    said = main(folder / "x.zip", folder / "made.zip", Bounds())
    assert said["of"] > 0
    assert not (folder / "made.zip").exists()
    json.dumps(said)


# e: what takes long, or much


def test_e01_a_check_that_does_not_end(tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    run = subprocess.run
    forever = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(subprocess, "run", lambda _, **said: run(forever, **said))
    with client_of(tmp_path / "service", request_seconds=1.0) as client:
        (told,) = faults(client, packed(files))
    assert told == "body | a package that takes too long to check | make it smaller"


def test_e02_a_check_that_needs_too_much_memory(tmp_path: Path, files: Files) -> None:
    files["waypoint.csv"] = b"link,seq,lon,lat\n" + b"".join(
        b"train-0,%d,%d.5,1.25\n" % (n, n % 90) for n in range(10**6)
    )
    with client_of(tmp_path / "service", memory_bytes=300 * 2**20) as client:
        (told,) = faults(client, packed(files))
    assert told == "body | a package that needs too much memory to check | make it smaller"


def test_e03_a_check_that_dies(tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    run = subprocess.run
    dying = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
    monkeypatch.setattr(subprocess, "run", lambda _, **said: run(dying, **said))
    with client_of(tmp_path / "service") as client:
        (told,) = faults(client, packed(files))
    assert told == "body | a package whose check ended with -9 | make it smaller"
