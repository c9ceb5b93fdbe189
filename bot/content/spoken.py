"""What customers of a bot may say, as its content has it."""

from __future__ import annotations

from bot.content.types import Content

MOST_PHRASES = 5_000
LONGEST = 200
"""Characters of a phrase; nobody says more in one breath."""


def phrases_of(content: Content) -> tuple[str, ...]:
    """What customers may say: the examples, and the titles of buttons."""
    examples = (example.text for intent in content.intents for example in intent.examples)
    buttons = (
        button.title for variations in content.responses.values() for one in variations for button in one.buttons
    )
    found = dict.fromkeys(text.strip()[:LONGEST] for text in (*examples, *buttons))
    return tuple(text for text in found if text)[:MOST_PHRASES]
