"""The systemd unit: what systemd says of it, and what it says of Switchboard."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path

import typer

from gateway.__main__ import cli
from gateway.settings import Settings
from tests.deploy.files import DEPLOY, replaced
from tests.support.servers import find_program

UNIT = DEPLOY / "systemd" / "switchboard@.service"
MOST_EXPOSED = 20
"""Of 100, as ``systemd-analyze security`` counts; 100 is a unit without any bounds."""


class _Unit(configparser.RawConfigParser):
    """A unit's options keep their case, and may come several times: the last one is seen."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def unit() -> configparser.SectionProxy:
    parser = _Unit(strict=False, delimiters="=", comment_prefixes="#")
    parser.read(UNIT)
    return parser["Service"]


def test_systemd_takes_it_and_finds_it_bounded(tmp_path: Path) -> None:
    text = UNIT.read_text()
    for option in ("ProtectSystem=strict", "NoNewPrivileges=yes", "StateDirectory=switchboard/%i", "User=switchboard"):
        assert option in text
    program = find_program("systemd-analyze")
    file = tmp_path / UNIT.name
    file.write_text(replaced(text, {"/opt/switchboard/bin/switchboard": "/bin/true"}))
    taken = subprocess.run([program, "verify", file], capture_output=True, text=True)
    assert (taken.returncode, taken.stderr) == (0, "")
    bounded = subprocess.run(
        [program, "security", "--offline=true", f"--threshold={MOST_EXPOSED}", file], capture_output=True, text=True
    )
    assert bounded.returncode == 0, bounded.stdout[-200:]


def test_it_gives_a_node_time_to_end_what_it_began() -> None:
    service = unit()
    assert Settings().drain_seconds + 5 <= int(service["TimeoutStopSec"]) <= 30
    assert service["KillMode"] == "mixed" and "KillSignal" not in service
    assert int(service["LimitNOFILE"]) >= 20_000


def test_it_runs_the_command_with_options_that_there_are() -> None:
    command = unit()["ExecStart"].split()
    assert command[0].endswith("/switchboard") and command[1] == "run"
    found = typer.main.get_command(cli)
    run = found.commands["run"]  # type: ignore[attr-defined]
    known = {option for parameter in run.params for option in parameter.opts}
    given = [word for word in command[2:] if word.startswith("-")]
    assert given == ["--config", "--data", "--port"] and set(given) <= known
    data = command[command.index("--data") + 1]
    assert data == unit()["WorkingDirectory"] == "/var/lib/switchboard/%i"
    assert command[command.index("--port") + 1] == "808%i"  # as the proxies' examples have them
    ports = re.findall(r"server 127\.0\.0\.1:(808\d)", (DEPLOY / "nginx" / "switchboard.conf").read_text())
    assert ports == ["8081", "8082"]


def test_nodes_of_a_machine_keep_files_in_one_folder() -> None:
    assert unit()["StateDirectory"].split() == ["switchboard/%i", "switchboard/files"]  # both may be written
    assert unit()["ExecStartPre"].endswith(" ../files /var/lib/switchboard/%i/files")
