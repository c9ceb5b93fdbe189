"""Events of records: forms that were filled in a conversation."""

from __future__ import annotations

from gateway.model.events.base import Event, Person


class FormFilled(Event, frozen=True, tag="form_filled"):
    """Somebody filled in a form; ``by.id`` is "" where the bot did. ``record`` and ``number``: what it is kept as; ``form``: its id, ``name`` and ``purpose`` as they
    were then; ``values``: the answers by their questions' names."""

    by: Person
    record: str
    number: str
    form: str
    name: str
    purpose: str = ""
    status: str = ""
    values: dict[str, str] = {}
    client_id: str = ""


class RecordMoved(Event, frozen=True, tag="record_status_changed"):
    """Somebody set the status of a record of this conversation."""

    by: Person
    record: str
    number: str
    before: str
    status: str
    name: str = ""
