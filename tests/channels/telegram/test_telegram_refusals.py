"""Each refusal of Telegram leads to one next move."""

from __future__ import annotations

import pytest

from channels.telegram.refusals import (
    Conflict,
    Done,
    MovedTo,
    Refused,
    Simplify,
    TokenRevoked,
    Unreachable,
    Unsure,
    Verdict,
    Wait,
    judge,
)


@pytest.mark.parametrize(
    "said",
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (403, "Forbidden: bot can't initiate conversation with a user"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: PEER_ID_INVALID"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
    ],
)
def test_who_cannot_be_reached_is_unreachable(said: tuple[int, str]) -> None:
    assert judge(*said) == Unreachable(said[1])


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
        "current content and reply markup of the message",
        "Bad Request: message to delete not found",
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ],
)
def test_what_is_so_already_is_done(description: str) -> None:
    assert judge(400, description) == Done()


@pytest.mark.parametrize(
    ("description", "verdict"),
    [
        (
            "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 3",
            Simplify("spans"),
        ),
        ('Bad Request: can\'t parse MessageEntity: Field "offset" must be a valid Number', Simplify("spans")),
        ("Bad Request: ENTITY_BOUNDS_INVALID", Simplify("spans")),
        ("Bad Request: BUTTON_URL_INVALID", Simplify("links")),
        ("Bad Request: inline keyboard button URL 'https://x' is invalid: Wrong HTTP URL", Simplify("links")),
        ("Bad Request: PHOTO_INVALID_DIMENSIONS", Simplify("kind")),
        ("Bad Request: VOICE_MESSAGES_FORBIDDEN", Simplify("kind")),
    ],
)
def test_what_is_only_shown_wrongly_is_sent_simpler(description: str, verdict: Verdict) -> None:
    assert judge(400, description) == verdict


def test_too_many_requests_wait_as_long_as_told_and_never_for_nothing() -> None:
    assert judge(429, "Too Many Requests: retry after 17", retry_after=17) == Wait(17)
    assert judge(429, "Too Many Requests") == Wait(1)
    assert judge(429, "Too Many Requests", retry_after=10**9) == Wait(86400)


def test_group_that_moved_says_where() -> None:
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    assert judge(400, said, migrate_to=-1001700000001) == MovedTo("-1001700000001")


def test_conflict_says_with_whom() -> None:
    polled = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    assert judge(409, polled) == Conflict(webhook=False)
    hooked = (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )
    assert judge(409, hooked) == Conflict(webhook=True)


@pytest.mark.parametrize("said", [(401, "Unauthorized"), (404, "Not Found")])
def test_unknown_token_stops_the_bot(said: tuple[int, str]) -> None:
    assert judge(*said) == TokenRevoked()


def test_failures_of_telegram_itself_leave_it_open() -> None:
    assert judge(502, "Bad Gateway") == Unsure("Bad Gateway")
    said = "Bad Request: wrong file_id or the file is temporarily unavailable"
    assert judge(400, said) == Unsure(said)


@pytest.mark.parametrize(
    "said",
    [
        (400, "Bad Request: message text is empty"),
        (400, "Bad Request: file is too big"),
        (400, "Bad Request: message can't be edited"),
        (404, "Not Found: method not found"),
        (413, "Request Entity Too Large"),
        (418, ""),
    ],
)
def test_all_else_is_refused_in_telegrams_own_words(said: tuple[int, str]) -> None:
    assert judge(*said) == Refused(said[1])
