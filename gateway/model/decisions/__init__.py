"""How each command is decided, by who gives it. ``decide`` has the table that says when it is possible."""
