"""Setting up: businesses from their folders, their people, their bots."""
