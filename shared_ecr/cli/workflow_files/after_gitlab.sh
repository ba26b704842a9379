printf 'IMAGE_REFERENCE=%s\n' "$reference" > image.env
