"""Tests of the mail door's inbound half."""
