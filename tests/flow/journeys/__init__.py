"""What people do with a mail program alone: journeys in the six languages, against a running hub over SMTP."""
