"""The list of everything that can go wrong, by area."""

from __future__ import annotations

from types import ModuleType

from gateway.faults import (
    Kind,
    contacts,
    content,
    delivery,
    desk,
    forms,
    push,
    refusals,
    sounds,
    speech,
    training,
    transfer,
    webhooks,
)


def _kinds(module: ModuleType) -> tuple[Kind, ...]:
    return tuple(one for one in vars(module).values() if isinstance(one, Kind))


AREAS: dict[str, tuple[Kind, ...]] = {
    module.__name__.rsplit(".", 1)[1]: _kinds(module)
    for module in (
        delivery,
        push,
        desk,
        refusals,
        webhooks,
        training,
        content,
        transfer,
        contacts,
        forms,
        speech,
        sounds,
    )
}
"""By the names of their modules."""
