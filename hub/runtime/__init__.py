"""The hub's processes: prepare, serve, work, report health. Composition: imported by no room."""
