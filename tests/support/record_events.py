"""Writes every event shape of a release to a fixture, once: ``python -m tests.support.record_events v2``.

A released file is never written again. Each line is a body as it stands on disk (``wire``) and what it means
(``means``: every field, defaults included), so that a later release is held to both.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gateway.model.events import AnyEvent, ConversationStarted, CustomerMessage, Redacted, encode_event
from tests.support.events import PLAIN, choices, full, minimal

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "events"


def shapes() -> Iterator[AnyEvent]:
    """Every type, minimal and full, with every value of its closed lists; and what erasure makes of two."""
    for kind in PLAIN:
        yield minimal(kind, mark="a")
        for choice in range(choices(kind)):
            yield full(kind, mark="a", choice=choice)
    yield Redacted(shell=minimal(ConversationStarted, mark="a"))
    yield Redacted(shell=full(CustomerMessage, mark="a"))


def meaning(event: Any) -> dict[str, Any]:
    """Each field of an event in plain JSON."""
    return {name: json.loads(msgspec.json.encode(getattr(event, name))) for name in event.__struct_fields__}


def line(event: AnyEvent) -> str:
    """One line of a fixture."""
    found = {"type": type(event).__name__, "wire": json.loads(encode_event(event)), "means": meaning(event)}
    return json.dumps(found, ensure_ascii=False)


def main(release: str) -> int:
    target = FOLDER / f"{release}.jsonl"
    if target.exists():
        print(f"{target.name} is released: what is in it stays. Choose the next number.", file=sys.stderr)
        return 1
    target.write_text("".join(f"{line(event)}\n" for event in shapes()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
