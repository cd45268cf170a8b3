"""主动发现: leads from the grid, hotlines, departments and matching; each is checked, helped on, referred or closed."""
