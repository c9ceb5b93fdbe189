"""The studio: where a business teaches its bot. A draft is changed, trained, tried and published; versions can go back.

``bots`` trains, publishes and loads; ``drafts`` changes; ``views`` says what there is; ``routes`` is its API.
"""
