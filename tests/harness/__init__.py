"""Starts a whole Mamori of its own for a test, and breaks it on demand. See README.md."""
