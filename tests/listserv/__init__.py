"""Tests of the mail lists."""
