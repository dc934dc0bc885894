"""The contract of the service: complete, valid, fresh, and kept by every address, whatever it is asked."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from tests.served import Served, limited

from write_openapi import CONTRACT, contract, text_of

SAID: dict[str, Any] = json.loads(CONTRACT.read_text(encoding="utf-8"))
RUN = "simulate-middle-corridor-"
NOT_YET = ["2xx", "401", "403", "404", "409", "422", "429"]
"""What good data may be answered with: it may name a place that there is not (422), or be one too many (429)."""
SLOW = {"getCoverage", "exportCorridor", "getRunReport"}
"""What takes so long that it is asked less often."""


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in SAID["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


OPERATIONS = [pytest.param(*one, id=one[2]["operationId"]) for one in operations()]


def media_of(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What is sent and what comes back when all is well: where, in which form, and its schema."""
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        yield "body", kind, media
    for status, answer in operation["responses"].items():
        if status < "300":
            yield from ((status, kind, media) for kind, media in answer.get("content", {}).items())


# a: what is written


def test_a01_it_is_fresh() -> None:
    """`python tools/write_openapi.py` writes it anew."""
    assert CONTRACT.read_text(encoding="utf-8") == text_of(contract())


def test_a02_it_is_openapi_3_1() -> None:
    assert SAID["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(SAID).validate()
    broken = json.loads(CONTRACT.read_text(encoding="utf-8"))
    broken["paths"]["/api"]["get"]["responses"]["200"].pop("description")
    with pytest.raises(ValueError, match="required property"):
        schemathesis.openapi.from_dict(broken).validate()


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_a03_every_operation_says_what_it_is(method: str, path: str, operation: dict[str, Any]) -> None:
    assert re.fullmatch(r"[A-Z][^.\n]{3,60}", operation["summary"])
    assert operation["description"].endswith(".")
    assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", operation["operationId"])
    (tag,) = operation["tags"]
    assert tag in {one["name"] for one in SAID["tags"]}
    assert path.startswith("/api")
    assert method in {"get", "post", "delete"}


def test_a04_names_are_given_once() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names)) >= 45


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_a05_every_status_is_said(method: str, path: str, operation: dict[str, Any]) -> None:
    statuses = set(operation["responses"])
    assert statuses >= {"400", "401", "403", "413", "415", "421", "422", "431", "500", "503", "504"}
    assert any(status < "300" for status in statuses)
    if any(one["in"] == "path" for one in operation.get("parameters", ())):
        assert "404" in statuses, (method, path)
    for status in statuses - {"304"}:
        if status >= "400":
            name = operation["responses"][status]["$ref"].rsplit("/", 1)[1]
            assert "application/problem+json" in SAID["components"]["responses"][name]["content"]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_a06_every_document_has_an_example_that_fits_it(method: str, path: str, operation: dict[str, Any]) -> None:
    seen = 0
    for where, kind, media in media_of(operation):
        if kind.endswith("json"):
            example = media.get("example")
            if example is None and where != "body" and len(operation["responses"][where]["content"]) > 1:
                continue  # of several forms, the one that comes unasked has it
            assert example is not None, f"{method} {path}, {where}, {kind}"
            jsonschema.Draft202012Validator(media.get("schema", {}) | {"components": SAID["components"]}).validate(
                example
            )
            seen += 1
    documents = [kind for _, kind, _ in media_of(operation) if kind.endswith("json")]
    assert seen or not documents


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_a07_everything_that_must_be_given_has_an_example(method: str, path: str, operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["required"]:
            schema = parameter["schema"]
            given = parameter.get("examples") or schema.get("examples") or schema.get("enum")
            assert given, f"{method} {path}, {parameter['name']}"


def test_a08_what_is_sent_may_hold_nothing_unknown() -> None:
    """A slip in a name is told, not passed over."""
    for method, path, operation in operations():
        for media in operation.get("requestBody", {}).get("content", {}).values():
            name = media["schema"].get("$ref", "").rsplit("/", 1)[-1]
            if name:
                assert SAID["components"]["schemas"][name]["additionalProperties"] is False, (method, path)


# b: what is done


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service whose jobs wait for ever, with one run that is done."""
    folder = tmp_path_factory.mktemp("contract")
    said = "simulate --scenario base-2025 --days 2 --warmup-days 1 --replications 1 --trace"
    command = [sys.executable, "-m", "karvan", *said.split()]
    runs = folder / "data" / "runs"
    subprocess.run(command, env={**os.environ, "KARVAN_RUNS": str(runs)}, check=True, capture_output=True)
    with limited(folder, "jobs_waiting=300") as found:
        yield found


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as kept:
        yield kept


def told(served: Served) -> dict[str, str]:
    """The things of this service that examples of addresses stand for."""
    (run,) = [path.name for path in (served.data / "runs").iterdir() if path.name.startswith(RUN)]
    body = json.dumps({"scenario": "base-2025", "days": 2}).encode()
    job = served.ask("POST", "/api/simulate", body, content_type="application/json").document["id"]
    return {"run": run, "job": job}


def test_b01_what_is_kept_by_its_tag_is_sent_once(served: Served) -> None:
    """304 stands in the contract where it is answered, and nowhere else."""
    values = told(served)
    asked = 0
    for method, path, operation in operations():
        if method != "get" or operation["operationId"] in {"getJobEvents", "getJobResult"}:
            continue
        if path.startswith("/api/runs/{run}/power/"):  # of runs of another kind: tests/test_api_power.py
            continue
        given = {one["name"]: _example(one) for one in operation.get("parameters", ()) if one["required"]} | values
        address = re.sub(r"\{(\w+)\}", lambda part, given=given: given[part[1]], path)  # type: ignore[misc]
        query = urlencode({one["name"]: given[one["name"]] for one in operation.get("parameters", ())
                           if one["in"] == "query" and one["required"]})  # fmt: skip
        first = served.ask("GET", f"{address}?{query}")
        assert first.status == 200, (address, first.body)
        if "304" in operation["responses"]:
            again = served.ask("GET", f"{address}?{query}", if_none_match=first.headers["etag"])
            assert (again.status, again.body) == (304, b""), address
            asked += 1
        else:
            assert "etag" not in first.headers, address
    assert asked >= 20


def _example(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    given = [one["value"] for one in parameter.get("examples", {}).values()] + schema.get("examples", [])
    return str((given or schema["enum"])[0])


def test_b02_a_method_that_is_not_there(served: Served) -> None:
    for path, methods in SAID["paths"].items():
        address = re.sub(r"\{\w+\}", "x", path)
        answer = served.ask("PATCH", address)
        assert (answer.status, answer.headers["allow"]) == (405, ", ".join(sorted(m.upper() for m in methods)))
        assert answer.headers["content-type"] == "application/problem+json"


@schemathesis.serializer("application/zip")
def as_zip(_context: Any, value: Any) -> bytes:
    """What is generated for a file goes as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


def schema_of(coverage: bool) -> Any:
    """The contract as schemathesis asks by it."""
    said = {"phases": {"coverage": {"enabled": coverage}},
            "checks": {"positive_data_acceptance": {"expected-statuses": NOT_YET}}}  # fmt: skip
    return schemathesis.openapi.from_dict(SAID, config=SchemathesisConfig.from_dict(said))


BOUNDED = {
    "deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck),
    "phases": [Phase.explicit, Phase.generate],
}  # fmt: skip
QUICK, WHOLE = schema_of(coverage=False), schema_of(coverage=True)


@QUICK.parametrize()
@settings(max_examples=6, **BOUNDED)
def test_c01_every_address_keeps_it(case: schemathesis.Case, served: Served, session: requests.Session) -> None:
    case.call_and_validate(base_url=f"http://localhost:{served.port}", session=session, timeout=60)


@pytest.mark.thorough
@WHOLE.parametrize()
@settings(max_examples=100, **BOUNDED)
def test_c02_and_keeps_it_when_asked_everything(
    case: schemathesis.Case, served: Served, session: requests.Session
) -> None:
    case.call_and_validate(base_url=f"http://localhost:{served.port}", session=session, timeout=120)


def test_d01_it_is_alive_after_all_that(served: Served) -> None:
    assert served.alive()
    assert served.log.read_text() == ""
