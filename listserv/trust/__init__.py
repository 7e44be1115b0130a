"""Whether the domain of an author vouches for a mail, and whether the world can believe ours.

SPF (RFC 7208), DKIM (RFC 6376, 8463), DMARC (RFC 9989), a trusted relay's Authentication-Results (RFC 8601), and the
domain doctor. What follows from each result is decided in decision record 0009.
"""
