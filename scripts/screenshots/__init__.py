"""Pictures of every main view for the documentation, taken from a real server: ``python -m scripts.screenshots``.

The conversations are made by driving the widget and the console, as the journeys in ``tests/flows`` do. Only their
ages are made up, and the days of the reports: see ``ages``.
"""
