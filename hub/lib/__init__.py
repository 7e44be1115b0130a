"""What every room needs: errors, verdicts, markup,
tokens, clock, bus, hooks. Knows no other room.
"""
