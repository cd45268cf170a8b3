"""What every command needs: a console, and a database server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from backend.kernel.config import settings
from backend.kernel.db import database

console = Console(stderr=True)


@contextmanager
def server() -> Iterator[str]:
    """Point at the configured server, or start the embedded one for as long as this process lives."""
    if settings().database_url:
        yield database.url
        return
    from backend.kernel.postgres import EmbeddedServer

    with EmbeddedServer(settings().home.resolve() / "postgres") as embedded:
        url = embedded.start()
        database.use(url)
        os.environ["EJIA_DATABASE_URL"] = url
        settings.cache_clear()
        yield url
