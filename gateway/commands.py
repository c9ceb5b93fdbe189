"""placeholder"""

def register(cli, users, inboxes) -> None:
    pass
