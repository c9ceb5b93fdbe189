"""The example business's articles, as its customers read them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import yaml

from knowledge.markup import to_plain
from knowledge.search import Index, Text

LANTERN = Path(__file__).parents[2] / "examples" / "lantern"


@cache
def texts(locale: str) -> tuple[Text, ...]:
    file = tomllib.loads((LANTERN / "articles.toml").read_text("utf-8"))
    return tuple(
        Text(one["name"], one["name"], locale, text["title"], text["category"], text["text"], to_plain(text["text"]))
        for one in file["articles"]
        if (text := one["texts"][locale])
    )


@cache
def index(locale: str) -> Index:
    return Index(texts(locale))


def said_of(intent: str) -> list[str]:
    """Messages that the bot isn't taught with."""
    held_out = yaml.safe_load((LANTERN / "tests" / "holdout.yml").read_text("utf-8"))["nlu"]
    return [
        line.removeprefix("- ").strip()
        for block in held_out
        if block["intent"] == intent
        for line in block["examples"].splitlines()
    ]
