"""People who work here: divisions, organisations, users, posts, sign-in, and the one question "may they?"."""
