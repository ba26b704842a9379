printf '%s\n' "$reference" > "${TMPDIR:-/tmp}/image-reference"
printf '%s\n' "$reference"
