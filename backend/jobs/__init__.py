"""Background work: the worker that runs it, and the pages that show how far it is."""
