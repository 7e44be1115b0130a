"""What every room needs: errors, verdicts, markup, tokens, clock, bus, hooks.

It knows no other room.
"""
