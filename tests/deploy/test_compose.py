"""The compose file, the image and the example settings say what the code really reads and runs."""

import re
import shlex
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer.main
import yaml

from backend.cli import app as command_line
from backend.kernel.config import Settings

ROOT = Path(__file__).parents[2]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / "deploy" / "example.env").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)
OURS = ("migrate", "app", "worker")
SECRETS = ("POSTGRES_PASSWORD", "EJIA_SECRET_KEY", "EJIA_FIELD_KEY", "EJIA_S3_ACCESS_KEY", "EJIA_S3_SECRET_KEY")


def test_every_setting_it_passes_is_one_that_the_code_reads() -> None:
    known = {f"EJIA_{name.upper()}" for name in Settings.model_fields}
    passed = {name for service in OURS for name in SERVICES[service]["environment"] if name.startswith("EJIA_")}
    # The image says where its home is; demo mode is not for service.
    assert passed == known - {"EJIA_HOME", "EJIA_DEMO"}
    assert set(re.findall(r"\b(EJIA_\w+)=", DOCKERFILE)) <= known


def test_every_variable_it_asks_for_has_an_example_and_every_example_is_used() -> None:
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE_TEXT)) - {"EJIA_VERSION"}
    assert asked == set(EXAMPLE)


def test_every_example_value_is_one_that_the_code_takes() -> None:
    examples = {name[5:].lower(): value for name, value in EXAMPLE.items() if name.startswith("EJIA_")}
    taken = Settings(_env_file=None, **examples).model_dump(mode="json")
    plain = {name: value for name, value in examples.items() if not name.endswith("key")}
    assert {name: str(taken[name]).lower() for name in plain} == {name: value.lower() for name, value in plain.items()}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_has_no_default(name: str) -> None:
    uses = re.findall(rf"\$\{{{name}(.)(.)", COMPOSE_TEXT)
    assert uses
    assert set(uses) == {(":", "?")}


def test_the_server_refuses_to_start_with_the_example_values() -> None:
    example = Settings(
        demo=False, secret_key=EXAMPLE["EJIA_SECRET_KEY"], field_key=EXAMPLE["EJIA_FIELD_KEY"], _env_file=None
    )
    faults = " ".join(example.faults())
    assert "EJIA_SECRET_KEY" in faults
    assert "EJIA_FIELD_KEY" in faults


def test_nothing_runs_in_demo_mode() -> None:
    assert "EJIA_DEMO" not in COMPOSE_TEXT + DOCKERFILE


@pytest.mark.parametrize(
    "words",
    [SERVICES[name]["command"] for name in OURS]
    + [shlex.split("python -m backend.cli serve --host 0.0.0.0 --port 8000")],
)
def test_every_command_is_one_of_the_command_line(words: list[str]) -> None:
    assert words[:3] == ["python", "-m", "backend.cli"]
    group = typer.main.get_command(command_line)
    command = group.commands[words[3]]  # type: ignore[attr-defined]
    command.make_context(words[3], list(words[4:]))


def test_the_image_starts_the_server_by_default() -> None:
    assert re.search(
        r'^CMD \["python", "-m", "backend.cli", "serve", "--host", "0.0.0.0", "--port", "8000"\]$',
        DOCKERFILE,
        re.MULTILINE,
    )


async def test_health_check_proxy_and_server_agree_on_port_and_path(public: httpx.AsyncClient) -> None:
    assert (await public.get("/healthz")).status_code == 200
    assert "http://127.0.0.1:8000/healthz" in SERVICES["app"]["healthcheck"]["test"][-1]
    assert "http://127.0.0.1:8000/healthz" in DOCKERFILE
    assert SERVICES["app"]["expose"] == ["8000"]
    assert "reverse_proxy app:8000" in (ROOT / "deploy" / "Caddyfile").read_text("utf-8")


def test_the_file_store_is_asked_for_where_it_listens() -> None:
    host, port = SERVICES["app"]["environment"]["EJIA_S3_ENDPOINT"].split(":")
    assert f"-ip={host}" in SERVICES[host]["command"]
    assert f"-s3.port={port}" in SERVICES[host]["command"]


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_the_image_holds_every_folder_that_the_code_imports_from() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert {"backend", "admin_pages", "policies", "storage"} <= folders
    for folder in folders | {"migrations"}:
        assert f"COPY {folder} {folder}\n" in DOCKERFILE
        assert f"!{folder}\n" in (ROOT / ".dockerignore").read_text("utf-8")


def test_every_image_is_pinned_to_a_version() -> None:
    images = [service["image"] for name, service in SERVICES.items() if name not in OURS]
    images += re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(images) == 5
    for image in images:
        assert re.search(r":\d+(\.\d+)*\b", image), image
