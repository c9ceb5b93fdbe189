"""Settings: where they come from, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.commands.setup import setting_docs, settings_template
from gateway.errors import StartupError
from gateway.settings import Settings, load_settings

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"


def write(folder: Path, text: str) -> Path:
    file = folder / "switchboard.toml"
    file.write_text(text, "utf-8")
    return file


def test_environment_goes_before_the_file_and_the_command_line_before_both(tmp_path: Path) -> None:
    file = write(tmp_path, 'port = 1111\nhost = "127.0.0.2"\nburst_pause = 2')
    environment = {"SWITCHBOARD_PORT": "2222", "SWITCHBOARD_HOST": "127.0.0.3", "HOME": "/"}

    settings = load_settings(file=file, environment=environment, overrides={"port": 3333, "data": None})

    assert (settings.port, settings.host, settings.burst_pause) == (3333, "127.0.0.3", 2.0)


def test_lists_come_from_the_environment_by_comma() -> None:
    settings = load_settings(environment={"SWITCHBOARD_TRUSTED_PROXIES": "10.0.0.0/8,127.0.0.1/32"})

    assert settings.trusted_proxies == ("10.0.0.0/8", "127.0.0.1/32")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prot = 1", "prot"),
        ("port = 70000", "70000"),
        ('port = "many"', "port"),
        ('database = "mysql://x"', "postgresql+psycopg://"),
        ('public_url = "chat.example.com"', "https://"),
        ("burst_pause = -1", "burst_pause"),
        ("port = ", "can't be read"),
        ('trusted_proxies = ["everywhere"]', "everywhere"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(StartupError) as refused:
        load_settings(file=write(tmp_path, text), environment={})

    assert told in str(refused.value)
    assert "\n" not in str(refused.value).strip()


def test_a_missing_file_names_the_command_that_writes_one(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="switchboard init"):
        load_settings(file=tmp_path / "none.toml", environment={})


def test_every_setting_has_its_meaning_and_stands_in_the_docs() -> None:
    documented = DOCS.read_text("utf-8")

    assert set(setting_docs()) == set(Settings.__struct_fields__)
    for name, meaning in setting_docs().items():
        assert f"| `{name}` |" in documented
        assert meaning in documented


def test_the_written_file_is_a_valid_one_that_changes_nothing(tmp_path: Path) -> None:
    settings = load_settings(file=write(tmp_path, settings_template()), environment={})
    uncommented = settings_template().replace("\n# ", "\n").splitlines()
    assignments = "\n".join(line for line in uncommented if " = " in line and line.split(" = ")[0].isidentifier())

    assert settings == Settings()
    assert load_settings(file=write(tmp_path, assignments), environment={}) == Settings()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[speech.cloud]\nkind = "cloud"', "speech"),
        ('[speech.cloud]\nkind = "openai"\nmodel = "whisper-1"', "url"),
        ('[speech.cloud]\nkind = "openai"\nurl = "https://speech.example.com/v1"', "voice_model"),
        ('[speech.cloud]\nkind = "openai"\nurl = "speech.example.com"\nmodel = "m"', "https://speech.example.com/v1"),
        ('[speech.live]\nkind = "deepgram"', "key"),
        ('[speech.live]\nkind = "deepgram"\nkey = "ключ"', "letters that no key has"),
        ('[speech.live]\nkind = "deepgram"\nkey = "k"\nlanguages = ["English"]', "English"),
        ('[speech.own]\nkind = "vosk"\nkey = "k"', "runs on this machine"),
        ('[speech.espeak-ng]\nkind = "piper"', "another name"),
        ('[speech."a b"]\nkind = "piper"', "another name"),
        ('[speech.own]\nkind = "piper"\nrate = 1', "samples a second"),
        ('[speech.own]\nkind = "piper"\nvoices = 1', "voices"),
    ],
)
def test_a_wrong_speech_engine_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(StartupError) as refused:
        load_settings(file=write(tmp_path, text), environment={})

    assert told in str(refused.value)
    assert "\n" not in str(refused.value).strip()


def test_speech_engines_stand_in_the_file_alone_as_its_documentation_shows_them(tmp_path: Path) -> None:
    documented = DOCS.read_text("utf-8").split("## Speech engines for calls")[1].split("```")[1].removeprefix("toml\n")
    settings = load_settings(file=write(tmp_path, documented), environment={"SWITCHBOARD_SPEECH": "{}"})

    assert {name: one.kind for name, one in settings.speech.items()} == {
        "cloud": "openai", "live": "deepgram", "speechkit": "yandex", "own": "vosk"
    }  # fmt: skip
    assert settings.speech["live"].languages == ("en", "ru")
