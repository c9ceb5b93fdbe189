"""An operator's papers reach the customer, and what is shown of them."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from typing import Any

from playwright.sync_api import Locator, expect

from tests.flows.people import Customer, Operator

_SEND = """
async ({ files, text }) => {
  const me = await (await fetch("/api/v1/me")).json();
  const base = `/api/v1/businesses/${me.businesses[0].id}`;
  const { rows } = await (await fetch(`${base}/conversations`)).json();
  const at = `${base}/conversations/${rows[0].conversation}`;
  const { conversation } = await (await fetch(at)).json();
  const ids = [];
  for (const [name, body] of files) {
    const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
    const sent = await fetch(`${base}/files?name=${encodeURIComponent(name)}`, { method: "POST", body: bytes });
    ids.push((await sent.json()).id);
  }
  const reply = { id: "files-1", text, floor_seq: conversation.floor_seq, files: ids };
  return (await fetch(`${at}/reply`, { method: "POST", body: JSON.stringify(reply) })).status;
}
"""


def picture(side: int = 60) -> bytes:
    """A red square, as PNG."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\xd0\x30\x30" * side for _ in range(side))
    head = struct.pack("!IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def send(olga: Operator, *files: tuple[str, bytes], text: str = "") -> None:
    """What the console's next release does behind a paperclip, over the same API."""
    encoded: Any = [[name, base64.b64encode(body).decode()] for name, body in files]
    assert olga.page.evaluate(_SEND, {"files": encoded, "text": text}) == 200


def is_drawn(image: Locator) -> None:
    """The bytes came, and the page's policy let them be shown."""
    expect(image).to_be_visible()
    expect(image).to_have_js_property("naturalWidth", 60)


def test_operators_papers_reach_the_customer(customer: Customer, olga: Operator) -> None:
    customer.ask_for_person()
    olga.choose()
    olga.take()
    page = b"<!doctype html><html><script>document.title = 'evil'</script>"

    send(olga, ("Схема подъезда.png", picture()), ("договор.html", page))

    for log in (customer.log, olga.log):
        is_drawn(log.get_by_role("img", name="Схема подъезда.png"))
        paper = log.get_by_role("link", name="Скачать договор.html")
        expect(paper).to_contain_text("договор.html")
        expect(paper).to_have_attribute("href", re.compile("/files/"))
        expect(log.locator(".operator .bubble")).to_have_count(0)
    address = customer.log.get_by_role("link", name="Скачать договор.html").get_attribute("href")
    assert address is not None
    answer = customer.page.request.get(address)
    assert answer.body() == page
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    customer.page.reload()
    is_drawn(customer.log.get_by_role("img", name="Схема подъезда.png"))
    expect(olga.rows.first).to_contain_text("Схема подъезда.png, договор.html")
