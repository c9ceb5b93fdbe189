"""The description of the API: whole, consistent, and made of what is mounted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from gateway.http.access import Signin
from tests.support_edge.site import Site

FOR_PAGES = {
    "/api/v1/widget/files",
    "/api/v1/telegram/{inbox}",
    "/api/v1/widget/inbox",
    "/api/v1/widget/socket",
    "/api/v1/console/socket",
}
"""What our own pages use, as docs/protocol.md describes it: sockets, and the widget's uploads."""
SCHEMA_WORDS = {
    "type", "title", "description", "properties", "required", "additionalProperties", "items", "prefixItems", "enum",
    "const", "anyOf", "$ref", "default", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems",
    "pattern", "discriminator", "propertyNames", "minProperties", "maxProperties", "format", "contentEncoding",
}  # fmt: skip


async def description(site: Site) -> dict[str, Any]:
    async with site.http.get(site.origin + "/api/v1/openapi.json") as response:
        assert response.status == 200 and response.content_type == "application/json"
        document: dict[str, Any] = await response.json()
        return document


def schemas(node: Any, *, inside: str = "") -> Iterator[dict[str, Any]]:
    """Every schema object of a document."""
    if isinstance(node, list):
        for item in node:
            yield from schemas(item, inside=inside)
    elif isinstance(node, dict):
        if inside == "schema":
            yield node
        for name, value in node.items():
            if name in ("schema", "items", "additionalProperties", "propertyNames", "anyOf", "prefixItems"):
                yield from schemas(value, inside="schema")
            elif name in ("schemas", "properties"):
                for each in value.values():
                    yield from schemas(each, inside="schema")
            elif inside != "schema":
                yield from schemas(value)


async def test_description_covers_every_route_that_is_mounted_and_no_other(site: Site) -> None:
    document = await description(site)
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    mounted = {
        (route.method, route.resource.canonical)
        for route in site.node.app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/api") and route.method != "HEAD"
    }
    assert described == {place for place in mounted if place[1] not in FOR_PAGES}
    assert {path for _, path in mounted} >= FOR_PAGES


async def test_description_has_the_parts_that_openapi_3_1_asks_for(site: Site) -> None:
    document = await description(site)
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["title"] and document["info"]["version"]
    seen = set()
    for path, item in document["paths"].items():
        assert path.startswith("/")
        for operation in item.values():
            assert operation["operationId"] not in seen
            seen.add(operation["operationId"])
            assert re.fullmatch(r"[a-z0-9_]+", operation["operationId"])
            assert operation["summary"] and operation["tags"] and operation["responses"]
            in_path = [p["name"] for p in operation["parameters"] if p["in"] == "path"]
            assert in_path == re.findall(r"{(\w+)}", path)
            assert all(p["required"] for p in operation["parameters"] if p["in"] == "path")
            names = [(p["in"], p["name"]) for p in operation["parameters"]]
            assert len(names) == len(set(names)) and all("schema" in p for p in operation["parameters"])
            for status, response in operation["responses"].items():
                assert re.fullmatch(r"[1-5][0-9]{2}|default", status) and response["description"]
            problem = operation["responses"]["default"]["content"]["application/problem+json"]
            assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}


async def test_every_reference_of_the_description_resolves(site: Site) -> None:
    document = await description(site)
    known = document["components"]["schemas"]
    references = re.findall(r'"\$ref":"([^"]+)"', json.dumps(document, separators=(",", ":")))
    assert references
    for reference in references:
        assert reference.startswith("#/components/schemas/") and reference.split("/")[-1] in known, reference
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in known)


async def test_schemas_use_words_that_json_schema_knows(site: Site) -> None:
    found = list(schemas(await description(site)))
    assert len(found) > 50
    for schema in found:
        assert schema.keys() <= SCHEMA_WORDS, schema
        assert set(schema.get("required", ())) <= schema.get("properties", {}).keys(), schema


async def test_description_says_who_may(site: Site) -> None:
    document = await description(site)
    schemes = document["components"]["securitySchemes"].keys()
    for route in site.node.routes:
        security = document["paths"][route.path][route.method.lower()]["security"]
        assert all(name in schemes for choice in security for name in choice)
        assert (security == []) == (route.access is Signin.NOBODY), route.path
