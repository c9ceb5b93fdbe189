"""What people type, judged once: without the characters that no text has."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gateway.errors import Invalid

JOINERS = "\u200c\u200d\ufe0f"
"""Invisible and yet part of a word or an emoji."""

Locale = Annotated[str, msgspec.Meta(pattern="^[a-z]{2}$")]
ItemId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]


def visible_text(text: str) -> str:
    """``text`` without control and formatting characters and without blanks around it; line feeds and tabs stay."""
    return "".join(ch for ch in text if ch in "\n\t" or ch.isprintable() or ch in JOINERS).strip()


def one_line(text: str) -> str:
    """As ``visible_text``, every run of blanks one space."""
    return " ".join(visible_text(text).split())


def name_of(text: str, *, field: str = "name") -> str:
    """A name that people can read. Raises ``Invalid`` where nothing of it can be seen."""
    cleaned = one_line(text)
    if not cleaned.strip(JOINERS + "\u3164\u2800"):  # letters that are drawn as nothing
        raise Invalid("Give it a name that can be read.", field=field)
    return cleaned


Email = Annotated[str, msgspec.Meta(max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f.]+$")]
