"""One's own account: the second factor, sign-ins, passwords
of mail programs; and its mending by the Secretariat.
"""
