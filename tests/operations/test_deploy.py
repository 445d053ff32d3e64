"""What can be known of the containers without an engine: names, files, ports and settings agree."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nkeys
import pytest
from ruamel.yaml import YAML

from hub.api.instruments import Instruments
from hub.bus.seeds import Seeds
from hub.bus.users import ADAPTERS, users_block
from hub.channels.email.settings import EmailSettings, Server
from hub.channels.phone.settings import PhoneSettings
from hub.channels.running import channel_tables
from hub.settings import load

ROOT = Path(__file__).parents[2]
COMPOSE = YAML(typ="safe").load(ROOT / "docker-compose.yml")
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
ADAPTERS_RUN = ("email", "phone")
PROMETHEUS_WORDS = {
    "sum", "rate", "increase", "histogram_quantile", "by", "le", "and", "on", "or", "vector", "up", "job",
}  # fmt: skip


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The env files as `deploy/make-secrets` makes them, by file name."""
    deploy = tmp_path_factory.mktemp("deploy")
    shutil.copy(ROOT / "deploy" / "make-secrets", deploy)
    subprocess.run([deploy / "make-secrets"], check=True, capture_output=True)
    made = [file for file in (deploy / "secrets").iterdir() if file.is_file()]
    assert {file.stat().st_mode & 0o777 for file in made} == {0o600}
    return {file.name: dict(line.split("=", 1) for line in file.read_text().splitlines() if line) for file in made}


def names_in(expression: str) -> set[str]:
    """The metric names of a PromQL expression: words that are no function, label, string or duration."""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\b(?:by|on) \([^)]*\)|\{[^}]*\}', " ", re.sub(r'"[^"]*"', " ", expression))
    return {word for word in re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", bare) if word not in PROMETHEUS_WORDS}


def exported() -> set[str]:
    """Every name that `/metrics` can show."""
    names = set()
    for family in Instruments().registry.collect():
        names.add(family.name)
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
        names |= {family.name + suffix for suffix in suffixes.get(family.type, ())}
    return names


def dashboard() -> dict[str, Any]:
    return json.loads((ROOT / "deploy/grafana/dashboards/hub.json").read_text())


def alerts() -> Iterator[dict[str, Any]]:
    for group in YAML(typ="safe").load(ROOT / "deploy/prometheus/alerts.yml")["groups"]:
        yield from group["rules"]


def test_every_metric_on_the_dashboard_is_exported() -> None:
    shown = {
        name for panel in dashboard()["panels"] for target in panel["targets"] for name in names_in(target["expr"])
    }
    assert shown <= exported()
    assert {"hub_waiting", "hub_service_level", "hub_contacts_total", "hub_projector_lag_events"} <= shown


def test_every_metric_of_an_alert_is_exported() -> None:
    assert {name for rule in alerts() for name in names_in(rule["expr"])} <= exported()


def test_dashboard_panels_do_not_overlap_and_use_the_provisioned_source() -> None:
    source = YAML(typ="safe").load(ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml")["datasources"][0]
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {source["uid"]}


def test_grafana_finds_its_dashboard_where_it_is_mounted() -> None:
    provider = YAML(typ="safe").load(ROOT / "deploy/grafana/provisioning/dashboards/hub.yml")["providers"][0]
    mounts = [volume.split(":") for volume in SERVICES["grafana"]["volumes"]]
    assert ["./deploy/grafana/dashboards", provider["options"]["path"], "ro"] in mounts


def test_addresses_name_services_and_their_ports(secrets: dict[str, dict[str, str]]) -> None:
    scraped = YAML(typ="safe").load(ROOT / "deploy/prometheus/prometheus.yml")["scrape_configs"][0]
    port = SERVICES["hub"]["environment"]["HUB_API_PORT"]
    assert scraped["static_configs"] == [{"targets": [f"hub:{port}"]}]
    assert f"EXPOSE {port}" in DOCKERFILE
    assert f"http://127.0.0.1:{port}/healthz" in DOCKERFILE
    assert SERVICES["hub"]["ports"] == [f"127.0.0.1:{port}:{port}"]
    nodes = re.findall(r"@([^:,]+):4222", secrets["hub.env"]["HUB_NATS_URL"])
    assert nodes == [name for name in SERVICES if name.startswith("nats-")]


def test_nothing_is_published_beyond_this_machine() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_every_mounted_file_and_volume_exists() -> None:
    for name, service in SERVICES.items():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith("./") else source in COMPOSE["volumes"], (name, source)


def test_every_env_file_is_made_by_the_script(secrets: dict[str, dict[str, str]]) -> None:
    wanted = {Path(file).name for service in SERVICES.values() for file in service.get("env_file", ())}
    assert wanted == set(secrets)
    assert "secrets/" in (ROOT / "deploy/.gitignore").read_text().splitlines()


def test_making_secrets_again_keeps_those_that_are_there(tmp_path: Path) -> None:
    shutil.copy(ROOT / "deploy" / "make-secrets", tmp_path)
    subprocess.run([tmp_path / "make-secrets"], check=True, capture_output=True)
    before = {file.name: file.read_text() for file in (tmp_path / "secrets").rglob("*.*")}
    subprocess.run([tmp_path / "make-secrets"], check=True, capture_output=True)
    assert {file.name: file.read_text() for file in (tmp_path / "secrets").rglob("*.*")} == before


def test_the_hub_accepts_the_settings_it_is_given(secrets: dict[str, dict[str, str]]) -> None:
    settings = load({"HUB_CONFIG": os.devnull, **SERVICES["hub"]["environment"], **secrets["hub.env"]})
    assert settings.is_postgres
    assert settings.log_format == "json"
    assert settings.nats_replicas == len([name for name in SERVICES if name.startswith("nats-")])
    assert len(bytes.fromhex(settings.installation_key)) == 32
    baked = dict(re.findall(r"(HUB_[A-Z_]+)=(\S+)", DOCKERFILE))
    assert load({"HUB_CONFIG": os.devnull, **baked}).data_dir == settings.data_dir


def test_whoever_is_waited_for_has_a_health_check_or_ends() -> None:
    for service in SERVICES.values():
        for name, wait in service.get("depends_on", {}).items():
            checked = "healthcheck" in SERVICES[name] or name == "hub"
            assert checked or wait["condition"] == "service_completed_successfully"
    assert "HEALTHCHECK" in DOCKERFILE


def test_everything_starts_again_after_a_crash() -> None:
    for name, service in SERVICES.items():
        assert service["restart"] == ("on-failure" if name == "migrate" else "unless-stopped"), name


def test_the_hub_is_an_ordinary_user_who_can_write_its_volume_alone() -> None:
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "\nUSER hub\n" in final
    assert final.index("USER hub") < final.index("ENTRYPOINT")
    made = re.findall(r"install --directory --owner=hub .*?((?: /var/\S+)+)", final)[0].split()
    for name in ("hub", "migrate", *ADAPTERS_RUN):
        assert SERVICES[name]["read_only"]
        assert SERVICES[name]["cap_drop"] == ["ALL"]
        own = "hub" if name == "migrate" else name
        written = [volume for volume in SERVICES[name]["volumes"] if not volume.endswith(":ro")]
        assert written == [f"{own}:/var/lib/hub", "attachments:/var/lib/hub/attachments"]
        assert {volume.split(":")[1] for volume in written} <= set(made), "else root alone could write there"


@pytest.mark.parametrize("name", ADAPTERS_RUN)
def test_an_adapter_runs_when_asked_with_its_own_rights_alone(secrets: dict[str, dict[str, str]], name: str) -> None:
    service = SERVICES[name]
    assert (service["profiles"], service["command"]) == ([name], ["channel", "run", name])
    assert service["env_file"] == [f"deploy/secrets/{name}.env"]
    given = {**service["environment"], **secrets[f"{name}.env"]}
    settings = load({"HUB_CONFIG": os.devnull, **given, "HUB_CHANNELS": str(ROOT / "deploy/channels.toml")})
    hub = secrets["hub.env"]
    assert not {hub["HUB_INSTALLATION_KEY"], secrets["nats.env"]["NATS_PASSWORD"]} & set(given.values())
    assert re.sub(r"hub:\w+@", "", hub["HUB_NATS_URL"]) == settings.nats_url
    known = Seeds(ROOT / "nowhere", settings.bus_seed).kept(name)
    assert (
        nkeys.from_seed(bytearray(known.encode())).public_key.decode()
        == secrets["nats.env"][f"NATS_KEY_{name.upper()}"]
    )
    accepts = {"email": EmailSettings, "phone": PhoneSettings}[name]
    accepts.model_validate(channel_tables(settings)[name])


def test_a_mail_server_on_this_machine_finds_the_adapter() -> None:
    table = tomllib.loads((ROOT / "deploy/channels.toml").read_text())["email"]["server"]
    port = Server(**table).port
    assert (table["host"], SERVICES["email"]["ports"]) == ("0.0.0.0", [f"127.0.0.1:{port}:{port}"])


def test_the_image_is_built_from_what_the_ignore_file_lets_through() -> None:
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    built = DOCKERFILE.rpartition("\nFROM ")[0]
    copied = {word for line in re.findall(r"^COPY (?!--from)(.+)$", built, re.M) for word in line.split()[:-1]}
    assert {path for path in copied if "/" not in path or path in let_through} == let_through
    assert all(path in let_through or path.split("/")[0] in let_through for path in copied)
    assert all((ROOT / path).exists() for path in copied)


def test_the_image_builds_with_the_versions_that_tests_use() -> None:
    dev = (ROOT / "requirements-dev.lock").read_text()
    for pin in re.findall(r"^\S+==\S+", (ROOT / "deploy/build.lock").read_text(), re.M):
        assert f"\n{pin} " in dev, (
            f"{pin} in deploy/build.lock is not what requirements-dev.lock has: take it from there"
        )


def test_nats_accepts_its_configuration(secrets: dict[str, dict[str, str]]) -> None:
    binary = Path(sys.executable).parent / "nats-server"
    command = [binary, "-t", "-c", ROOT / "deploy/nats/nats.conf"]
    environment = {**os.environ, **secrets["nats.env"], "HOSTNAME": "nats-1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_cluster_knows_the_hub_and_each_adapter_by_what_the_script_made(tmp_path: Path) -> None:
    keys = {user.name: f"$NATS_KEY_{user.name.upper()}" for user in ADAPTERS}
    block = users_block(keys, "$NATS_PASSWORD", "$NATS_KAMAILIO_PASSWORD")
    assert block in (ROOT / "deploy/nats/nats.conf").read_text()
    shutil.copy(ROOT / "deploy" / "make-secrets", tmp_path)
    subprocess.run([tmp_path / "make-secrets"], check=True, capture_output=True)
    environment = (tmp_path / "secrets" / "nats.env").read_text().splitlines()
    seeds = Seeds(tmp_path / "secrets" / "bus")
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "secrets" / "bus").iterdir()} == {0o600}
    for user in ADAPTERS:
        assert seeds.kept(user.name)
        assert f"NATS_KEY_{user.name.upper()}={seeds.public_key(user.name)}" in environment
