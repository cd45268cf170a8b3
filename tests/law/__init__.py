"""Law cases that a policy officer can read: what each project must say about a household on a day."""
