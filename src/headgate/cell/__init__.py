"""The sealed process that sees rows: what it is asked, what it gives back, and what runs inside it."""
