"""What is published is seen at once where it is changed, and within seconds on another node."""

from __future__ import annotations

import pytest

from gateway.admin.businesses import load_business, read_business_file
from gateway.store import articles, configuration, directory
from gateway.store.sql import Tx
from gateway.store.store import Store
from knowledge import Library, Shelf
from knowledge.shelf import KNOWN_FOR, Catalogue
from tests.knowledge.lantern import LANTERN


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def business(store: Store) -> str:
    """The example business, as the demo makes it."""
    return (await store.write("", load_business(read_business_file(LANTERN)))).business.id


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def shelf(store: Store, seconds: Seconds) -> Shelf:
    return Shelf(store, clock=seconds)


async def test_the_example_has_its_articles_on_a_page_in_both_languages(shelf: Shelf, business: str) -> None:
    catalogue = await opened(shelf, business)
    assert catalogue.places.public and catalogue.locales == ("ru", "en")
    assert len(catalogue.of("ru")) == len(catalogue.of("en")) == 12


async def test_the_example_is_loaded_once_and_what_people_removed_stays_away(store: Store, business: str) -> None:
    def remove(tx: Tx, now: int) -> int:
        for one in articles.published(tx)[:3]:
            articles.hide(tx, one.article, one.locale)
        return len(articles.published(tx))

    left = await store.write(business, remove)
    await store.write("", load_business(read_business_file(LANTERN)))
    assert len(await store.read(business, lambda tx, now: articles.published(tx))) == left


async def test_another_nodes_change_is_seen_within_seconds(
    store: Store, shelf: Shelf, seconds: Seconds, business: str
) -> None:
    before = await opened(shelf, business)
    await store.write(business, lambda tx, now: articles.hide(tx, before.of("ru")[0].article, "ru"))

    assert await opened(shelf, business) is before
    seconds.now += KNOWN_FOR
    assert len((await opened(shelf, business)).of("ru")) == 11


async def test_what_has_not_changed_is_not_read_again(shelf: Shelf, seconds: Seconds, business: str) -> None:
    before = await opened(shelf, business)
    seconds.now += 10 * KNOWN_FOR
    assert await opened(shelf, business) is before


async def test_ones_own_change_is_seen_at_once(store: Store, shelf: Shelf, business: str) -> None:
    before = await opened(shelf, business)
    await store.write(business, lambda tx, now: articles.hide(tx, before.of("ru")[0].article, "ru"))
    shelf.forget(business)
    assert len((await opened(shelf, business)).of("ru")) == 11


async def test_a_business_that_there_isnt_has_no_articles(shelf: Shelf) -> None:
    assert await shelf.of("nobody") is None


async def test_the_bot_gets_the_beginning_of_the_one_article_that_answers(
    store: Store, shelf: Shelf, business: str
) -> None:
    library = Library(store, shelf, url=lambda: "https://help.example")
    found = await library.answer(business, "как сменить пароль от вайфая", "ru")
    assert found is not None
    assert found.title == "Как сменить пароль Wi-Fi" and found.text.startswith("Откройте в браузере 192.168.1.1")
    assert found.url == "https://help.example/help/lantern/wifi-password?lang=ru"
    assert await library.answer(business, "какая завтра погода", "ru") is None


async def test_the_bot_gets_nothing_where_the_business_does_not_want_it(
    store: Store, shelf: Shelf, business: str
) -> None:
    def switch_off(tx: Tx, now: int) -> None:
        item = configuration.find(tx, "knowledge", "knowledge")
        assert item is not None
        configuration.change(tx, item, name=item.name, body='{"name":"knowledge","bot":false}', by="Anna", now=now)

    await store.write(business, switch_off)
    library = Library(store, shelf, url=lambda: "")
    assert await library.answer(business, "как сменить пароль от вайфая", "ru") is None
    (best, *_) = await library.suggest(business, "как сменить пароль от вайфая", "ru")
    assert best.source == "Как сменить пароль Wi-Fi" and best.url == "", "people are helped all the same"


async def test_an_article_is_suggested_whole_as_far_as_it_fits(store: Store, shelf: Shelf, business: str) -> None:
    library = Library(store, shelf, url=lambda: "https://help.example")
    (best, *_) = await library.suggest(business, "how do I change my wifi pasword", "en")
    assert (best.origin, best.source) == ("knowledge", "How to change the Wi-Fi password")
    assert best.text.startswith("Open 192.168.1.1") and best.confidence > 0.7


async def test_articles_of_two_businesses_never_mix(store: Store, shelf: Shelf, business: str) -> None:
    def another(tx: Tx, now: int) -> str:
        organization = directory.organization_of(tx, business)
        assert organization is not None
        return directory.add_business(tx, organization, slug="rival", name="Rival", locales=("ru",), now=now).id

    rival = await store.write("", another)
    assert (await opened(shelf, rival)).texts == {}


async def opened(shelf: Shelf, business: str) -> Catalogue:
    catalogue = await shelf.of(business)
    assert catalogue is not None
    return catalogue
