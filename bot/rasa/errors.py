"""What a Rasa server may do wrong, named for the engine's next move.

RasaError
├── RasaUnavailable    it can't be reached, hangs or refuses: try another server, or later
├── RasaAnswerUnfit    it answered something that no Rasa 3.6 answers: as above, and somebody should look
├── RasaTooOld         the server's version isn't one that we speak with: nothing helps but another server
└── RasaNotTrained     it could not train what it was given; its words say why
"""

from __future__ import annotations

from gateway.errors import SwitchboardError


class RasaError(SwitchboardError):
    """The root. No text of these errors holds a token or a customer's words."""


class RasaUnavailable(RasaError):
    """``reached``: bytes may have left, so the server may have done what it was asked for. ``refused``: it is well, and
    would not do this."""

    def __init__(self, text: str, *, reached: bool = False, refused: bool = False) -> None:
        super().__init__(text)
        self.reached = reached
        self.refused = refused


class RasaAnswerUnfit(RasaError):
    """The answer can't be read: HTML, wrong types, too much, cut off, or without what was asked for."""


class RasaTooOld(RasaError):
    """Not 3.6 or a later 3.x."""


class RasaNotTrained(RasaError):
    """What Rasa said, cut."""
