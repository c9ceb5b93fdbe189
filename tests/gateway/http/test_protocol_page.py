"""`docs/protocol.md` names every frame of both sockets with every field of it, and every code of what goes wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from channels.webchat import codec, talk
from gateway.dispatcher.tails import TailFrame
from gateway.faults.areas import AREAS
from gateway.http import console_frames, elsewhere, rows
from gateway.store.lists import Row
from scripts.generate_types import problem_codes

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
CUSTOMER, CONSOLE = (part.split("\n## ")[0] for part in re.split(r"\n## (?:Customer|Console)'s socket", PAGE)[1:])
ERRORS, FAULTS = PAGE.split("\n## Errors")[1].split("\n### Faults")
FRAMES = [
    *((CUSTOMER, frame) for frame in (codec.Hello, *get_args(talk.ClientFrame))),
    *((CUSTOMER, frame) for frame in (codec.Welcome, codec.Ack, codec.LinkGiven, codec.TypingSignal, codec.QueueSignal, codec.Mark)),
    *((CONSOLE, frame) for frame in (console_frames.Hello, *get_args(console_frames.ClientFrame))),
    *((CONSOLE, frame) for frame in (console_frames.Welcome, console_frames.RowsSnapshot, rows.RowsFrame, console_frames.MentionedFrame, console_frames.SetUpFrame, elsewhere.ElsewhereFrame, TailFrame)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "frame"), FRAMES, ids=[f"{frame.__module__}.{frame.__name__}" for _, frame in FRAMES]
)
def test_frame_is_described_with_all_its_fields(section: str, frame: type[msgspec.Struct]) -> None:
    described = [line for line in section.splitlines() if f'"type":"{frame.__struct_config__.tag}"' in line]
    assert described, f"no row for {frame.__struct_config__.tag}"
    missing = [name for name in frame.__struct_encode_fields__ if not any(f'"{name}"' in line for line in described)]
    assert missing == []


def test_row_is_described_with_all_its_fields() -> None:
    (line,) = (line for line in CONSOLE.splitlines() if line.startswith("`Row`"))
    assert [name for name in Row.__struct_fields__ if not re.search(rf"\b{name}\b", line)] == []


def test_every_refusal_is_named_by_its_code() -> None:
    plain = {"refused"}  # the root, which nothing raises
    assert [code for code in problem_codes() if f"`{code}`" not in ERRORS and code not in plain] == []


def test_every_fault_is_named_by_its_code_or_by_how_it_begins() -> None:
    begins = tuple(re.findall(r"`(\w+_)…`", FAULTS))
    codes = [kind.code for kinds in AREAS.values() for kind in kinds]
    assert begins
    assert [code for code in codes if not code.startswith(begins) and f"`{code}`" not in FAULTS] == []
