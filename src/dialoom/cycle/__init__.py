"""From real logs to a better classifier in rounds: diagnose, plan, generate, gate, mix, evaluate, note what changed."""
