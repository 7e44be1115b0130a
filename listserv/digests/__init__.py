"""Digests: what a list said since the last one, in one mail at the member's own hour."""
