"""The ways in and out. Each channel is a folder: ``__init__`` (setup), ``channel.py`` (I/O), ``codec.py`` (pure)."""
