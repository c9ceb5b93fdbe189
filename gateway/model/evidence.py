"""What the context card shows of a handoff: each line stands on an event of the log."""

from __future__ import annotations

from gateway.model.events import Evidence
from gateway.model.state import Conversation, Understood


def evidence(state: Conversation, understood: Understood | None = None) -> tuple[Evidence, ...]:
    """The customer's last words (their text is at their events), what the bot took them for, where they were written."""
    lines = [Evidence(seq=seq, kind="input") for seq in state.asked]
    if understood is not None and understood.intents:
        guesses = ", ".join(f"{score.title or score.intent} {score.confidence:.0%}" for score in understood.intents)
        lines.append(Evidence(seq=understood.seq, kind="intent", text=guesses))
    if state.page is not None:
        lines.append(Evidence(seq=state.page.seq, kind="page", text=state.page.text))
    return tuple(lines)
