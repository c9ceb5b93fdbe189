"""The ``stories:`` section: dialogues of several turns, joined where they have checkpoints."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.draft import Draft
from bot.content.rules import NOBODY, Done, Foreign, Holds, Joint, Meant, Step, both, read_steps
from bot.content.source import Node
from bot.content.types import Act, Exchange, Story
from gateway.faults import content as faults

MAX_JOINED = 500
_Piece = tuple[str, Node, list[Step]]


def read_stories(draft: Draft, section: Node) -> None:
    """Gathers stories; ``join_stories`` makes them whole when all files are read. Raises ``ContentError``."""
    for entry in section.items("stories"):
        fields = entry.fields("A story")
        if "story" not in fields or "steps" not in fields:
            raise entry.error(faults.STORY())
        name = fields["story"].text("story")
        draft.note_others(fields, ("story", "steps", "metadata"), name)
        draft.pieces.append((name, entry, fields["steps"].items(f"The steps of “{name}”")))


def join_stories(draft: Draft) -> None:
    """Raises ``ContentError`` for checkpoints that lead nowhere, in a circle, or to too many stories."""
    pieces: list[_Piece] = []
    for name, entry, nodes in draft.pieces:
        steps = list(read_steps(draft, nodes, name))
        strange = next((step for step in steps if isinstance(step, Foreign)), None)
        if strange is not None:
            draft.note(strange.node, faults.STEP(step=strange.what, name=name))
            continue
        pieces.append((name, entry, steps))
    begin: dict[str, list[_Piece]] = {}
    for piece in pieces:
        if piece[2] and isinstance(piece[2][0], Joint):
            begin.setdefault(piece[2][0].name, []).append(piece)
    for name, entry, steps in pieces:
        if steps and isinstance(steps[0], Joint):
            continue
        for whole in _whole(begin, (name,), entry, steps):
            exchanges = _exchanges(whole)
            if exchanges:
                draft.stories.append((Story(name=name, exchanges=exchanges), entry))
            if len(draft.stories) > MAX_JOINED:
                raise entry.error(faults.STORIES_MANY(limit=MAX_JOINED))


def _whole(
    begin: dict[str, list[_Piece]], path: tuple[str, ...], entry: Node, steps: list[Step]
) -> Iterator[list[Step]]:
    last = steps[-1] if steps else None
    if not isinstance(last, Joint):
        yield [step for step in steps if not isinstance(step, Joint)]
        return
    following = begin.get(last.name, [])
    if not following:
        raise last.node.error(faults.CHECKPOINT(name=last.name))
    for name, _, others in following:
        if name in path:
            raise last.node.error(faults.CYCLE(name=path[0], path=" → ".join((*path, name))))
        yield from _whole(begin, (*path, name), entry, [*steps[:-1], *others[1:]])


def _exchanges(steps: list[Step]) -> tuple[Exchange, ...]:
    found: list[Exchange] = []
    acts: list[Act] = []
    meant: Meant | None = None
    guard = pending = NOBODY
    for step in [*steps, None]:
        match step:
            case Meant() | None:
                if meant is not None:
                    found.append(
                        Exchange(intents=meant.intents, entities=meant.entities, guard=guard, acts=tuple(acts))
                    )
                if step is not None:
                    meant, acts, guard, pending = step, [], pending, NOBODY
            case Done(action="action_listen"):
                continue
            case Done():
                acts.append(Act(name=step.action, guard=pending))
                pending = NOBODY
            case Holds():
                pending = both(pending, step.guard)
    return tuple(found)
