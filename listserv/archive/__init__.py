"""Bring a list's archive in from elsewhere, and give it out again, without loss."""
