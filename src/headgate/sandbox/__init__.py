"""Processes of their own, sealed by the system before they load anything large, and the closed channel to them."""
