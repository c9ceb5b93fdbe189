"""The double of Telegram is held to the documentation, by aiogram's own client."""
