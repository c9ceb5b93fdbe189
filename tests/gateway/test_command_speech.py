"""``switchboard speech`` as a person meets it: real processes, a publisher on loopback, exit codes and what is printed."""

from __future__ import annotations

import http.server
import io
import threading
import wave
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.test_command_line import assert_one_clear_line, switchboard

NAME = "vosk-model-small-en-us-0.15"


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[str]:
    """A mirror of one small model."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr(f"{NAME}/am/final.mdl", b"no model")
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / f"{NAME}.zip").write_bytes(body.getvalue())

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_models_are_listed_with_what_is_here(tmp_path: Path) -> None:
    (tmp_path / "data" / "speech" / "vosk" / NAME).mkdir(parents=True)
    (tmp_path / "data" / "speech" / "piper" / "en_US-own-medium").mkdir(parents=True)
    done = switchboard("speech", "list", "--data", tmp_path / "data", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = {
        name: line for line in done.stdout.splitlines() for name in line.split() if "-" in name and "speech" not in line
    }
    assert "here" in lines[NAME] and "here" not in lines["vosk-model-small-ru-0.22"]
    assert "put there by hand" in lines["en_US-own-medium"]
    assert "none" in lines["whisper-base"] and "known" in lines["ru_RU-irina-medium"]
    assert max(map(len, done.stdout.splitlines()[:-3])) <= 80


def test_model_is_downloaded_from_a_mirror(tmp_path: Path, mirror: str) -> None:
    done = switchboard("speech", "download", NAME, "--server", mirror, "--data", tmp_path / "data", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data" / "speech" / "vosk" / NAME / "am" / "final.mdl").read_bytes() == b"no model"
    assert "no checksum" in " ".join(done.stdout.split())


def test_unknown_model_and_dead_server_are_one_line_each(tmp_path: Path) -> None:
    assert_one_clear_line(
        switchboard("speech", "download", "whisper-huge", cwd=tmp_path), "no model 'whisper-huge'", "whisper-base"
    )
    dead = switchboard(
        "speech", "download", NAME, "--server", "http://127.0.0.1:9", "--data", tmp_path / "data", cwd=tmp_path
    )
    assert_one_clear_line(dead, "broke off", "goes on from there")


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_engine_is_tried_by_speaking_to_it(tmp_path: Path, locale: str) -> None:
    done = switchboard("speech", "test", "--locale", locale, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Said:" in done.stdout and "Heard:" in done.stdout and "confidence" in done.stdout


def test_engine_is_tried_with_a_sound_file(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "silence.wav"), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(44_100)
        sound.writeframes(bytes(4 * 44_100))
    done = switchboard("speech", "test", "silence.wav", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "(nothing)" in done.stdout and "Said:" not in done.stdout


def test_what_can_not_be_tried_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound at all")
    assert_one_clear_line(switchboard("speech", "test", "text.wav", cwd=tmp_path), "no sound that can be read")
    assert_one_clear_line(switchboard("speech", "test", "-r", "whisper", cwd=tmp_path), "faster-whisper")
    assert_one_clear_line(switchboard("speech", "test", "-s", "piper", cwd=tmp_path), "speech list")
    assert_one_clear_line(switchboard("speech", "test", "-r", "ear", cwd=tmp_path), "pocketsphinx, vosk, whisper")
    assert_one_clear_line(switchboard("speech", "test", "--locale", "de", cwd=tmp_path), "'de'")
