"""The mail door, inward: guard, MIME, trimming, SMTP, verdict in the session, durable spool, publishing.

A mail goes through ``server`` (SMTP), ``guard`` (bounds before any parsing), ``mime`` (what it says), ``decide`` (one
verdict per recipient), ``spool`` (group commit, then ``250``) and ``pump`` (publish, after the answer).
"""
