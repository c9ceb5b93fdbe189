"""Errors, named for the caller's next move.

SwitchboardError
├── Refused                 the command can't be; tell whoever gave it (code, status, detail, fields)
│   ├── NotPossible         the conversation's state has no such step
│   ├── StaleFloor          look again: the floor changed since
│   ├── TakenBy             a colleague was faster
│   ├── NotOwner            only its owner may
│   ├── IdReused            the same client id came with another body
│   ├── NotFound            no such thing in this business
│   ├── Invalid             judged at the edge: says which field and what to do
│   ├── SignedOut           sign in
│   ├── UserRefused         the page's backend must sign its user otherwise
│   ├── UserExpired         the page must give a new token of its user
│   ├── Forbidden           ask an administrator
│   ├── OriginRefused       the page's origin isn't allowed
│   ├── ConsentNeeded       the customer must agree to the business's text first
│   ├── Blocked             the business takes nothing of this customer, for now or for good
│   ├── LinkInvalid         get a new link where the file was found
│   ├── Conflict            look again: somebody changed it meanwhile
│   ├── NameTaken           choose another name
│   ├── InUse               first end what still needs it
│   ├── InvitationOver      ask for a new invitation
│   ├── LinkOver            ask for a new link into the conversation
│   ├── SetUpAlready        sign in; whoever runs the server has the way
│   ├── SecondFactorNeeded  ask for the code, and sign in again with it
│   ├── TooMany             wait ``after`` seconds
│   └── TooLarge            send less
├── Overloaded              try again shortly: nothing was stored
├── StorageUnavailable      the database can't commit now: nothing was stored
├── BotNotReady             no trained version yet; ask again later
├── NotTrained              mend what ``fault`` says, then train again
├── DeliveryError           what a channel's ``send`` may raise
│   ├── RetryLater          wait ``after`` seconds, then the same part again
│   ├── DeliveryRefused     this part is dead; the next may pass
│   ├── ContactUnreachable  as DeliveryRefused, and the contact blocked us
│   └── DeliveryUncertain   the bytes left and no answer came
├── MediaRefused            a provider will never give this file; ``RetryLater``: not now
├── SpeechUnavailable       this engine can't now: take the next one of the order
└── StartupError            one line for the person at the terminal, exit code 2
    └── FolderInUse         another process serves from this data folder
"""

from __future__ import annotations

from gateway.faults import Fault


class SwitchboardError(Exception):
    """The root of all errors of ours."""


class Refused(SwitchboardError):
    """A command that can't be. ``detail`` is for the person who gave it; ``fields`` are facts for their program.

    ``fault``: what it is exactly, where the code alone says too little.
    """

    code = "refused"
    status = 400
    title = "Not accepted"

    def __init__(self, detail: str | Fault, **fields: str | int | None) -> None:
        super().__init__(str(detail))
        self.detail = str(detail)
        self.fault = detail if isinstance(detail, Fault) else None
        self.fields = fields


def refused_as(code: str, detail: str | Fault, **fields: str | int | None) -> Refused:
    """The error that has a code; ``Refused`` itself for one that isn't known here."""
    known = {one.code: one for one in Refused.__subclasses__()}
    return known.get(code, Refused)(detail, **fields)


class NotPossible(Refused):
    code, status, title = "not_possible", 409, "Not possible now"


class StaleFloor(Refused):
    code, status, title = "stale_floor", 409, "Someone else has the floor by now"


class TakenBy(Refused):
    code, status, title = "taken", 409, "Already taken"


class NotOwner(Refused):
    code, status, title = "not_owner", 403, "Not your conversation"


class IdReused(Refused):
    code, status, title = "id_reused", 409, "This id was used before"


class NotFound(Refused):
    code, status, title = "not_found", 404, "Not found"


class Malformed(Refused):
    code, status, title = "malformed", 400, "Not readable"


class Invalid(Refused):
    code, status, title = "invalid", 422, "Something in it isn't right"


class SignedOut(Refused):
    code, status, title = "signed_out", 401, "Signed out"


class UserRefused(Refused):
    code, status, title = "user_refused", 401, "This user isn't known"


class UserExpired(Refused):
    code, status, title = "user_expired", 401, "The page's sign-in has run out"


class Forbidden(Refused):
    code, status, title = "forbidden", 403, "Not allowed"


class OriginRefused(Refused):
    code, status, title = "origin_refused", 403, "This page may not do that"


class ConsentNeeded(Refused):
    code, status, title = "consent_needed", 403, "Agree first"


class Blocked(Refused):
    """``until``: UTC microseconds; nothing where the block has no end."""

    code, status, title = "blocked", 403, "You can't write here any more"


class TooLarge(Refused):
    code, status, title = "too_large", 413, "Too large"


class LinkInvalid(Refused):
    code, status, title = "link_invalid", 403, "This link isn't valid"

    def __init__(self) -> None:
        super().__init__("It has expired, or was made for something else. Open the file again where you found it.")


class Conflict(Refused):
    """``by``: who changed it; ``version``: as it stands now."""

    code, status, title = "conflict", 409, "Changed by somebody else meanwhile"


class NameTaken(Refused):
    code, status, title = "name_taken", 409, "This name is taken"


class InUse(Refused):
    code, status, title = "in_use", 409, "Still in use"


class InvitationOver(Refused):
    code, status, title = "invitation_over", 410, "This invitation is over"


class LinkOver(Refused):
    code, status, title = "link_over", 410, "This link is over"


class SetUpAlready(Refused):
    code, status, title = "set_up_already", 410, "Set up already"


class SecondFactorNeeded(Refused):
    code, status, title = "second_factor_needed", 401, "A code is needed, too"


class TooMany(Refused):
    code, status, title = "too_many", 429, "Too many at once"

    def __init__(self, detail: str, *, after: float) -> None:
        super().__init__(detail, after=max(1, round(after)))
        self.after = after


class Overloaded(Refused):
    code, status, title = "overloaded", 503, "Busy"


class StorageUnavailable(Refused):
    code, status, title = "storage_unavailable", 503, "Nothing can be stored right now"


class Draining(Refused):
    code, status, title = "draining", 503, "Restarting"


class BotNotReady(SwitchboardError):
    """The business has no trained version yet."""


class NotTrained(SwitchboardError):
    """A training came to nothing; ``str(error)`` is the text of ``fault``."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text)
        self.fault = fault


class DeliveryError(SwitchboardError):
    """What a channel's ``send`` may raise. ``detail``: the provider's words, or a fault of ours."""

    def __init__(self, detail: str | Fault = "") -> None:
        super().__init__(str(detail))
        self.fault = detail if isinstance(detail, Fault) else None


class RetryLater(DeliveryError):
    """The provider asks to wait ``after`` seconds; nothing was delivered. ``said``: its words, if it gave any."""

    def __init__(self, after: float, detail: str | Fault = "") -> None:
        super().__init__(detail or f"retry after {after:g} s")
        self.after = after
        self.said = str(detail)


class DeliveryRefused(DeliveryError):
    """The provider will never take this part; ``str(error)`` says why."""


class ContactUnreachable(DeliveryRefused):
    """The contact blocked us or is gone."""


class DeliveryUncertain(DeliveryError):
    """The bytes left and no answer came: it may or may not have been delivered."""


class MediaRefused(SwitchboardError):
    """The provider will never give this file; ``str(error)`` says why."""


class SpeechUnavailable(SwitchboardError):
    """A speech engine that is not installed, hangs or refuses."""


class StartupError(SwitchboardError):
    """Switchboard can't start or go on; ``str(error)`` is the one line that says what to do."""


class FolderInUse(StartupError):
    """Another process holds the data folder."""
