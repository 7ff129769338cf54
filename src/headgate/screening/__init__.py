"""What a name gives away: findings, a verdict and a proposed alias for each header."""
