"""What failed in the background is told to a Russian reader in Russian, with the business's own words in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

import gateway
from tests.flows.administrators import Administrator, come_in
from tests.flows.axe import faults
from tests.flows.browser import Stage
from tests.flows.server import NewServer
from tests.support.content import untrainable

ROOT = Path(gateway.__file__).resolve().parents[1]
HOOK = {"name": "CRM", "url": "javascript:alert(1)", "events": ["resolved"]}
TEAM = {"name": "Сервис", "members": ["nobody@example.com"]}
PROFILE = {"names": {"en": "Example Lamps"}, "locales": ["en"]}


@pytest.fixture
def new(tmp_path: Path) -> Iterator[NewServer]:
    """An installation whose own templates can't be trained."""
    place = tmp_path / "installed"
    untrainable(place / "examples" / "templates")
    for package in ("gateway", "bot", "channels", "handoff"):
        (place / package).symlink_to(ROOT / package)
    server = NewServer(tmp_path / "new", {"PYTHONPATH": str(place), "PYTHONSAFEPATH": "1"})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def boris(stage: Stage, new: NewServer) -> Administrator:
    """An administrator whose console is Russian."""
    for status in (401, 422):
        stage.allow(f"status of {status}")
    anna = Administrator.with_business(stage, new)
    anna.open("People")
    page = stage.page(locale="ru")
    come_in(page, anna.invite(role="Administrator"), name="Борис Примеров", email="boris@example.com", locale="ru")
    return Administrator(page, "ru")


def test_a_call_of_a_webhook_that_failed(boris: Administrator) -> None:
    boris.open("Вебхуки")
    boris.click("Добавить вебхук")
    boris.fill("Название", "CRM")
    boris.fill("Адрес", "http://127.0.0.1:9/hook")
    boris.page.get_by_role("checkbox", name="Клиент написал").check()
    boris.click("Добавить вебхук")
    boris.is_at("CRM")
    boris.click("Отправить проверку")
    call = boris.main.get_by_role("listitem").filter(has_text="Проверка").filter(has_text="попытка")
    expect(call).to_contain_text("Секрета пока нет. Создайте его выше.")
    boris.click("Новый секрет")
    boris.click("Отправить проверку")
    failed = boris.main.get_by_role("listitem").filter(has_text="Не принят").first  # the latest
    expect(failed).to_contain_text("127.0.0.1 — адрес внутри сети, вебхуки туда не отправляются. Укажите адрес")
    assert faults(boris.page) == []


def test_a_training_that_failed(boris: Administrator) -> None:
    boris.open("Бот")
    boris.click("Начать с этого: Lost")
    expect(boris.alert).to_have_text(
        "Бота не удалось обучить. Файл nlu.yml, строка 2. "
        "Намерения «booking» нет в домене. Добавьте его в intents: файла domain.yml."
    )
    boris.click("Начать с этого: Single")
    expect(boris.alert).to_contain_text("Боту нужны хотя бы два намерения с примерами. Добавьте второе.")
    boris.click("Начать с этого: Garbled")
    expect(boris.alert).to_contain_text("Файл domain.yml, строка 2. Ошибка в YAML: здесь табуляция.")
    assert faults(boris.page) == []


def test_a_set_up_that_is_not_taken_over(boris: Administrator, tmp_path: Path) -> None:
    boris.open("Экспорт и импорт")

    def take(name: str, **content: object) -> None:
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps({"switchboard": 1, "business": PROFILE, **content}), "utf-8")
        boris.page.get_by_label("Выбрать файл").set_input_files(file)
        boris.dialog.get_by_role("button", name="Импорт").click()

    take("newer", switchboard=99)
    expect(boris.alert).to_have_text("Файл записал более новый Switchboard. Сначала обновите этот.")
    take("hook", configuration={"webhooks": [HOOK]})
    expect(boris.alert).to_have_text(
        "Не принято: вебхук «CRM». На такой адрес отправлять нельзя. Нужен адрес с https://, доступный снаружи."
    )
    take("team", configuration={"teams": [TEAM]})
    boris.main.get_by_text("Добавлено: 1").click()
    expect(boris.main.get_by_role("listitem").filter(has_text="группа «Сервис»")).to_be_visible()
    boris.main.get_by_text("Пропущено: 1").click()
    expect(boris.main).to_contain_text("Группа «Сервис»: nobody@example.com не работает в этой компании")
    assert faults(boris.page) == []
