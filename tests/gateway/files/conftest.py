"""Files in a folder and in memory, the latter as unforgiving as a remote store."""

from __future__ import annotations

from pathlib import Path

import pytest
from obstore.store import MemoryStore, ObjectStore

from gateway.files import Files, open_objects
from gateway.store.store import Store

LIMIT = 9 * 1024 * 1024


@pytest.fixture(params=["folder", "memory"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    return MemoryStore() if request.param == "memory" else open_objects("", tmp_path)


@pytest.fixture
def files(store: Store, objects: ObjectStore) -> Files:
    return Files(store, objects, limit=LIMIT)
