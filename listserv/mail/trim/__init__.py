"""Which part of a text its author wrote for this
message, and which is old mail, signature or footer.
"""
