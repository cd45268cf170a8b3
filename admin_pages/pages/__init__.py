"""Every page of the portal; importing registers it on the site."""

from admin_pages.pages import cases, catalogue, matching, money, public, registry, system, workbench

__all__ = ["cases", "catalogue", "matching", "money", "public", "registry", "system", "workbench"]
