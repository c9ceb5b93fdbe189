"""Logs: static texts, data in fields, personal data and secrets masked wherever they stand."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

SECRET_FIELDS = frozenset(
    {"token", "password", "secret", "authorization", "cookie", "hash", "link", "secret_key", "user"}
)
PERSONAL_FIELDS = frozenset({"text", "email", "phone", "name", "address", "comment", "url", "ip", "facts"})
_SECRET = re.compile(r"(?:[A-Za-z0-9_-]{43}|\b\d{6,12}:[A-Za-z0-9_-]{30,})\b")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_PHONE = re.compile(r"\+?\d[\d ()-]{8,}\d")
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+(?=@)")


def mask(text: str) -> str:
    """A text without tokens, e-mail addresses, phone numbers and passwords in URLs."""
    text = _PASSWORD_IN_URL.sub(r"\1:…", text)
    text = _SECRET.sub("[token]", text)
    text = _EMAIL.sub("[email]", text)
    return _PHONE.sub("[phone]", text)


def mask_fields(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: drops what personal fields hold, and masks everything else that is text."""
    for name, value in event.items():
        if name in SECRET_FIELDS or name in PERSONAL_FIELDS:
            event[name] = f"[{name}]" if value else value
        elif isinstance(value, str) and name not in ("event", "level", "timestamp"):
            event[name] = mask(value)
    return event


class _Forgiving:
    """A stream that never raises: where the log's disk is full, the work that logs must go on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


def set_up(*, level: str, style: str) -> None:
    """Structured logs on standard error; the standard library's go the same way."""
    console = style == "console" or (style == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask_fields,
    ]
    renderer: Any = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(_Forgiving(sys.stderr)),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=renderer))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
