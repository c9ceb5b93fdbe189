"""``deploy/compose.yaml`` and the image: what would only be noticed at the first ``up``."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.cluster.redis import place_of
from gateway.settings import Settings, call_ports, load_settings
from gateway.vault import open_vault
from tests.deploy.composing import FILLED_IN, VARIABLE, filled_in
from tests.deploy.files import DEPLOY, ROOT

NODES = ("node-1", "node-2")
SECRETS = FILLED_IN.keys() - {"DOMAIN"}


@pytest.fixture(scope="module")
def text() -> str:
    return (DEPLOY / "compose.yaml").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return filled_in()


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def settings_of(node: dict[str, Any], folder: Path) -> Settings:
    return load_settings(environment=node["environment"], overrides={"data": folder.as_posix()})


def test_what_it_asks_for_is_what_the_example_names(text: str) -> None:
    example = (DEPLOY / ".env.example").read_text()
    named = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    asked = {name: kind for name, kind, _ in VARIABLE.findall(text)}
    assert asked.keys() == named
    must = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert must == {name for name, kind in asked.items() if kind == ":?"} == FILLED_IN.keys()
    for name in SECRETS:
        assert re.search(rf"^{name}=$", example, re.MULTILINE), f"{name} comes with a value that somebody will keep"


def test_every_service_is_pinned_watched_and_started_again(services: dict[str, dict[str, Any]]) -> None:
    assert services.keys() == {"migrate", *NODES, "proxy", "postgresql", "redis"}
    for name, service in services.items():
        image, _, tag = service["image"].rpartition(":")
        assert image and tag and tag != "latest" and (tag == "local" or tag[0].isdigit()), name
        assert service.get("security_opt") == ["no-new-privileges:true"], name
        if name == "migrate":  # it ends
            assert service["restart"] == "no" and service["healthcheck"] == {"disable": True}
            continue
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name
        assert service["healthcheck"]["interval"] and service["healthcheck"]["timeout"], name


def test_services_wait_for_what_they_need(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if needed == "migrate" else "service_healthy"
            assert how == {"condition": wanted}, (name, needed)
            assert needed in services
    for node in NODES:
        assert services[node]["depends_on"].keys() == {"migrate", "postgresql", "redis"}
    assert services["proxy"]["depends_on"].keys() == set(NODES)
    assert services["proxy"]["environment"]["NODES"].split() == [f"{node}:8080" for node in NODES]


@pytest.mark.parametrize("name", NODES)
def test_nodes_settings_are_right(services: dict[str, dict[str, Any]], tmp_path: Path, name: str) -> None:
    node = services[name]
    assert all(key.removeprefix("SWITCHBOARD_").lower() in Settings.__struct_fields__ for key in node["environment"])
    settings = settings_of(node, tmp_path)
    open_vault(settings, tmp_path)
    assert settings.database == "postgresql+psycopg://switchboard:two@postgresql/switchboard"
    assert place_of(settings.redis).hosts == (("redis", 6379),)
    assert settings.public_url == "https://chat.example.com"
    seconds = int(node["stop_grace_period"].removesuffix("s"))
    assert settings.drain_seconds + 5 <= seconds <= 30
    assert node["healthcheck"]["test"][-1] in (ROOT / "Containerfile").read_text()
    assert node["read_only"] and node["cap_drop"] == ["ALL"]


def test_nodes_differ_in_nothing_but_their_ports_and_folder(
    services: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    ranges = []
    for name in NODES:
        settings = settings_of(services[name], tmp_path)
        first, last = call_ports(settings) or (0, 0)
        assert services[name]["ports"] == [f"{first}-{last}:{first}-{last}/udp"]  # the sound goes past the proxy
        ranges.append(set(range(first, last + 1)))
        assert services[name]["volumes"][:2] == [f"{name}:/data", "files:/data/files"]
    assert not ranges[0] & ranges[1]
    one, two = ({**services[name], "ports": 0, "volumes": 0} for name in NODES)
    one["environment"], two["environment"] = (
        {key: value for key, value in each["environment"].items() if key != "SWITCHBOARD_CALL_PORTS"}
        for each in (one, two)
    )
    assert one == two


def test_only_the_proxy_is_believed_and_only_it_is_reached(compose: dict[str, Any], tmp_path: Path) -> None:
    services, networks = compose["services"], compose["networks"]
    address = ipaddress.ip_address(services["proxy"]["networks"]["edge"]["ipv4_address"])
    (place,) = networks["edge"]["ipam"]["config"]
    assert address in ipaddress.ip_network(place["subnet"])
    assert address not in ipaddress.ip_network(place["ip_range"])  # nobody else is given it
    assert settings_of(services["node-1"], tmp_path).trusted_proxies == (f"{address}/32",)
    assert networks["inside"] == {"internal": True}
    for name, service in services.items():
        tcp = [port for port in service.get("ports", ()) if not port.endswith("/udp")]
        assert tcp == (["80:80", "443:443"] if name == "proxy" else []), name
    for name in ("postgresql", "redis"):
        assert services[name]["networks"] == ["inside"]


def test_volumes_and_files_that_it_mounts_are_there(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for volume in service.get("volumes", ()):
            source, target = volume.split(":")[:2]
            if not source.startswith("."):
                assert source in compose["volumes"], (name, volume)
            elif source != "./settings":  # the installation's own
                assert (DEPLOY / source).is_file() and target.startswith("/"), (name, volume)
    role = DEPLOY / "postgresql" / "role.sh"
    assert role.stat().st_mode & 0o111, "an init script that can't be run is read into the image's shell instead"


def test_secrets_are_in_neither_file(text: str) -> None:
    for line in text.splitlines():
        name = re.match(r"\s*([A-Z_]*(?:PASSWORD|SECRET_KEY)):\s*(\S+)$", line)
        assert name is None or name[2].startswith("${"), line
    assert "DATABASE_PASSWORD:?" in text and "@postgresql" in text
    image = (ROOT / "Containerfile").read_text()
    assert not re.search(r"^(ENV|ARG)\b.*(PASSWORD|SECRET|TOKEN|KEY)", image, re.MULTILINE | re.IGNORECASE)
    left_out = (ROOT / ".dockerignore").read_text().split()
    assert {"**/.env", "**/switchboard.toml", "**/secret.key", "deploy/settings", ".git"} <= set(left_out)
    assert {"deploy/.env", "deploy/settings/"} <= set((ROOT / ".gitignore").read_text().split())


def test_image_is_built_apart_and_run_as_nobody_special(services: dict[str, dict[str, Any]]) -> None:
    build = services["node-1"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == ROOT / "Containerfile"
    image = (ROOT / "Containerfile").read_text()
    first, last = image.split("\nFROM ")[-2:]
    assert "pip install" in first and "-c requirements.lock" in first and "pip" not in last
    assert re.findall(r"^COPY (.*)$", last, re.MULTILINE) == ["--from=build /opt/switchboard /opt/switchboard"]
    (user,) = re.findall(r"^USER (\d+)$", last, re.MULTILINE)
    assert int(user) > 0 and f"--uid {user}" in last
    assert all(":" in one and "latest" not in one for one in re.findall(r"^FROM (\S+)", image, re.MULTILINE))
    assert re.search(r"^HEALTHCHECK .*\n.*/readyz", last, re.MULTILINE)
    assert re.search(r'^ENTRYPOINT \["switchboard"\]\nCMD \["run"\]', last, re.MULTILINE)
