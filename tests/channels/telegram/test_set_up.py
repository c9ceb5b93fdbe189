"""A bot becomes an inbox by its token, and what the page about it says is true."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from tests.support.servers import free_port
from tests.support.stores import Database
from tests.support_edge.site import Site
from tests.support_edge.socks import socks_proxy
from tests.support_edge.telegram import telegram_double
from tests.support_edge.telegram.pictures import png
from tests.support_edge.telegram_site import Lines, on_lines
from tests.support_edge.waiting import until_async


def at(site: Site, rest: str) -> str:
    return f"/api/v1/businesses/{site.ours.business}/{rest}"


async def add(lines: Lines, token: str, name: str = "Second bot", **more: Any) -> tuple[int, dict[str, Any]]:
    body = {"channel": "telegram", "name": name, "token": token, **more}
    return await lines.site.call("POST", at(lines.site, "inboxes"), who="anna", json=body)


async def test_token_says_whose_bot_it_is_before_it_is_added(lines: Lines) -> None:
    bot = await lines.telegram.add_bot("Lantern of the East")

    status, found = await lines.site.call(
        "POST", at(lines.site, "telegram/check"), who="anna", json={"token": f" {bot.token}\n"}
    )

    assert (status, found["username"], found["name"]) == (200, bot.username, "Lantern of the East")
    assert (found["taken"], found["elsewhere"]) == ("", False)
    assert base64.b64decode(found["picture"]) == b""


async def test_bots_picture_is_shown_before_and_after_it_is_added(lines: Lines) -> None:
    bot = await lines.telegram.add_bot("Pictured")
    picture = png(640, 640)
    await bot.picture(picture)

    _, found = await lines.site.call("POST", at(lines.site, "telegram/check"), who="anna", json={"token": bot.token})
    assert base64.b64decode(found["picture"]) == picture
    _, made = await add(lines, bot.token)

    async def shown() -> bool:
        path = lines.site.origin + at(lines.site, f"inboxes/{made['id']}/picture")
        async with lines.site.http.get(path, headers=lines.site.headers("olga")) as response:
            return response.status == 200 and await response.read() == picture

    await until_async(shown, what="the picture")


async def test_set_up_that_is_brought_again_leaves_the_bot_who_it_is(lines: Lines) -> None:
    _, exported = await lines.site.call("GET", at(lines.site, "export"), who="anna")
    assert lines.bot.token not in str(exported)

    status, _ = await lines.site.call("POST", at(lines.site, "import"), who="anna", json=exported)

    assert status == 200
    _, found = await lines.site.call("GET", at(lines.site, "inboxes"), who="anna")
    (bot,) = [one for one in found["inboxes"] if one["channel"] == "telegram"]
    assert (bot["settings"]["telegram"]["bot_id"], bot["has_secret"]) == (lines.bot.id, True)


async def test_added_bot_talks_at_once_and_never_shows_its_token(lines: Lines) -> None:
    bot = await lines.telegram.add_bot("Second")

    status, made = await add(lines, bot.token)

    assert status == 201 and made["settings"]["telegram"]["username"] == bot.username and made["has_secret"]
    talk = lines.ann.talk(bot)
    await talk.say("Good morning")
    await talk.wait_for_text("You said: Good morning")
    _, all_of_them = await lines.site.call("GET", at(lines.site, "inboxes"), who="anna")
    assert bot.token not in str(all_of_them)


async def test_one_person_with_two_bots_is_two_identities(lines: Lines) -> None:
    bot = await lines.telegram.add_bot("Second")
    _, made = await add(lines, bot.token)
    await lines.talk.say("to the first")
    await lines.ann.talk(bot).say("to the second")

    await lines.ann.talk(bot).wait_for_text("You said: to the second")
    await lines.talk.wait_for_text("You said: to the first")
    second = Lines(lines.site, lines.telegram, bot, lines.ann, made["id"])
    assert await lines.conversation() != await second.conversation()


async def test_unfit_tokens_say_what_to_do(lines: Lines) -> None:
    stranger = "123456789:AAE-not-one-that-anybody-knows-00000"
    for token, says in (
        ("", "Paste"),
        ("hello", "looks like"),
        (stranger, "doesn't know"),
        (lines.bot.token, "already"),
    ):
        status, problem = await add(lines, token)
        assert status in (409, 422) and says in problem["detail"], problem


async def test_only_administrators_see_lines_and_tokens(lines: Lines) -> None:
    for method, rest in (("POST", "telegram/check"), ("POST", f"inboxes/{lines.inbox}/token")):
        status, _ = await lines.site.call(method, at(lines.site, rest), who="olga", json={"token": "1:x"})
        assert status == 403
    status, _ = await lines.site.call("GET", at(lines.site, f"inboxes/{lines.inbox}/line"), who="olga")
    assert status == 403


async def test_new_token_must_be_the_same_bots(lines: Lines) -> None:
    other = await lines.telegram.add_bot("Other")
    path = at(lines.site, f"inboxes/{lines.inbox}/token")

    status, problem = await lines.site.call("POST", path, who="anna", json={"token": other.token})
    assert (status, problem["field"]) == (422, "token") and "another bot" in problem["detail"]
    status, _ = await lines.site.call("POST", path, who="anna", json={"token": lines.bot.token})
    assert status == 204


async def test_second_poller_is_explained_and_gone_again(lines: Lines) -> None:
    await lines.bot.conflict(times=3)

    async def trouble() -> str:
        _, line = await lines.site.call("GET", at(lines.site, f"inboxes/{lines.inbox}/line"), who="anna")
        return str(line["trouble"])

    async def conflicting() -> bool:
        return await trouble() == "conflict"

    async def well() -> bool:
        return await trouble() == ""

    await lines.talk.say("wakes the poller")
    await until_async(conflicting, what="the conflict")
    await until_async(well, what="the line", within=20)
    await lines.talk.wait_for_text("You said: wakes the poller")


async def test_another_messengers_bot_is_not_asked(lines: Lines) -> None:
    async with telegram_double() as other:
        bot = await other.add_bot("Elsewhere")

        status, problem = await add(lines, bot.token)

    assert status == 422 and "doesn't know" in problem["detail"]


async def test_bot_behind_a_proxy_talks_by_it(lines: Lines) -> None:
    bot = await lines.telegram.add_bot("Behind")
    async with socks_proxy() as proxy:
        status, _ = await add(lines, bot.token, settings={"telegram": {"proxy": proxy.url}})
        assert status == 201
        await lines.ann.talk(bot).say("through the proxy")

        await lines.ann.talk(bot).wait_for_text("You said: through the proxy")
        assert proxy.led_to and {port for _, port in proxy.led_to} == {int(lines.telegram.url.rsplit(":", 1)[1])}
        await lines.site.node.telegram.aclose()


async def test_unfit_proxy_and_menu_page_are_refused_at_their_field(lines: Lines) -> None:
    bot = await lines.telegram.add_bot("Third")
    for field, value in (("proxy", "ftp://x"), ("proxy", "socks5://nowhere"), ("menu_url", "http://help.example.com")):
        status, problem = await add(lines, bot.token, settings={"telegram": {field: value}})
        assert (status, problem["field"]) == (422, f"telegram.{field}"), problem


async def test_commands_and_the_help_page_are_offered(lines: Lines) -> None:
    bot = await lines.telegram.add_bot("Third")
    await add(lines, bot.token, settings={"telegram": {"menu_url": "https://help.example.com/"}})

    await lines.telegram.wait_for_calls("setChatMenuButton", 2)
    offered = await bot.commands()
    assert {command["command"] for commands in offered.values() for command in commands} == {"start", "operator"}
    (menu,) = [call for call in await lines.telegram.calls("setChatMenuButton", bot=bot)]
    assert menu.params["menu_button"]["web_app"] == {"url": "https://help.example.com/"}


async def test_proxy_where_nobody_is_says_so_at_its_field(lines: Lines) -> None:
    bot = await lines.telegram.add_bot("Behind")
    nobody = f"socks5://127.0.0.1:{free_port()}"

    status, problem = await add(lines, bot.token, settings={"telegram": {"proxy": nobody}})

    assert (status, problem["field"]) == (422, "telegram.proxy"), problem


async def test_proxy_inside_the_servers_network_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    async with on_lines(sqlite_database, tmp_path / "data", webhook_networks=()) as lines:
        bot = await lines.telegram.add_bot("Inside")
        inside = {"telegram": {"proxy": "socks5://127.0.0.1:1080"}}

        status, problem = await add(lines, bot.token, settings=inside)
        assert (status, problem["field"], problem["fault"]["code"]) == (422, "telegram.proxy", "telegram_proxy_inside")
        _, found = await lines.site.call("GET", at(lines.site, "inboxes"), who="anna")
        (known,) = [one for one in found["inboxes"] if one["channel"] == "telegram"]
        change = {"version": known["version"], "name": known["name"], "settings": {**known["settings"], **inside}}
        status, _ = await lines.site.call("PUT", at(lines.site, f"inboxes/{known['id']}"), who="anna", json=change)
        assert status == 422


async def test_proxy_and_its_password_are_the_administrators_own(lines: Lines) -> None:
    bot = await lines.telegram.add_bot("Behind")
    async with socks_proxy() as proxy:
        _, made = await add(lines, bot.token, settings={"telegram": {"proxy": proxy.url}})

        seen = {}
        for who in ("anna", "olga"):
            _, found = await lines.site.call("GET", at(lines.site, "inboxes"), who=who)
            seen[who] = next(one for one in found["inboxes"] if one["id"] == made["id"])["settings"]["telegram"][
                "proxy"
            ]
        _, exported = await lines.site.call("GET", at(lines.site, "export"), who="anna")
        await lines.site.node.telegram.aclose()

    assert seen == {"anna": proxy.url, "olga": ""}
    assert proxy.url not in str(exported)
