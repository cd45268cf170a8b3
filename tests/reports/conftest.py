"""Families, projects and walks of the case tests, counted here."""

from tests.cases.conftest import family, projects, walk

__all__ = ["family", "projects", "walk"]
