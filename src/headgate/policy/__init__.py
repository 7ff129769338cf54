"""The promise and its rules as a user reads them: a shipped, versioned text that every approval is bound to."""

from headgate.policy.text import policy_id, policy_text

__all__ = ["policy_id", "policy_text"]
