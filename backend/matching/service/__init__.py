"""Changes of matching, by step of the work."""
