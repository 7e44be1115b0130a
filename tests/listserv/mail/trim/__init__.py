"""Tests of what is told apart: an author's words, and what programs add."""
