"""A node that serves."""

from __future__ import annotations

from tests.support_edge.fixtures import site, site_on_postgresql

__all__ = ["site", "site_on_postgresql"]
