"""Who may be asked, where and how: one profile for each provider."""
