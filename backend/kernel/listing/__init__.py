"""The one list engine: scope, filter, search, sort, pages, options and export of every resource."""

from backend.kernel.listing.definition import Filter, Listing, at_least, at_most, contains, equals, one_of, prefix
from backend.kernel.listing.query import ListQuery, Options, Page
from backend.kernel.listing.routes import listing_routes

__all__ = [
    "Filter",
    "ListQuery",
    "Listing",
    "Options",
    "Page",
    "at_least",
    "at_most",
    "contains",
    "equals",
    "listing_routes",
    "one_of",
    "prefix",
]
