"""Mail on its way out: rendering, the relay client, the outbox, the pumps that walk the rosters."""
