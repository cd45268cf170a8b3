"""Changes to the catalogue."""

from backend.catalogue.service.shipping import load_shipped

__all__ = ["load_shipped"]
