"""What mails carry beside plain words: files, calendars, signatures, Outlook's envelopes."""
