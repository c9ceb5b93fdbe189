"""A business's test conversations, in Rasa's own format: read (``stories``), and held with its trained bot (``running``)."""
