"""What a mail's author wrote and what the mail program added: lines, introductions, old mails, signatures."""
