"""Every change on the way of the money, by step of the work."""
