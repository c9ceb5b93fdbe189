"""Sounds that answers name (``custom: {sound: NAME}``), held against those that the business has. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.content.errors import Finding
from bot.content.types import NamedSound
from gateway.faults import content as faults


def unheard(named: Iterable[NamedSound], known: Mapping[str, str]) -> Iterator[Finding]:
    """What is spoken by the voice all the same. ``known``: whose language is spoken in a sound ("": none), by each name that stands for
    it, in lower case."""
    for one in named:
        locale = known.get(" ".join(one.name.split()).casefold())
        if locale is None:
            fault = faults.SOUND_UNKNOWN(name=one.name, where=one.response)
        elif locale and one.language and locale != one.language:
            fault = faults.SOUND_LANGUAGE(name=one.name, where=one.response, language=locale)
        else:
            continue
        yield Finding(file=one.file, line=one.line, fault=fault)
