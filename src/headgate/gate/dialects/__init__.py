"""The wire formats providers speak, one module each."""
