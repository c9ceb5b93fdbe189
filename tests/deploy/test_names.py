"""Settings that ``deploy/`` and its page name are settings."""

from __future__ import annotations

import re

from gateway.settings import TABLES, Settings
from tests.deploy.files import DEPLOY, ROOT

SETTING = re.compile(r"\bSWITCHBOARD_([A-Z_]+)\b")


def test_every_setting_that_is_named_exists() -> None:
    files = [one for one in DEPLOY.rglob("*") if one.is_file() and "settings" not in one.parts]
    files += [ROOT / "Containerfile", ROOT / "docs" / "deploying.md"]
    named: dict[str, str] = {}
    for file in files:
        named |= {found.lower(): str(file) for found in SETTING.findall(file.read_text())}
    assert {"database", "redis", "secret_key", "public_url", "trusted_proxies", "data"} <= named.keys()
    known = set(Settings.__struct_fields__) - set(TABLES)
    assert {name: file for name, file in named.items() if name not in known} == {}
