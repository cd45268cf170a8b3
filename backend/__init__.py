"""Business code: domains in a fixed order; knows no page toolkit."""
