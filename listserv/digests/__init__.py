"""Send digests: the new contributions of a list, in one message at the member's own hour."""
