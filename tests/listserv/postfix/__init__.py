"""The SMTP gateway behind real programs, set up with the lines of hub/deploy/postfix.md."""
