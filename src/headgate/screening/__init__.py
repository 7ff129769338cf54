"""What a name gives away: findings, a verdict and a proposed alias for each header."""

from headgate.screening.characters import tidy
from headgate.screening.finding import Category, Finding, Screened, Verdict
from headgate.screening.screen import screen
from headgate.screening.vocabulary import vocabulary_id

__all__ = ["Category", "Finding", "Screened", "Verdict", "screen", "tidy", "vocabulary_id"]
