"""Pages of the discussions.

A view parses, calls one selector or service, and shows what that returns; nothing else.
"""
