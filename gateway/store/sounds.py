"""A business's sounds: what calls play in place of a voice. Each is an object in the file store, ready to be played."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import BindParameter, bindparam, delete, select, update

from gateway.store.schema import sounds
from gateway.store.sql import Query, Tx

MOST = 300
"""Sounds of a business."""
MOST_FORMER = 5
LONGEST_NAME = 60

_s = sounds.c
_business: BindParameter[str] = bindparam("business_id")
_this = (_s.business_id == _business, _s.id == bindparam("sound"))
_columns = (_s.id, _s.name, _s.former, _s.locale, _s.object, _s.size, _s.milliseconds, _s.created_at, _s.created_by)
_ADD = Query(lambda insert: insert(sounds))
_READ = Query(select(*_columns).where(_s.business_id == _business).order_by(_s.named).limit(MOST))
_FIND = Query(select(*_columns).where(*_this))
_RENAME = Query(
    update(sounds).where(*_this).values(name=bindparam("to"), named=bindparam("key"), former=bindparam("names"))
)
_DROP = Query(delete(sounds).where(*_this).returning(_s.object))


class Sound(NamedTuple):
    """``name``: what settings and the bot's answers call it, whatever the case of its letters; ``former``: what they called it before, the
    latest first. ``locale``: whose language is spoken in it, "" for none (music). ``object``: a WAV of 16 kHz mono int16."""

    id: str
    name: str
    former: tuple[str, ...]
    locale: str
    object: str
    size: int
    milliseconds: int
    created_at: int
    created_by: str

    def speaks(self, locale: str) -> bool:
        """Whether it can be heard by who speaks ``locale``."""
        return self.locale in ("", locale)


def add(tx: Tx, sound: Sound) -> None:
    tx.execute(
        _ADD, id=sound.id, name=sound.name, named=key_of(sound.name), former=_written(sound.former), locale=sound.locale,
        object=sound.object, size=sound.size, milliseconds=sound.milliseconds, created_at=sound.created_at,
        created_by=sound.created_by,
    )  # fmt: skip


def read(tx: Tx) -> list[Sound]:
    """All of the transaction's business, by name."""
    return [_sound(row) for row in tx.all(_READ)]


def find(tx: Tx, sound: str) -> Sound | None:
    row = tx.one(_FIND, sound=sound)
    return _sound(row) if row else None


def rename(tx: Tx, sound: Sound, name: str) -> None:
    """Whoever calls it by its former name still finds it, until another sound has that name."""
    earlier = (one for one in (sound.name, *sound.former) if key_of(one) != key_of(name))
    tx.execute(_RENAME, sound=sound.id, to=name, key=key_of(name), names=_written(tuple(earlier)[:MOST_FORMER]))


def drop(tx: Tx, sound: str) -> str | None:
    """Forgets it; the object that it leaves, or ``None`` where there is no such sound."""
    row = tx.one(_DROP, sound=sound)
    return row[0] if row else None


def key_of(name: str) -> str:
    """What is the same in two names that stand for one sound."""
    return " ".join(name.split()).casefold()


def by_name(found: Iterable[Sound]) -> Mapping[str, Sound]:
    """By ``key_of`` every name that stands for one of them: today's go before former ones."""
    known = list(found)
    named: dict[str, Sound] = {}
    for sound in known:
        for name in sound.former:
            named.setdefault(key_of(name), sound)
    return {**named, **{key_of(sound.name): sound for sound in known}}


def _sound(row: tuple[object, ...]) -> Sound:
    fields = dict(zip(Sound._fields, row, strict=True))
    return Sound(**{**fields, "former": msgspec.json.decode(str(fields["former"]), type=tuple[str, ...])})  # type: ignore[arg-type]


def _written(names: tuple[str, ...]) -> str:
    return msgspec.json.encode(names).decode()
