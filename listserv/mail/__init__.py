"""A library that reads, checks and sends mail: no row of the hub, no other room, usable alone."""
