"""Every page of the portal; importing registers it on the site."""

from admin_pages.pages import (
    account,
    apply,
    casefile,
    cases,
    catalogue,
    editor,
    leads,
    lookup,
    matches,
    matching,
    money,
    public,
    registry,
    system,
    whatif,
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
    "lookup",
    "matches",
    "matching",
    "money",
    "public",
    "registry",
    "system",
    "whatif",
    "workbench",
]
