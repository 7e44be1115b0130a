"""Pages of the conferences: a view parses, calls one selector or service, and shows the result."""
