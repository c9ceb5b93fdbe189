"""The business's forms as they are set up, for content that fills them."""

from __future__ import annotations

import msgspec

from bot.content.business import by_name
from bot.content.definition import Definitions
from bot.content.types import Definition
from gateway.dispatcher.recording import FORM, Kept
from gateway.store import configuration
from gateway.store.sql import Tx


def definitions(tx: Tx) -> Definitions:
    """Those that are in use."""
    found = ((item, msgspec.json.decode(item.body, type=Kept)) for item in configuration.read(tx, FORM))
    return by_name(Definition(name=form.name, id=item.id, steps=form.steps) for item, form in found if form.active)
