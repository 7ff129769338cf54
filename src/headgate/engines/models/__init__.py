"""The models behind some kinds: pure functions on small sequences, without the rows."""
