"""Secrets at rest: sealed for one purpose, signed, and readable with this installation's key alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from gateway.errors import StartupError
from gateway.settings import Settings
from gateway.vault import KEY_FILE, SecretUnreadable, Vault, new_key, open_vault

VAULT = Vault(b"k" * 32)


def test_what_was_sealed_opens_again_and_looks_different_every_time() -> None:
    sealed = VAULT.seal(b"a bot's token", purpose="inbox:1")

    assert VAULT.unseal(sealed, purpose="inbox:1") == b"a bot's token"
    assert sealed != VAULT.seal(b"a bot's token", purpose="inbox:1")
    assert "token" not in sealed


@pytest.mark.parametrize(
    "opened",
    [
        lambda sealed: VAULT.unseal(sealed, purpose="inbox:2"),
        lambda sealed: Vault(b"x" * 32).unseal(sealed, purpose="inbox:1"),
        lambda sealed: VAULT.unseal(sealed[:-2] + ("AA" if sealed[-2:] != "AA" else "BB"), purpose="inbox:1"),
        lambda sealed: VAULT.unseal(sealed[3:], purpose="inbox:1"),
        lambda sealed: VAULT.unseal("v1.", purpose="inbox:1"),
        lambda sealed: VAULT.unseal("v1.é", purpose="inbox:1"),
    ],
    ids=["another purpose", "another key", "changed", "no version", "empty", "not base64"],
)
def test_nothing_else_opens_it(opened: object) -> None:
    sealed = VAULT.seal(b"secret", purpose="inbox:1")

    with pytest.raises(SecretUnreadable, match="another key"):
        opened(sealed)  # type: ignore[operator]


def test_a_signature_holds_for_its_body_and_purpose_alone() -> None:
    signed = VAULT.sign("file:1", purpose="link")

    assert VAULT.is_signed("file:1", signed, purpose="link")
    assert not VAULT.is_signed("file:2", signed, purpose="link")
    assert not VAULT.is_signed("file:1", signed, purpose="session")
    assert not VAULT.is_signed("file:1", signed[:-1] + "é", purpose="link")


def test_the_first_start_makes_a_key_that_only_its_owner_reads_and_later_starts_find_it(tmp_path: Path) -> None:
    first = open_vault(Settings(), tmp_path)

    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert open_vault(Settings(), tmp_path).fingerprint == first.fingerprint


def test_a_key_in_the_settings_goes_before_the_file(tmp_path: Path) -> None:
    of_file = open_vault(Settings(), tmp_path)
    set_key = open_vault(Settings(secret_key=new_key()), tmp_path)

    assert set_key.fingerprint != of_file.fingerprint


@pytest.mark.parametrize("text", ["short", "ключ", "A" * 51])
def test_what_is_no_key_is_told_with_what_to_do(text: str, tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="switchboard secret-key"):
        open_vault(Settings(secret_key=text), tmp_path)
    (tmp_path / KEY_FILE).write_text(text)
    with pytest.raises(StartupError, match=KEY_FILE):
        open_vault(Settings(), tmp_path)


def test_nodes_over_postgresql_must_be_given_their_key(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="SWITCHBOARD_SECRET_KEY"):
        open_vault(Settings(database="postgresql+psycopg://node@localhost/switchboard"), tmp_path)
    assert not (tmp_path / KEY_FILE).exists()
