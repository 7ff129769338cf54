"""The plan: typed analyses over columns by id, what may be in it, and how an answer becomes one."""
