"""Files: which object holds one, whose it was, and the message that it belongs to ("" until one takes it)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, literal_column, select, text, update

from gateway.errors import Invalid
from gateway.model.events import Attachment
from gateway.store.schema import files
from gateway.store.sql import Query, Tx

_business: BindParameter[str] = bindparam("business_id")
_this = (files.c.business_id == _business, files.c.id == bindparam("file"))
_columns = (
    files.c.id, files.c.object, files.c.name, files.c.type, files.c.size, files.c.uploaded_by,
    files.c.conversation_id, files.c.seq,
)  # fmt: skip

_ADD = Query(lambda insert: insert(files))
_FIND = Query(select(*_columns).where(*_this))
_LOCK = Query(select(*_columns).where(*_this).with_for_update(of=files))
_ATTACH = Query(
    update(files)
    .where(*_this, files.c.conversation_id == "")
    .values(conversation_id=bindparam("conversation"), seq=bindparam("message"))
)
_DROP = Query(delete(files).where(*_this, files.c.conversation_id == "").returning(files.c.object))
_DROP_ALL = Query(
    delete(files).where(files.c.business_id == _business, files.c.conversation_id == bindparam("conversation"))
)
_DROP_RECORDINGS = Query(
    delete(files).where(
        files.c.business_id == _business, files.c.uploaded_by == literal_column("'recording'"),  # as their index has it
        files.c.created_at < bindparam("before"),
    )
)  # fmt: skip
_KNOWN = Query(
    text(
        "SELECT object FROM files WHERE business_id = :business_id"
        " AND object IN (SELECT value FROM json_each(:objects)) UNION ALL"
        " SELECT object FROM sounds WHERE business_id = :business_id"
        " AND object IN (SELECT value FROM json_each(:objects))"
    ),
    postgresql=text(
        "SELECT object FROM files WHERE business_id = :business_id"
        " AND object IN (SELECT json_array_elements_text(CAST(:objects AS json))) UNION ALL"
        " SELECT object FROM sounds WHERE business_id = :business_id"
        " AND object IN (SELECT json_array_elements_text(CAST(:objects AS json)))"
    ),
)
_UNATTACHED = Query(
    select(files.c.business_id, files.c.id)
    .where(files.c.conversation_id == "", files.c.created_at < bindparam("before"))
    .order_by(files.c.created_at)
    .limit(bindparam("limit")),
    postgresql=text("SELECT business_id, id FROM switchboard_unattached_files(:before, :limit)"),
    across=True,
)


RECORDING = "recording"
"""Whose the recordings of calls are."""


class StoredFile(NamedTuple):
    """A file that is here. ``object``: its name in the object store; ``seq``: its message in ``conversation``."""

    id: str
    object: str
    name: str
    type: str
    size: int
    uploaded_by: str
    conversation: str = ""
    seq: int = 0

    @property
    def attachment(self) -> Attachment:
        return Attachment(id=self.id, name=self.name, type=self.type, size=self.size)


def add(tx: Tx, file: StoredFile, *, now: int) -> None:
    tx.execute(
        _ADD, id=file.id, object=file.object, name=file.name, type=file.type, size=file.size,
        uploaded_by=file.uploaded_by, conversation_id=file.conversation, seq=file.seq, created_at=now,
    )  # fmt: skip


def find(tx: Tx, file: str) -> StoredFile | None:
    row = tx.one(_FIND, file=file)
    return StoredFile(*row) if row else None


def offered(tx: Tx, names: Sequence[str], *, by: str) -> tuple[Attachment, ...]:
    """What ``by`` uploaded and no message has yet, for a message that is about to be appended; rows locked.

    Raises ``Invalid`` for anything else: a foreign file looks like one that does not exist.
    """
    found = []
    for name in sorted(set(names)):  # one order for everybody who locks
        row = tx.one(_LOCK, file=name)
        file = StoredFile(*row) if row else None
        if file is None or file.uploaded_by != by or file.conversation:
            raise Invalid("One of the files isn't there to be sent. Upload it again, then send it.", field="files")
        found.append(file.attachment)
    return tuple(sorted(found, key=lambda attachment: names.index(attachment.id)))


def attach(tx: Tx, file: str, *, conversation: str, seq: int) -> None:
    """The file belongs to message ``seq`` from now on."""
    tx.execute(_ATTACH, file=file, conversation=conversation, message=seq)


def drop_unattached(tx: Tx, file: str) -> str | None:
    """Deletes a row that no message has taken; the object that it leaves, or ``None`` where there is no such row."""
    row = tx.one(_DROP, file=file)
    return row[0] if row else None


def drop_all(tx: Tx, conversation: str) -> None:
    """Forgets the files of a conversation; their objects are the sweeper's."""
    tx.execute(_DROP_ALL, conversation=conversation)


def drop_recordings(tx: Tx, *, before: int) -> int:
    """Forgets the recordings of calls that are older than an instant; how many. Their objects are the sweeper's."""
    return tx.execute(_DROP_RECORDINGS, before=before)


def known_objects(tx: Tx, objects: Sequence[str]) -> set[str]:
    """Those of ``objects`` that a row names: a file's, or a sound's of calls."""
    return {name for (name,) in tx.all(_KNOWN, objects=json.dumps(list(objects)))}


def unattached(tx: Tx, *, before: int, limit: int) -> list[tuple[str, str]]:
    """(business, file) of what was uploaded before an instant and never sent, oldest first, in all businesses."""
    return [(business, file) for business, file in tx.all(_UNATTACHED, before=before, limit=limit)]
