def bot_evaluate() -> None:
    """x"""
