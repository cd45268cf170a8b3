"""A generic engine: a project's path is a list of steps, each of a kind that knows its actions and their guards."""
