"""One's own account: the second factor, sign-ins, passwords of mail programs.

The Secretariat mends it where a second factor is lost.
"""
