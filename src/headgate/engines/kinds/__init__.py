"""The kinds of analysis, one module each."""
