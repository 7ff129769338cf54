"""A person's decisions about the headers of one table, closed into an approved manifest."""
