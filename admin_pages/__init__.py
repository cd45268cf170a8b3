"""The portal: pages for staff, derived from the API's document; it holds no business rule and no SQL."""
