"""How a benchmark reports: one JSON object with ``--json``, else lines for people."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping


def arguments(description: str) -> argparse.ArgumentParser:
    """The options that every benchmark has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a short run, under 40 s, for a first impression")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


def machine() -> dict[str, str | int]:
    """What it was measured on."""
    model = ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
            model = next((line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name")), "")
    except OSError:
        pass
    return {
        "cores": os.cpu_count() or 1,
        "cpu": model,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }


def report(figures: Mapping[str, float], ratios: Mapping[str, float], *, as_json: bool) -> None:
    """Prints the result."""
    if as_json:
        print(json.dumps({"figures": dict(figures), "ratios": dict(ratios), "machine": machine()}))
        return
    for title, values in (("figures", figures), ("ratios", ratios)):
        print(title)
        for name, value in values.items():
            print(f"  {name:40} {value:,.3f}".rstrip("0").rstrip("."))
    print("machine", json.dumps(machine()))


def say(text: str) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)
