"""The SMTP client: a connection, its flow of commands, and what its replies mean."""
