"""Commands of the mail lists."""
