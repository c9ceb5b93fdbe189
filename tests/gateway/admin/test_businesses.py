"""A business from its folder: its forms are set up once, and what people removed stays away."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.business import FILE, read_definitions
from gateway.admin.businesses import load_business, read_business_file
from gateway.admin.configuration import remove_thing
from gateway.admin.kinds import KINDS
from gateway.errors import StartupError
from gateway.store import configuration
from gateway.store.audit import Actor
from gateway.store.sql import Tx
from gateway.store.store import Store

LANTERN = Path(__file__).parents[3] / "examples" / "lantern"


async def load(store: Store, folder: Path = LANTERN) -> str:
    return (await store.write("", load_business(read_business_file(folder)))).business.id


async def test_the_examples_form_is_there_for_people_and_known_to_its_bot(store: Store) -> None:
    business = await load(store)
    (form,) = await store.read(business, lambda tx, now: configuration.read(tx, "form"))
    assert form.name in read_definitions((LANTERN / FILE).read_text("utf-8"))


async def test_a_form_is_set_up_once_and_one_that_was_removed_stays_away(store: Store) -> None:
    business = await load(store)
    await load(store)
    (form,) = await store.read(business, lambda tx, now: configuration.read(tx, "form"))
    kind = next(kind for kind in KINDS if kind.name == "form")

    def remove(tx: Tx, now: int) -> None:
        remove_thing(tx, kind, item=form.id, seen=form.version, by=Actor("anna", "Anna"), now=now)

    await store.write(business, remove)
    await load(store)
    assert await store.read(business, lambda tx, now: configuration.read(tx, "form")) == []


async def test_a_form_that_can_not_be_is_told_with_its_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "business.toml").write_text('slug = "a"\nlocales = ["en"]\n[name]\nen = "A"\n')
    (tmp_path / FILE).write_text('[[forms]]\nname = "F"\nsteps = [{name = "a", title = "A", then = "a"}]\n')
    with pytest.raises(StartupError, match=r"forms\.toml isn't right: F"):
        await load(store, tmp_path)
