"""Letters: to people outside any open conversation, through the business's own mail server (SMTP)."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid, parseaddr
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from gateway.errors import DeliveryRefused, DeliveryUncertain, RetryLater, StartupError

WITHIN = 20.0
"""Seconds for one letter."""
AGAIN = 60.0
"""Seconds after which a server that is away is asked again."""


class _Server(NamedTuple):
    host: str
    port: int
    user: str
    password: str
    tls: bool


def read_server(url: str) -> _Server:
    """``smtp://user:password@host:587`` (encrypted where the server can: STARTTLS) or ``smtps://…:465``.

    Raises ``StartupError``.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in ("smtp", "smtps") or not host:
        raise StartupError("smtp must be like smtp://user:password@mail.example.com:587, or begin with smtps://.")
    tls = parts.scheme == "smtps"
    return _Server(
        host, port or (465 if tls else 587), unquote(parts.username or ""), unquote(parts.password or ""), tls
    )


class Mailer:
    """Sends letters. ``url``: the server, "" for none; ``sender``: ``Name <address>``."""

    def __init__(self, url: str, sender: str) -> None:
        self._server = read_server(url) if url else None
        self._name, self._address = parseaddr(sender)
        if self._server is not None and "@" not in self._address:
            raise StartupError("mail_from must say from whom letters are, like Switchboard <chat@example.com>.")

    @property
    def ready(self) -> bool:
        """Whether there is a server to send by."""
        return self._server is not None

    async def send(self, to: str, *, subject: str, text: str, name: str = "", stop: str = "") -> None:
        """A letter to ``to``, under the name of ``name`` where there is one. ``stop``: see ``Notifier``.

        Raises ``RetryLater`` (the server is away, or puts it off), ``DeliveryRefused`` (for good), ``DeliveryUncertain``
        (it broke off after the letter had left).
        """
        import aiosmtplib  # only where letters are sent

        server = self._server
        if server is None:
            raise DeliveryRefused("no mail server is set")
        letter = self._letter(to, subject=subject, text=text, name=name)
        if stop:
            letter["List-Unsubscribe"] = f"<{stop}>"
            letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        client = aiosmtplib.SMTP(hostname=server.host, port=server.port, use_tls=server.tls, timeout=WITHIN)
        try:
            async with client:
                if server.user:
                    await client.login(server.user, server.password)
                await client.send_message(letter)
        except aiosmtplib.SMTPRecipientsRefused as error:
            refusals = error.recipients
            if refusals and all(one.code >= 500 for one in refusals):
                raise DeliveryRefused(refusals[0].message) from error
            raise RetryLater(AGAIN, str(error)) from error
        except aiosmtplib.SMTPResponseException as error:
            if error.code >= 500:
                raise DeliveryRefused(f"{error.code} {error.message}") from error
            raise RetryLater(AGAIN, f"{error.code} {error.message}") from error
        except aiosmtplib.SMTPReadTimeoutError as error:
            raise DeliveryUncertain("the server gave no answer in time") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise RetryLater(AGAIN, type(error).__name__) from error

    def _letter(self, to: str, *, subject: str, text: str, name: str) -> EmailMessage:
        """The library's own types keep line breaks out of headers."""
        letter = EmailMessage()
        user, _, domain = self._address.rpartition("@")
        letter["From"] = Address(" ".join((name or self._name).split()), user, domain)
        letter["To"] = to
        letter["Subject"] = " ".join(subject.split())
        letter["Message-ID"] = make_msgid(domain=domain)
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text)
        return letter
