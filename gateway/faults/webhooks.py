"""Why a call of a webhook failed."""

from __future__ import annotations

from gateway.faults import Kind

REMOVED = Kind("webhook_removed", "The webhook was removed.")
TURNED_OFF = Kind("webhook_turned_off", "This webhook was turned off.")
NOT_NEEDED = Kind("webhook_not_needed", "The customer read it meanwhile, or is reached another way.")
NO_SECRET = Kind("webhook_no_secret", "It has no secret yet. Make one.")
SECRET_UNREADABLE = Kind("webhook_secret_unreadable", "Its secret can't be read. Make a new one.")
STATUS = Kind("webhook_status", "HTTP {status}")
ANSWERED = Kind("webhook_answered", "HTTP {status}: {said}")
INSIDE = Kind("webhook_inside", "{host} is an address inside a network, which webhooks may not call.")
NO_ANSWER = Kind("webhook_no_answer", "No answer within {seconds} seconds.")
NO_SUCH_NAME = Kind("webhook_no_such_name", "There is no address of this name: {error}.")
NOT_SECURE = Kind("webhook_not_secure", "No secure connection can be made, its certificate isn't valid: {error}.")
NOT_REACHED = Kind("webhook_not_reached", "It can't be reached: {error}.")
REDIRECTIONS = Kind("webhook_redirections", "More than {most} redirections.")
