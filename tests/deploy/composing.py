"""``deploy/compose.yaml`` as compose reads it, with a filled in ``.env``."""

from __future__ import annotations

import re
from typing import Any

import yaml

from gateway.vault import new_key
from tests.deploy.files import DEPLOY

VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(:[?-])?([^}]*)\}")
FILLED_IN = {
    "DOMAIN": "chat.example.com", "SECRET_KEY": new_key(), "POSTGRES_PASSWORD": "one", "DATABASE_PASSWORD": "two",
    "REDIS_PASSWORD": "three",
}  # fmt: skip


def filled_in() -> dict[str, Any]:
    def fill(found: re.Match[str]) -> str:
        name, kind, instead = found.groups()
        return FILLED_IN[name] if kind == ":?" else instead

    loaded: dict[str, Any] = yaml.safe_load(VARIABLE.sub(fill, (DEPLOY / "compose.yaml").read_text()))
    return loaded
