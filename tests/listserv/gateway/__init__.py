"""Tests of the gateway: mail that comes in."""
