"""What another lifecycle policy takes away: by the policies alone (`losses`), or of images that are there.

`claims` says which rules decide about an image of each kind, `words` says both in words.
"""
