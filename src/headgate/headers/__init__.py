"""Where rows, names and words come from: reading the headers of a table, and nothing else of it."""
