"""Search over everything a member may read."""
