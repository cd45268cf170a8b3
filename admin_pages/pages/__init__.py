"""Every page of the portal; importing registers it on the site."""

from admin_pages.pages import account, cases, catalogue, matching, money, public, registry, system, workbench

__all__ = ["account", "cases", "catalogue", "matching", "money", "public", "registry", "system", "workbench"]
