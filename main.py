"""Start here: the one file that knows both the API and the pages."""

from importlib.util import find_spec

from fastapi import FastAPI

from backend.api import create_api


def create_app() -> FastAPI:
    """Join the headless API and the portal derived from it."""
    app = create_api()
    if find_spec("admin_pages.portal"):
        from admin_pages.portal import mount_portal

        mount_portal(app)
    return app


app = create_app()
