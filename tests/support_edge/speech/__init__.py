"""Doubles of speech services, written from their documentation: they refuse what the real ones refuse, and are as unfriendly as
the test says."""
