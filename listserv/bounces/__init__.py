"""What comes back: reports of failed delivery, complaints, and what the hub makes of them."""
