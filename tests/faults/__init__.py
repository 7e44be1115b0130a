"""Faults on purpose: killed processes, lost replies."""
