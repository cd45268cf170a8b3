"""Measurements against references of the same rows in the same run; what is claimed is a ratio, never a time."""
