"""A language model as the bot's last resort: where it would have to ask back, the model may answer from the business's own
responses, and from nothing else. Off unless the installation's settings name one."""
