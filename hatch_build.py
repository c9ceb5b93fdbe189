"""Builds the front end into the wheel, so that ``pip install .`` needs nothing but Python."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent


def _web() -> Any:
    spec = importlib.util.spec_from_file_location("switchboard_web", ROOT / "scripts" / "web.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class FrontEnd(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before a wheel is packed."""

    def _wanted(self) -> bool:
        return self.target_name == "wheel" and not os.environ.get("SWITCHBOARD_SKIP_WEB")

    def dependencies(self) -> list[str]:
        web = _web()
        return [] if not self._wanted() or web.node_on_path() else [web.WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not self._wanted() or version == "editable":
            return
        web = _web()
        web.install()
        web.npm("run", "build", "--silent")
        build_data["artifacts"].append("gateway/static/**")
