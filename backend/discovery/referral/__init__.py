"""转介 (DOMAIN §4.7): a need handed to another organisation, from being sent to the visit that confirms the help."""
