"""Calls: a leg of a conversation whose words are spoken."""
