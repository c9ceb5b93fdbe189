"""What the tests need beyond Python: Chromium, PostgreSQL, Redis, espeak-ng, nginx, Caddy, systemd-analyze, promtool, libfaketime, ip, fonts. Says what is missing, or installs it.

``--install`` installs with apt; ``--install-if-allowed`` does so as root or in CI, and otherwise names the command.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys


def has_postgresql() -> bool:
    return bool(glob.glob("/usr/lib/postgresql/*/bin/initdb")) or shutil.which("initdb") is not None


def has_chromium() -> bool:
    return any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))


INSTALL = ("apt-get", "install", "-y", "--no-install-recommends")
NEEDS = {
    "chromium": has_chromium,
    "postgresql": has_postgresql,
    "redis-server": lambda: shutil.which("redis-server") is not None,
    "espeak-ng": lambda: shutil.which("espeak-ng") is not None,
    "nginx": lambda: shutil.which("nginx") is not None or os.access("/usr/sbin/nginx", os.X_OK),
    "caddy": lambda: shutil.which("caddy") is not None,
    "systemd": lambda: shutil.which("systemd-analyze") is not None,
    "prometheus": lambda: shutil.which("promtool") is not None,
    "libfaketime": lambda: bool(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")),
    "iproute2": lambda: shutil.which("ip") is not None or os.access("/usr/sbin/ip", os.X_OK),
    "fonts-dejavu-core": lambda: os.path.isdir("/usr/share/fonts/truetype/dejavu"),
}


LIGHTER = "chromium-headless-shell"
"""Makes the journeys lighter; without it they run in Chromium itself."""


def main() -> int:
    missing = [name for name, is_there in NEEDS.items() if not is_there()]
    lighter = shutil.which(LIGHTER) is None and shutil.which("apt-get") is not None
    if not missing and not (lighter and os.geteuid() == 0 and len(sys.argv) > 1):
        return 0
    command = " ".join([*INSTALL, *missing])
    allowed = os.geteuid() == 0 and ("--install" in sys.argv or "--install-if-allowed" in sys.argv)
    if not allowed:
        print(f"The tests also need: {', '.join(missing)}. Install them with:\n\n    sudo make deps\n")
        return 2
    if shutil.which("apt-get") is None:
        print(f"The tests also need: {', '.join(missing)}. Install them with this system's package manager.")
        return 2
    print(f"Installing {', '.join([*missing, *([LIGHTER] if lighter else [])])} …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=bool(missing), env=quiet)
    if missing:
        subprocess.run([*command.split(), "-qq"], check=True, env=quiet, stdout=subprocess.DEVNULL)
    if lighter:  # some systems have no such package
        subprocess.run([*INSTALL, LIGHTER, "-qq"], check=False, env=quiet, stdout=subprocess.DEVNULL)
    return 0


if __name__ == "__main__":
    sys.exit(main())
