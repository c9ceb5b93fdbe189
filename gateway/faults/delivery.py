"""Why a message did not reach the customer."""

from __future__ import annotations

from gateway.faults import Kind

UNREACHABLE = Kind("delivery_unreachable", "The customer has blocked us, or is gone.")
REFUSED = Kind("delivery_refused", "The messenger refused it: {said}")
OTHER_PARTS = Kind("delivery_other_parts", "The channel cuts texts otherwise now; send the message anew.")
UNCERTAIN = Kind("delivery_uncertain", "Nobody knows whether it arrived.")
NO_ANSWER = Kind("delivery_no_answer", "The messenger gave no answer in time, so nobody knows whether it arrived.")
NOT_REACHED = Kind("delivery_not_reached", "The messenger could not be reached: {said}")
PUT_OFF = Kind("delivery_put_off", "Not accepted for a day: {said}")
PUT_OFF_SILENTLY = Kind("delivery_put_off_silently", "Not accepted for a day.")
NO_CHANNEL = Kind("delivery_no_channel", "No node has the channel {channel} any more.")
CHANNEL_FAILED = Kind("delivery_channel_failed", "The channel {channel} failed ({error}); it is logged.")
MAIL_REFUSED = Kind("delivery_mail_refused", "The mail server refused the letter: {said}")
MAIL_NOT_REACHED = Kind("delivery_mail_not_reached", "The letter could not be handed over: {said}")
MAIL_UNCERTAIN = Kind(
    "delivery_mail_uncertain", "The mail server broke off, so nobody knows whether the letter went out."
)
SMS_ANSWERED = Kind("delivery_sms_answered", "The sender of short messages did not take it: {said}")
SMS_NOT_TAKEN = Kind(
    "delivery_sms_not_taken", "The sender of short messages could not be called; the list of its calls says why."
)
