"""Attachments: what was uploaded, by whom, of what kind and digest, and who may read it. Content lies in `storage`."""
