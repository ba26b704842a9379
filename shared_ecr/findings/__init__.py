"""What was found wrong and who accepted it: the one vocabulary of check, lint, fate, access and review."""
