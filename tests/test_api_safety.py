"""A service in the hands of those who mean it harm: `karvan serve` as a process, asked over plain sockets.

Whatever is refused is told as problem+json, nothing of it is kept, and the service answers the next one.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.served import MIB, Served, answered, cli, limited, refused, running, wait_until

from karvan.corridor.archive import read_files

TOKEN = "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`karvan serve` as anyone starts it."""
    data = tmp_path_factory.mktemp("served") / "data"
    with running(cli("--data", data), data) as found:
        yield found


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One that asks for a token."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "tokens").write_text(f"# the studio\n{TOKEN}\n")
    (folder / "tokens").chmod(0o600)
    with running(cli("--data", folder / "data", "--token-file", folder / "tokens"), folder / "data") as found:
        yield found


# a: more than is allowed


def test_a01_two_gigabytes_are_refused_before_they_come(served: Served) -> None:
    before = served.memory()
    head = (
        f"POST /api/corridors?id=big HTTP/1.1\r\nhost: localhost:{served.port}\r\n"
        f"content-type: application/zip\r\ncontent-length: {2 * 2**30}\r\n\r\n"
    )
    begun = time.monotonic()
    answer = served.said(head.encode() + b"0" * MIB)
    assert refused(answer, 413)["detail"] == "2,147,483,648 bytes; at most 67,108,864 are taken here"
    assert answer.headers["connection"] == "close"
    assert time.monotonic() - begun < 5
    assert served.kept() == []
    assert served.memory() - before < 16 * MIB
    assert served.alive()


def test_a02_a_client_that_waits_to_be_asked_for_its_body_is_not(served: Served) -> None:
    head = (
        f"POST /api/corridors?id=big HTTP/1.1\r\nhost: localhost:{served.port}\r\nexpect: 100-continue\r\n"
        f"content-type: application/zip\r\ncontent-length: {2 * 2**30}\r\n\r\n"
    )
    refused(served.said(head.encode()), 413)


def test_a03_a_body_that_does_not_say_how_long_it_is(served: Served) -> None:
    """A hundred megabytes in pieces: they end when there are more than allowed, and were never all in memory."""
    before = served.memory()
    head = (
        f"POST /api/corridors?id=big HTTP/1.1\r\nhost: localhost:{served.port}\r\n"
        "content-type: application/zip\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    piece = b"%x\r\n" % MIB + b"0" * MIB + b"\r\n"
    with served.connected() as connection:
        connection.sendall(head.encode())
        sent = []
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for number in range(100):
                connection.sendall(piece)
                sent.append(number)
        assert len(sent) >= 63
    assert served.memory() - before < 16 * MIB
    wait_until(lambda: served.kept() == [])
    assert served.alive()


@pytest.mark.parametrize("path", ["/api/plan", "/api/simulate"])
def test_a04_a_document_that_does_not_say_how_long_it_is(served: Served, path: str) -> None:
    piece = b"%x\r\n" % MIB + b" " * MIB + b"\r\n"
    answer = served.ask(
        "POST", path, piece * 5 + b"0\r\n\r\n", transfer_encoding="chunked", content_type="application/json"
    )
    assert refused(answer, 413)["detail"] == "more than 4,194,304 bytes"


def test_a05_documents_that_are_made_to_hurt_a_reader(served: Served) -> None:
    bodies = [
        b"[" * MIB,
        b'{"a":' * 300_000,
        b"1" * MIB,
        b'"\\ud800"',
        b'{"\\ud800": 1}',
        b"NaN",
        b"\xff\xfe",
        b"",
        b"{}",
    ]
    for body in bodies:
        answer = served.ask("POST", "/api/plan", body, content_type="application/json")
        assert answer.status in (400, 422)
        refused(answer, answer.status)
    assert served.alive()


def test_a06_what_is_packed_is_not_unpacked(served: Served) -> None:
    for packing in ("gzip", "deflate", "br", "gzip, gzip"):
        answer = served.ask("POST", "/api/plan", b"x" * 100, content_type="application/json", content_encoding=packing)
        assert refused(answer, 415)["detail"] == "a body is taken as it is, not packed"


def test_a07_zips_that_are_traps(served: Served, package: Path) -> None:
    """A bomb and a path that climbs, between which a sound one is taken."""
    files = read_files(package)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    sound = out.getvalue()
    with zipfile.ZipFile(bomb := io.BytesIO(sound), "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", bytes(200 * MIB))
    with zipfile.ZipFile(climbs := io.BytesIO(sound), "a") as archive:
        archive.writestr("../../climbed.csv", b"x")
    before = served.memory()
    for content, found in ((bomb, "bytes out of"), (climbs, "a member with the path '../../climbed.csv'")):
        answer = served.ask("POST", "/api/corridors?id=trap", content.getvalue(), content_type="application/zip")
        assert any(found in one["found"] for one in refused(answer, 422)["problems"])
        assert served.kept() == []
    assert served.ask("POST", "/api/corridors?id=sound", sound, content_type="application/zip").status == 201
    assert served.memory() - before < 32 * MIB
    assert served.kept() == ["sound.zip"]
    assert served.ask("DELETE", "/api/corridors/sound").status == 204
    assert not list(served.data.parent.rglob("climbed.csv"))


# b: tokens


@pytest.mark.parametrize(
    "said",
    [{}, {"authorization": "Bearer wrong-horse-battery-staple"}, {"authorization": f"Basic {TOKEN}"},
     {"authorization": TOKEN}, {"authorization": f"Bearer {TOKEN[:-1]}"}, {"authorization": "Bearer"},
     {"authorization": f"Bearer {TOKEN.upper()}"}],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api", "/api/corridors", "/api/openapi.json", "/%61pi", "/api/nothing"])
def test_b01_no_token_or_a_wrong_one(guarded: Served, said: dict[str, str], path: str) -> None:
    answer = guarded.ask("GET", path, **said)
    refused(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_b02_the_right_one_opens(guarded: Served) -> None:
    assert guarded.ask("GET", "/api", authorization=f"Bearer {TOKEN}").status == 200
    assert guarded.ask("GET", "/api", authorization=f"bearer  {TOKEN} ").status == 200


def test_b03_a_body_without_a_token_is_not_read(guarded: Served) -> None:
    head = (
        f"POST /api/corridors?id=x HTTP/1.1\r\nhost: localhost:{guarded.port}\r\n"
        "content-type: application/zip\r\ncontent-length: 50000000\r\n\r\n"
    )
    refused(guarded.said(head.encode() + b"0" * MIB), 401)
    assert guarded.kept() == []


def test_b04_it_is_kept_nowhere(guarded: Served) -> None:
    said = [path for path in [*guarded.data.rglob("*"), guarded.log] if path.is_file()]
    assert said
    assert not any(TOKEN.encode() in path.read_bytes() for path in said)


def test_b05_off_loopback_it_does_not_start_without_one(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", ""):
        done = subprocess.run(
            [*cli("--data", tmp_path), "--host", host], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 3
        assert "which others can reach, and no token | give --token-file" in done.stderr


@pytest.mark.parametrize(
    ("content", "mode", "told"),
    [
        (TOKEN, 0o644, "which others may read"),
        (TOKEN, 0o640, "which others may read"),
        ("short", 0o600, "a token that is too short or no digest"),
        ("sha256:abc", 0o600, "a token that is too short or no digest"),
        ("# nothing\n", 0o600, "which holds no token"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="files have no modes here")
def test_b06_a_file_of_tokens_that_is_none_or_open_to_all(tmp_path: Path, content: str, mode: int, told: str) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(content)
    tokens.chmod(mode)
    command = cli("--data", tmp_path, "--token-file", tokens)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert told in done.stderr
    assert TOKEN not in done.stderr


# c: pages of others


@pytest.mark.parametrize(
    "host",
    ["example.org", "example.org:80", "localhost.example.org", "127.0.0.1.example.org", "localhost@example.org", "",
     "example.org@localhost", "localhost:80:80", "[::1", "169.254.169.254", "2130706433x", "localhost/", "localhost:x"],
)  # fmt: skip
def test_c01_another_name(served: Served, host: str) -> None:
    refused(served.ask("GET", "/api", host=host), 421)
    refused(served.ask("GET", "/plan", host=host), 421)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.1.2.3:99", "[::1]", "[::1]:80"])
def test_c02_a_name_of_this_computer(served: Served, host: str) -> None:
    assert served.ask("GET", "/api", host=host).status == 200


@pytest.mark.parametrize(
    "origin",
    ["http://example.org", "null", "http://localhost:1", "https://127.0.0.1", "http://[", "file://", "x", "//"],
)
@pytest.mark.parametrize("path", ["/api/plan", "/api/simulate", "/api/corridors?id=x", "/api/jobs/x/cancel"])
def test_c03_a_page_of_another_origin_changes_nothing(served: Served, origin: str, path: str) -> None:
    refused(served.ask("POST", path, b"{}", origin=origin, content_type="text/plain"), 403)
    refused(served.ask("DELETE", "/api/corridors/x", origin=origin), 403)


def test_c04_nor_does_it_set_anything_to_work(served: Served) -> None:
    path = "/api/corridors/middle-corridor/coverage"
    for site in ("cross-site", "same-site"):
        refused(served.ask("GET", path, sec_fetch_site=site, sec_fetch_mode="no-cors"), 403)
    assert served.ask("GET", "/api", sec_fetch_site="cross-site", sec_fetch_mode="navigate").status == 200
    assert served.ask("GET", "/api", sec_fetch_site="same-origin", sec_fetch_mode="cors").status == 200


def test_c05_our_own_may_ask(served: Served) -> None:
    answer = served.ask(
        "POST", "/api/plan", b"{}", origin=f"http://localhost:{served.port}", content_type="application/json"
    )
    refused(answer, 422)


def test_c06_nothing_is_said_that_opens_us_to_others(served: Served) -> None:
    for method, path in (("GET", "/api"), ("OPTIONS", "/api/plan"), ("GET", "/nothing")):
        answer = served.ask(method, path, origin="http://example.org")
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"


def test_c07_a_simple_form_is_no_request(served: Served) -> None:
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
    ):
        refused(served.ask("POST", "/api/plan", b'{"origin": "Xian"}', content_type=kind), 415)


def test_c08_there_are_no_web_sockets(served: Served) -> None:
    answer = served.ask(
        "GET",
        "/api/jobs",
        upgrade="websocket",
        sec_websocket_version="13",
        sec_websocket_key="AAAAAAAAAAAAAAAAAAAAAA==",
    )
    assert answer.status == 200


# d: paths and heads


@pytest.mark.parametrize(
    "path",
    ["/../../../../../../etc/passwd", "/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
     "//etc/passwd", "/%2fetc%2fpasswd", "/assets/..%2f..%2f__init__.py", "/assets/../../__init__.py", "/..%5c..%5cx",
     "/%00", "/assets/%00.js", "/%ff%fe", "/" + "a" * 5000, "/" + "a/" * 5000, "/assets", "/.", "/~root", "/C:/x"],
)  # fmt: skip
def test_d01_a_path_that_leads_out(served: Served, path: str) -> None:
    refused(served.ask("GET", path), 404)


@pytest.mark.parametrize(
    "path",
    ["/api/corridors/..%2f..%2fx", "/api/corridors/%2e%2e", "/api/runs/%2e%2e", "/api/runs/..%5cx", "/api/jobs/%00",
     "/api/runs/%2e%2e%2f%2e%2e", "/api/corridors/x%00", "/api/corridors/" + "a" * 64],
)  # fmt: skip
def test_d02_a_name_that_is_a_path(served: Served, path: str) -> None:
    answer = served.ask("GET", path)
    assert answer.status in (404, 422)
    refused(answer, answer.status)


@pytest.mark.parametrize(
    "raw",
    [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"GET\r\n\r\n", b"\r\n\r\n\r\nx\r\n\r\n",
     b"GET /api HTTP/1.1\r\n\r\n", b"GET /api HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\n\r\n",
     b"GET /api HTTP/1.1\r\nhost: localhost\r\nx y: 1\r\n\r\n",
     b"GET /api HTTP/1.1\r\nhost: localhost\r\na: \x00\r\n\r\n",
     b"GET /\xff HTTP/1.1\r\nhost: localhost\r\n\r\n",
     b"POST /api/plan HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
     b"POST /api/plan HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1e3\r\n\r\n",
     b"POST /api/plan HTTP/1.1\r\nhost: localhost\r\ncontent-length: " + b"9" * 5000 + b"\r\n\r\n",
     b"POST /api/plan HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
     b"POST /api/plan HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: gzip\r\n\r\n"],
)  # fmt: skip
def test_d03_what_is_no_request(served: Served, raw: bytes) -> None:
    answer = served.said(raw)
    refused(answer, 400)
    assert served.alive()


@pytest.mark.parametrize(
    "raw", [b"a: " + b"x" * 50_000 + b"\r\n", b"a: b\r\n" * 20_000, b"a: " + b"x" * 10**6 + b"\r\n"]
)
def test_d04_a_head_without_end(served: Served, raw: bytes) -> None:
    answer = served.said(b"GET /api HTTP/1.1\r\nhost: localhost\r\n" + raw + b"\r\n")
    assert answer.status in (400, 431)  # 400 where it did not come in one piece
    refused(answer, answer.status)
    refused(served.ask("GET", "/api?" + "x" * 40_000), 431)


def test_d05_a_second_request_cannot_be_smuggled_in_a_refused_one(served: Served) -> None:
    """What comes after a refusal is never answered: the connection is closed."""
    inner = f"GET /api HTTP/1.1\r\nhost: localhost:{served.port}\r\n\r\n"
    outer = f"POST /api/plan HTTP/1.1\r\nhost: example.org\r\ncontent-length: 0\r\n\r\n{inner}"
    with served.connected() as connection:
        connection.sendall(outer.encode())
        refused(answered(connection), 421)
        connection.settimeout(5)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1000) == b""


def test_d06_no_line_of_the_log_is_written_by_who_asks(served: Served) -> None:
    served.ask("GET", "/api/%0aFAKE%20line%0d%0aFAKE")
    served.ask("GET", "/api/corridors/x%0aFAKE")
    served.ask("POST", "/api/plan", b'{"origin": "\\nFAKE"}', content_type="application/json")
    assert not any(line.startswith("FAKE") for line in served.log.read_text().splitlines())


# e: slowness


def test_e01_a_head_that_does_not_end(tmp_path: Path) -> None:
    with limited(tmp_path, wire=(1.0, 60.0, 512)) as served:
        for said in (b"", b"GET /api HTTP/1.1\r\n", b"GET /api HTTP/1.1\r\nhost: localhost\r\nx: "):
            with served.connected() as connection:
                begun = time.monotonic()
                connection.sendall(said)
                refused(answered(connection), 408)
                assert 0.5 < time.monotonic() - begun < 5
        with served.connected() as dripping:  # a byte now and then does not help
            begun = time.monotonic()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for _ in range(40):
                    dripping.sendall(b"G")
                    time.sleep(0.1)
            assert time.monotonic() - begun < 4
        with served.connected() as second:  # nor does a good request before it
            second.sendall(f"GET /api HTTP/1.1\r\nhost: localhost:{served.port}\r\n\r\n".encode())
            assert answered(second).status == 200
            second.sendall(b"GET /api HT")
            refused(answered(second), 408)
        assert served.alive()


def test_e02_a_body_that_does_not_come(tmp_path: Path) -> None:
    with limited(tmp_path, "body_seconds=1.0") as served:
        for path, kind in (("/api/plan", "application/json"), ("/api/corridors?id=slow", "application/zip")):
            where = f"POST {path} HTTP/1.1\r\nhost: localhost:{served.port}\r\n"
            head = f"{where}content-type: {kind}\r\ncontent-length: 99\r\n\r\n"
            begun = time.monotonic()
            refused(served.said(head.encode() + b"{"), 408)
            assert 0.5 < time.monotonic() - begun < 5
        assert served.kept() == []
        assert served.alive()


def test_e03_more_connections_than_there_may_be(tmp_path: Path) -> None:
    with limited(tmp_path, wire=(2.0, 60.0, 20)) as served, contextlib.ExitStack() as held:
        idle = [held.enter_context(served.connected()) for _ in range(40)]
        refused(answered(idle[-1]), 503)
        wait_until(lambda: _answers(served), 10)


def _answers(served: Served) -> bool:
    try:
        return served.ask("GET", "/api").status == 200
    except (OSError, http.client.HTTPException):
        return False


def test_e04_a_client_that_does_not_read(tmp_path: Path) -> None:
    """It asks for a megabyte again and again, and reads none of it: its connection is cut, not kept."""
    with limited(tmp_path, wire=(15.0, 1.0, 512)) as served, served.connected() as deaf:
        path = "/api/corridors/middle-corridor/tables/basis?limit=8000"
        ask = f"GET {path} HTTP/1.1\r\nhost: localhost:{served.port}\r\n\r\n".encode()
        deaf.sendall(ask * 20)
        time.sleep(4)
        came = 0
        with contextlib.suppress(ConnectionResetError):
            while piece := deaf.recv(MIB):
                came += len(piece)
        assert came < 20 * MIB  # what was on its way when it was cut, and no more
        assert served.alive()


def test_e05_an_answer_that_takes_too_long(tmp_path: Path) -> None:
    with limited(tmp_path, "request_seconds=0.2") as served:
        begun = time.monotonic()
        answer = served.ask("GET", "/api/corridors/middle-corridor/coverage")
        assert refused(answer, 504)["detail"]
        assert time.monotonic() - begun < 3
        assert served.alive()


def test_e06_who_follows_a_job_keeps_nobody_out(tmp_path: Path) -> None:
    with limited(tmp_path, "streams=3, at_once=4") as served, contextlib.ExitStack() as held:
        body = json.dumps({"scenario": "base-2024", "days": 30}).encode()
        job = served.ask("POST", "/api/simulate", body, content_type="application/json").document["id"]
        ask = f"GET /api/jobs/{job}/events HTTP/1.1\r\nhost: localhost:{served.port}\r\n\r\n".encode()
        for _ in range(3):
            follower = held.enter_context(served.connected())
            follower.sendall(ask)
            assert b" 200 " in follower.recv(200).splitlines()[0]
        assert refused(served.said(ask), 503)["detail"] == "too many streams at once"
        for _ in range(6):
            assert served.alive()
        held.close()
        wait_until(lambda: _follows(served, ask), 20)


def _follows(served: Served, ask: bytes) -> bool:
    with served.connected() as connection:
        connection.sendall(ask)
        return b" 200 " in connection.recv(200).splitlines()[0]


# f: many


@pytest.mark.long
def test_f01_ten_thousand_requests(served: Served) -> None:
    """Good, bad and senseless ones over connections that stay open: all are answered, and nothing piles up."""
    host = f"host: localhost:{served.port}\r\n"
    asks = [
        (f"GET /api HTTP/1.1\r\n{host}\r\n", 200),
        (f"GET /api/corridors/nowhere HTTP/1.1\r\n{host}\r\n", 404),
        (f"GET /nothing HTTP/1.1\r\n{host}\r\n", 404),
        (f"PUT /api/plan HTTP/1.1\r\n{host}\r\n", 405),
        (f"POST /api/plan HTTP/1.1\r\n{host}content-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}", 422),
        (f"GET /api/jobs/nothing HTTP/1.1\r\n{host}\r\n", 404),
        (f"GET /api/jobs?limit=x HTTP/1.1\r\n{host}\r\n", 422),
    ]
    for ask, status in asks:
        assert served.said(ask.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n", 1).encode()).status == status
    before = served.memory()
    counted = 0
    with contextlib.ExitStack() as held:
        connections = [held.enter_context(served.connected()) for _ in range(10)]
        while counted < 10_000:
            ask, status = asks[counted // 10 % len(asks)]
            for connection in connections:
                connection.sendall(ask.encode())
            for connection in connections:
                assert answered(connection).status == status
                counted += 1
    assert served.memory() - before < 32 * MIB
    assert served.alive()
    assert served.log.read_text() == ""
