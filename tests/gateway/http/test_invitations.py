"""For whom an invitation may be."""

from __future__ import annotations

import pytest

from tests.support_edge.site import Site


@pytest.mark.parametrize(
    ("email", "status"), [("", 201), ("boris@example.com", 201), ("boris", 422), ("boris@example.com ", 422)]
)
async def test_an_invitation_is_for_one_address_or_for_whoever_has_the_link(
    site: Site, email: str, status: int
) -> None:
    path = f"{site.origin}/api/v1/businesses/{site.ours.business}/invitations"
    async with site.http.post(path, json={"email": email}, headers=site.headers("anna")) as response:
        assert response.status == status
