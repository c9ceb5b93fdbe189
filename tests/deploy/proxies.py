"""The proxies' examples, served: the files of ``deploy/`` with nothing changed but names, ports and certificates."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from tests.deploy.files import DEPLOY, replaced
from tests.support.certificates import Certificate
from tests.support.servers import end, find_program, free_port, tied_to_us, wait_until

Kind = Literal["nginx", "caddy"]

_AROUND = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/switchboard.conf;
}}
"""
_GLOBAL = """
{{
	admin off
	auto_https disable_redirects
	skip_install_trust
	storage file_system {folder}/storage
}}
"""


class Proxy:
    """One of them on a free port of loopback, in front of nodes' ports, by TLS with ``certificate``."""

    def __init__(self, kind: Kind, folder: Path, certificate: Certificate) -> None:
        folder.mkdir()
        self.port = free_port()
        self._kind = kind
        self._folder = folder
        self._certificate = certificate
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def start(self, nodes: Sequence[int]) -> None:
        command, environment = self._nginx(nodes) if self._kind == "nginx" else self._caddy(nodes)
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [*tied_to_us("TERM"), *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, **environment},
            )  # fmt: skip
        assert wait_until(self._listens, self._process, log=self.log), self.log.read_text()

    @property
    def log(self) -> Path:
        return self._folder / "log"

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _nginx(self, nodes: Sequence[int]) -> tuple[list[str], dict[str, str]]:
        program = find_program("nginx", "/usr/sbin")
        file = nginx_files(self._folder, self._certificate, port=self.port, nodes=nodes)
        tried = subprocess.run([program, "-t", "-q", "-c", str(file), "-e", "stderr"], capture_output=True, text=True)
        assert (tried.returncode, tried.stderr) == (0, ""), tried.stderr
        return [program, "-c", str(file), "-e", "stderr"], {}

    def _caddy(self, nodes: Sequence[int]) -> tuple[list[str], dict[str, str]]:
        text = (DEPLOY / "caddy" / "Caddyfile").read_text()
        site = "{$DOMAIN:chat.example.com} {"
        tls = f"{site}\n\ttls {self._certificate.path} {self._certificate.key}"
        file = self._folder / "Caddyfile"
        file.write_text(_GLOBAL.format(folder=self._folder) + replaced(text, {site: tls}))
        environment = {"DOMAIN": self.url, "NODES": " ".join(f"127.0.0.1:{port}" for port in nodes)}
        return [find_program("caddy"), "run", "--adapter", "caddyfile", "--config", str(file)], environment

    def stop(self) -> None:
        if self._process is not None:
            end(self._process)


def nginx_files(folder: Path, certificate: Certificate, *, port: int, nodes: Sequence[int]) -> Path:
    """The example, and the file around it that its distribution would bring."""
    text = (DEPLOY / "nginx" / "switchboard.conf").read_text()
    text = replaced(text, {
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "/etc/letsencrypt/live/chat.example.com/fullchain.pem": str(certificate.path),
        "/etc/letsencrypt/live/chat.example.com/privkey.pem": str(certificate.key),
        "/var/log/nginx/switchboard.log": f"{folder}/access.log",
    })  # fmt: skip
    for example, real in zip((8081, 8082), nodes, strict=True):
        text = replaced(text, {f"127.0.0.1:{example}": f"127.0.0.1:{real}"})
    assert len(re.findall(r"^    server \S+ max_fails", text, re.MULTILINE)) == len(nodes)
    (folder / "switchboard.conf").write_text(text)
    around = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    around.write_text(_AROUND.format(folder=folder, user=user))
    return around
