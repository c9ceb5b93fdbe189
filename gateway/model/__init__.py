"""The pure heart: events, commands, ``decide``, ``fold``, ``visible``. No I/O, no clock, no ids drawn inside."""
