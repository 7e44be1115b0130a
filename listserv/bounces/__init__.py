"""Count what comes back, reports of failed delivery and complaints, and stop mail by it."""
