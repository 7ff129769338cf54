"""What each column means, from its name and its local type: role, quantity, unit, medium, fold."""
