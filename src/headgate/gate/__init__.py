"""The only code that can open a connection to a provider, and the only thing it can send: approved names."""

from headgate.gate.envelope import Envelope, envelope, wire_bytes
from headgate.gate.send import DEFAULT_TEMPLATE, Answer, Gate, hold_budget, left
from headgate.gate.template import Template, load_template
from headgate.gate.transport import TlsFacts

__all__ = [
    "DEFAULT_TEMPLATE",
    "Answer",
    "Envelope",
    "Gate",
    "Template",
    "TlsFacts",
    "envelope",
    "hold_budget",
    "left",
    "load_template",
    "wire_bytes",
]
