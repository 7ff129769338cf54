"""The plan: typed analyses over columns by id, what may be in it, and how an answer becomes one."""

from headgate.plan.check import check
from headgate.plan.document import from_json, to_json
from headgate.plan.language import Analysis, Derived, Dropped, Plan, Question
from headgate.plan.merge import merge
from headgate.plan.parse import parse
from headgate.plan.planner import propose
from headgate.plan.repeat import Repeat, repeat

__all__ = [
    "Analysis",
    "Derived",
    "Dropped",
    "Plan",
    "Question",
    "Repeat",
    "check",
    "from_json",
    "merge",
    "parse",
    "propose",
    "repeat",
    "to_json",
]
