"""The wire formats providers speak, one module each: `body` says what is asked, `text` finds the answer's text."""
