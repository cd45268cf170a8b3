"""What the public may see, masked, and what it may send: notices, progress, applications from home."""
