printf 'reference=%s\n' "$reference" >> "$GITHUB_OUTPUT"
