"""Write the contract of the service to web/openapi.json, from which the studio's client is made.

    python tools/write_openapi.py [--examples]

With --examples the answers that stand in it are asked for anew: every address is asked as its own examples say, small
studies are run for what needs one, and what comes is cut short and kept in src/karvan/api/examples.json.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).parents[1]
CONTRACT = ROOT / "web" / "openapi.json"
EXAMPLES = ROOT / "src" / "karvan" / "api" / "examples.json"
PART = re.compile(r"\{(\w+)\}")
MOST = 2
FEW = 20
"""Texts by name that are shown whole; of more the first three stand for all."""
"""Elements of a list that an example shows."""
LONGEST = 400
"""Characters of a text that it shows."""
STUDY = {"scenario": "base-2025", "days": 2, "warmup_days": 1, "replications": 1, "trace": True}
POWER = {"scenario": "base-2024", "weeks": 1}
TEXTS = ("text/csv", "text/markdown")


def text_of(contract: dict[str, Any]) -> str:
    """The contract as its file has it: sorted, so that a change of it shows as what it is."""
    return json.dumps(contract, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def contract() -> dict[str, Any]:
    """The contract of the service as it is now."""
    from karvan.api.app import create_app
    from karvan.api.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        return create_app(Settings(Path(folder), workers=0)).openapi()


def write() -> bool:
    """Write it; whether it is another than before."""
    new = text_of(contract())
    old = CONTRACT.read_text(encoding="utf-8") if CONTRACT.exists() else ""
    CONTRACT.parent.mkdir(exist_ok=True)
    CONTRACT.write_text(new, encoding="utf-8")
    return new != old


def ask_examples() -> None:
    """Ask every address, and keep what it answers."""
    from fastapi.testclient import TestClient

    from karvan.api.app import create_app
    from karvan.api.settings import Settings

    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, {"KARVAN_RUNS": f"{folder}/runs"}):
        app = create_app(Settings(Path(folder)))
        with TestClient(app, base_url="http://localhost") as client:
            known = studied(client)
            found = {}
            for path, methods in sorted(app.openapi()["paths"].items()):
                for method, operation in sorted(methods.items()):
                    answers = asked(client, method, path, operation, known)
                    if answers:
                        found[operation["operationId"]] = answers
    EXAMPLES.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def studied(client: Any) -> dict[str, str]:
    """Studies that are done: the ids of the job and of the run of a simulation, and of a run of the power system."""
    power = done(client, client.post("/api/power/run", json=POWER).json()["id"])
    job = client.post("/api/simulate", json=STUDY).json()["id"]
    return {"job": job, "run": done(client, job), "power": power}


def done(client: Any, job: str) -> str:
    """The run of a job, once it is done."""
    while (said := client.get(f"/api/jobs/{job}").json())["status"] in ("queued", "running"):
        time.sleep(0.5)
    if said["status"] != "done":
        sys.exit(f"the study is {said['status']}: {said['problem']}")
    return str(said["run"])


def asked(client: Any, method: str, path: str, operation: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """What an address answers when it is asked as its examples say: by status and form."""
    values = {one["name"]: value_of(one) for one in operation.get("parameters", ()) if value_of(one) is not None}
    values |= {name: known[name] for name in ("job", "run") if f"{{{name}}}" in path}
    if "{run}/power" in path:
        values["run"] = known["power"]
    address = PART.sub(lambda part: str(values[part[1]]), path)
    query = {one["name"]: values[one["name"]] for one in operation.get("parameters", ())
             if one["in"] == "query" and one["name"] in values}  # fmt: skip
    answers: dict[str, Any] = {}
    for status, answer in operation["responses"].items():
        for kind in answer.get("content", {}) if status < "300" else ():
            if kind != "application/json" and kind not in TEXTS and "json" not in kind:
                continue
            said = spoken(client, method, address, query, operation, kind)
            if said is not None and said.status_code == int(status) and said.headers["content-type"].startswith(kind):
                answers.setdefault(status, {})[kind] = said.text[:LONGEST] if kind in TEXTS else cut(said.json())
    return answers


def spoken(client: Any, method: str, address: str, query: dict[str, Any], operation: dict[str, Any], kind: str) -> Any:
    """One answer; None for what an example would undo."""
    forms = {"text/csv": "csv", "text/markdown": "md"}
    if kind in forms:
        query = query | {"format": forms[kind]}
    if method == "get":
        return client.get(address, params=query)
    if method == "delete":
        return None
    if operation["operationId"] == "uploadCorridor":
        return client.post(address, params=query, content=packed(), headers={"content-type": "application/zip"})
    if address.endswith(("/cancel", "/resume")):
        return stopped(client, address.rsplit("/", 1)[1])
    (body,) = operation.get("requestBody", {"content": {"": {}}})["content"].values()
    return client.post(address, params=query, json=body["example"])


def packed() -> bytes:
    """The package that ships, as one would upload it."""
    import karvan

    with tempfile.TemporaryDirectory() as folder:
        karvan.load().save(path := Path(folder) / "package.zip")
        return path.read_bytes()


def stopped(client: Any, verb: str) -> Any:
    """A job that is cancelled, or resumed after it was."""
    job = client.post("/api/simulate", json=STUDY | {"seed": 2}).json()["id"]
    said = client.post(f"/api/jobs/{job}/cancel")
    while client.get(f"/api/jobs/{job}").json()["status"] == "running":
        time.sleep(0.1)
    if verb == "resume":
        said = client.post(f"/api/jobs/{job}/resume")
        client.post(f"/api/jobs/{job}/cancel")
    return said


def value_of(parameter: dict[str, Any]) -> Any:
    """The example of a parameter that must be given."""
    if parameter["in"] not in ("path", "query") or not parameter["required"]:
        return None
    schema = parameter["schema"]
    given = [one["value"] for one in parameter.get("examples", {}).values()] + schema.get("examples", [])
    return (given or schema.get("enum") or [None])[0]


def cut(value: Any) -> Any:
    """The beginning of an answer, of the same form."""
    if isinstance(value, dict):
        if len(value) > FEW and all(isinstance(one, str) for one in value.values()):
            value = dict(list(value.items())[:3])
        return {name: cut(one) for name, one in value.items()}
    if isinstance(value, list):
        return [cut(one) for one in value[:MOST]]
    return f"{value[:LONGEST]}..." if isinstance(value, str) and len(value) > LONGEST else value


if __name__ == "__main__":
    if sys.argv[1:] == ["--examples"]:
        ask_examples()
    print(f"{CONTRACT.relative_to(ROOT)}: {'changed' if write() else 'nothing changed'}")
