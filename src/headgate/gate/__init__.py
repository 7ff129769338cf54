"""The only code that can open a connection to a provider, and the only thing it can send: approved names."""
