"""Whether the domain of an author vouches for a message.

SPF (RFC 7208), DKIM (RFC 6376, 8463), DMARC (RFC 9989) and a trusted relay's Authentication-Results
(RFC 8601). What follows from each result is decided in decision record 0009.
"""
