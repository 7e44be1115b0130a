"""What a message says, whatever program wrote it: structure, headers, charsets, text, files."""
