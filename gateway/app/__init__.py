"""Wiring, and nothing else: which parts there are, how they meet, in which order they start and stop."""

from gateway.app.node import Switchboard, serve
from gateway.app.opening import example_folder, open_store

__all__ = ["Switchboard", "example_folder", "open_store", "serve"]
