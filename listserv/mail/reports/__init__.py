"""Delivery reports, complaints and notices of providers: which recipient, which fate."""
