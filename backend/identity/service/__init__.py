"""What can be done: sign in and out, end sessions (`signing_in`)."""
