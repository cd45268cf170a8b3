"""Routes of the catalogue."""

from backend.catalogue.router import documents, parameters, projects

ROUTERS = (
    documents.router,
    parameters.router,
    parameters.names,
    parameters.changes,
    projects.router,
    projects.versions,
    projects.words,
)
