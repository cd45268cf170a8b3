"""The county's catalogue as it is shipped: parameters, complete projects, and entries that describe the others.

Readable files, checked as a whole by `load_content()`: every rule and formula compiles, every reference has its target.
"""

from backend.catalogue.content.loading import Content, load_content, shipped_vocabulary

__all__ = ["Content", "load_content", "shipped_vocabulary"]
