"""What must stay secret at rest, and what carries the installation's signature.

One key of 256 bits an installation: ``secret_key`` in the settings, or a file in the data folder that the first start
makes. Every purpose has a key of its own, derived from it, so that what was made for one is nothing for another.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.errors import StartupError, SwitchboardError
from gateway.settings import Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_FILE = "secret.key"
KEY_BYTES = 32
_SEALED = "v1."
_NONCE_BYTES = 12


class SecretUnreadable(SwitchboardError):
    """What was sealed can't be opened: another key sealed it, for another purpose, or it was changed."""


class Vault:
    """Seals (AES-256-GCM) and signs (HMAC-SHA-256) with keys derived from the installation's one.

    ``purpose`` says what for and whose (``"inbox:<id>"``): nothing sealed for one opens for another.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the key has {len(key)} bytes, not {KEY_BYTES}")
        self._key = key

    @property
    def fingerprint(self) -> str:
        """Tells one key from another and betrays neither."""
        return self._derive("fingerprint", "").hex()[:32]

    def seal(self, plain: bytes, *, purpose: str) -> str:
        """An opaque text that only ``unseal`` with the same purpose opens; another one at every call."""
        nonce = os.urandom(_NONCE_BYTES)
        return _SEALED + _encode(nonce + self._cipher(purpose).encrypt(nonce, plain, purpose.encode()))

    def unseal(self, sealed: str, *, purpose: str) -> bytes:
        """What was sealed. Raises ``SecretUnreadable``."""
        from cryptography.exceptions import InvalidTag

        try:
            if not sealed.startswith(_SEALED):
                raise ValueError("not sealed here")
            body = _decode(sealed[len(_SEALED) :])
            return self._cipher(purpose).decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], purpose.encode())
        except (ValueError, InvalidTag) as error:
            raise SecretUnreadable(
                "This secret was sealed with another key. Set it again, or restore the key."
            ) from error

    def sign(self, body: str, *, purpose: str) -> str:
        """The signature of ``body``: 43 characters of base64url."""
        return _encode(hmac.digest(self._derive("sign", purpose), body.encode(), "sha256"))

    def is_signed(self, body: str, signature: str, *, purpose: str) -> bool:
        """Whether ``signature`` is ours, compared in constant time."""
        return hmac.compare_digest(self.sign(body, purpose=purpose).encode(), signature.encode("utf-8", "replace"))

    def _derive(self, use: str, purpose: str) -> bytes:
        return hmac.digest(self._key, f"switchboard/{use}/{purpose}".encode(), "sha256")

    def _cipher(self, purpose: str) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # only where a secret is: it is heavy

        return AESGCM(self._derive("seal", purpose))


def new_key() -> str:
    """A key as the settings take it."""
    return secrets.token_urlsafe(KEY_BYTES)


def open_vault(settings: Settings, folder: Path) -> Vault:
    """The installation's vault. Raises ``StartupError`` where its key is missing or isn't one.

    Nodes over PostgreSQL share what was sealed, so their key must come from the settings.
    """
    if settings.secret_key:
        return Vault(_read(settings.secret_key, "secret_key"))
    if settings.database:
        raise StartupError(
            "Over PostgreSQL every node needs the same secret_key. Make one with `switchboard secret-key` and set it"
            " as SWITCHBOARD_SECRET_KEY on each."
        )
    return Vault(_of_folder(folder / KEY_FILE))


def _of_folder(file: Path) -> bytes:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(file.read_text("ascii", "replace").strip(), str(file))
    except OSError as error:
        raise StartupError(f"The key {file} can't be written ({error.strerror}).") from error
    made = new_key()
    with os.fdopen(descriptor, "w") as opened:
        opened.write(made + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    return _decode(made)


def _read(text: str, where: str) -> bytes:
    try:
        key = _decode(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StartupError(
            f"{where} holds no key of {KEY_BYTES} bytes in base64url. `switchboard secret-key` makes one."
        )
    return key


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError(str(error)) from error
