"""Pages of the conferences. A view parses, calls one
selector or service, and shows what it gives; nothing else.
"""
