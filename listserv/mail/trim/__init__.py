"""Which part of a text its author wrote, and which is an old message, signature or footer."""
