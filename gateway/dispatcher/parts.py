"""A message as the provider calls that its channel needs: degraded to what it can show, and cut to its length. Pure.

The rows are written at append and the calls made later, so both ask ``parts_of`` (and ``changes_of``, where a message is
changed or taken back).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from gateway.dispatcher.pieces import split, split_marked
from gateway.model.events import (
    AnyEvent,
    Attachment,
    BotMessage,
    Button,
    Card,
    OperatorDeleted,
    OperatorEdited,
    OperatorMessage,
    Place,
    Span,
    SystemNotice,
)
from gateway.model.markup import Marked, read_markup
from gateway.ports import Action, Capabilities

__all__ = ["Change", "Part", "changes_of", "parts_of", "pressable", "split"]

PICTURES = ("image/jpeg", "image/png", "image/webp")
LARGEST_PICTURE = 10 * 1024 * 1024
MAP = "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}"


class Part(NamedTuple):
    """``files``: what goes in one call, with ``text`` under it; what a channel says that can't send them is the
    courier's."""

    text: str
    buttons: tuple[Button, ...] = ()
    files: tuple[Attachment, ...] = ()
    spans: tuple[Span, ...] = ()
    place: Place | None = None


class Change(NamedTuple):
    """A call about what was sent before. ``of``: the part of the message that it is about; ``None``: all of it, or for a
    new piece none."""

    action: Action
    part: Part
    of: int | None = None


def parts_of(event: AnyEvent, capabilities: Capabilities) -> tuple[Part, ...]:
    """The provider calls of a message, at least one: its text, buttons under the last piece, its place, its files."""
    files: tuple[Attachment, ...] = ()
    place: Place | None = None
    text, buttons = "", pressable(event)
    if isinstance(event, BotMessage | SystemNotice):
        text = event.text
    elif isinstance(event, OperatorMessage):
        text, files, place = event.text, event.files, event.place
    if isinstance(event, BotMessage):
        files = event.files
    if isinstance(event, BotMessage | OperatorMessage):
        text = "\n\n".join(piece for piece in (text, *(_worded(card, capabilities) for card in event.cards)) if piece)
    if place is not None and not capabilities.places:
        text, place = "\n".join(line for line in (text, _worded_place(place)) if line), None
    text, buttons = _with_ways_out(event, text, buttons, capabilities)
    papers = _papers(files, capabilities)
    map_ = (Part("", place=place),) if place is not None else ()
    if not text and not buttons and (papers or map_):
        return (*map_, *papers)
    marked = read_markup(text) if capabilities.formatted else Marked(text)
    if papers and not buttons and _fits(marked, papers[0], capabilities):
        return (*map_, papers[0]._replace(text=marked.text, spans=marked.spans), *papers[1:])
    *before, last = split_marked(marked, capabilities.text_limit)
    said = (*(Part(piece.text, spans=piece.spans) for piece in before), Part(last.text, buttons, spans=last.spans))
    return (*said, *map_, *papers)


def changes_of(
    event: OperatorEdited | OperatorDeleted, of: OperatorMessage, capabilities: Capabilities
) -> tuple[Change, ...]:
    """The calls that make what was sent of ``of`` into what ``event`` says; none where the channel can't change it."""
    if not capabilities.edits:
        return ()
    if isinstance(event, OperatorDeleted):
        return (Change("delete", Part("")),)
    before = parts_of(of, capabilities)
    after = [part for part in parts_of(replace(of, text=event.text), capabilities) if part.text]
    carriers = [number for number, part in enumerate(before) if part.text]
    captioned = [number for number, part in enumerate(before) if part.files and not carriers]
    if captioned or (carriers and before[carriers[0]].files):  # the words stand under a file, or shall
        carriers = carriers or captioned[:1]
        marked = read_markup(event.text) if capabilities.formatted else Marked(event.text)
        pieces = split_marked(marked, capabilities.text_limit, first=capabilities.caption_limit)
        after = [Part(piece.text, spans=piece.spans) for piece in pieces]
        after[0] = after[0]._replace(files=before[carriers[0]].files[:1])
    changed = [Change("edit", part, number) for part, number in zip(after, carriers, strict=False)]
    added = [Change("send", part) for part in after[len(carriers) :]]
    gone = [Change("delete", Part(""), number) for number in carriers[len(after) :]]
    return (*changed, *added, *gone)


def pressable(event: AnyEvent) -> tuple[Button, ...]:
    """The buttons of a message, its cards' among them: those with a ``url``, and those that can be pressed."""
    if isinstance(event, BotMessage):
        cards = (button for card in event.cards for button in card.buttons if not button.url)
        return tuple(dict.fromkeys((*event.buttons, *cards)))
    return event.buttons if isinstance(event, SystemNotice) else ()


def _with_ways_out(
    event: AnyEvent, text: str, buttons: tuple[Button, ...], capabilities: Capabilities
) -> tuple[str, tuple[Button, ...]]:
    """Where a button leads elsewhere and can't be shown, its address is something to read and to press anywhere."""
    shown = tuple(button for button in buttons if not button.url or _scheme(button.url) in capabilities.links)
    ways_out = [f"{button.title}: {button.url}" for button in buttons if button not in shown]
    if shown and not capabilities.buttons:
        own = [button for button in shown if not isinstance(event, BotMessage) or button in event.buttons]
        ways_out = [*(f"{number}. {button.title}" for number, button in enumerate(own, 1)), *ways_out]
        shown = ()
    return ("\n".join([text, *ways_out]) if ways_out else text), shown


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower()


def _fits(marked: Marked, paper: Part, capabilities: Capabilities) -> bool:
    """Whether a text may stand under a file."""
    most = capabilities.caption_limit
    return bool(most) and not _is_oversize(paper.files, capabilities) and len(split_marked(marked, most)) == 1


def _is_oversize(files: Iterable[Attachment], capabilities: Capabilities) -> bool:
    return any(file.size > capabilities.file_limit for file in files)


def _papers(files: tuple[Attachment, ...], capabilities: Capabilities) -> tuple[Part, ...]:
    """Files as calls: neighbours of a family together, as many as the channel takes."""
    found: list[list[Attachment]] = []
    for file in files:
        last = found[-1] if found else []
        if (
            last
            and len(last) < capabilities.album
            and _family(last[0], capabilities) == _family(file, capabilities) != ""
        ):
            last.append(file)
        else:
            found.append([file])
    return tuple(Part("", files=tuple(group)) for group in found)


def _family(file: Attachment, capabilities: Capabilities) -> str:
    """What may stand together; "" stands alone."""
    if file.kind in ("voice", "video_note", "animation", "sticker") or _is_oversize([file], capabilities):
        return ""
    if file.type in PICTURES and file.size <= LARGEST_PICTURE:
        return "pictures"
    if file.type in ("image/gif", "audio/ogg"):
        return ""
    kind = file.type.partition("/")[0]
    return {"video": "pictures", "audio": "audio"}.get(kind, "documents")


def _worded(card: Card, capabilities: Capabilities) -> str:
    """A card for a channel that shows none."""
    links = [f"{button.title}: {button.url}" for button in card.buttons if button.url]
    title = f"**{card.title}**" if capabilities.formatted and card.title else card.title
    return "\n".join(line for line in (title, card.text, card.image, *links) if line)


def _worded_place(place: Place) -> str:
    link = MAP.format(latitude=place.latitude, longitude=place.longitude)
    return "\n".join(line for line in (place.title, place.address, link) if line)
