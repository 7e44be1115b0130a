"""The Network Hub: one discussion by web, by mail and live, ending in published proceedings."""
