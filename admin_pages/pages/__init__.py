"""Every page of the portal; importing registers it on the site."""

from admin_pages.pages import (
    account,
    apply,
    casefile,
    cases,
    catalogue,
    editor,
    leads,
    matching,
    money,
    public,
    registry,
    system,
    workbench,
)

__all__ = [
    "account",
    "apply",
    "casefile",
    "cases",
    "catalogue",
    "editor",
    "leads",
    "matching",
    "money",
    "public",
    "registry",
    "system",
    "workbench",
]
