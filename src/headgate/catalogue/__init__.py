"""What each column means, from its name and its local type: role, quantity, unit, medium, fold."""

from headgate.catalogue.meaning import Fold, Meaning, Medium, Origin, Quantity, Role
from headgate.catalogue.understand import understand

__all__ = ["Fold", "Meaning", "Medium", "Origin", "Quantity", "Role", "understand"]
