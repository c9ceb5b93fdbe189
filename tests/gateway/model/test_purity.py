"""The model is pure: no I/O library comes with it, and nothing in it reads a clock."""

from __future__ import annotations

import subprocess
import sys

import pytest

FORBIDDEN = ("aiohttp", "sqlalchemy", "redis", "aiogram", "psycopg", "sqlite3", "asyncio", "socket")
_MODULES = "gateway.model.decide gateway.model.fold gateway.model.visible gateway.model.redact gateway.model.words"


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """What a fresh interpreter has loaded after importing the whole model."""
    code = f"import sys, {', '.join(_MODULES.split())}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("library", FORBIDDEN)
def test_the_model_loads_no_library_that_does_io(loaded: set[str], library: str) -> None:
    assert "gateway.model.decide" in loaded
    assert not {name for name in loaded if name == library or name.startswith(f"{library}.")}
