"""The portal's pages as a whole."""

from admin_pages.kernel.site import site


def test_every_page_has_an_address_of_its_own(app: object) -> None:
    addresses = [type(page).__name__ for page in site.pages()]
    assert len(addresses) == len(set(addresses))
