"""Outgoing mail: rendering, the relay client, the outbox, the workers that walk the rosters."""
