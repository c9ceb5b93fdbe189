"""How well a bot understands, in figures that a business can act on: ``figures`` works them out (numpy alone), ``sets``
reads messages, ``running`` trains and measures, ``page`` draws it all as one HTML file without scripts."""
