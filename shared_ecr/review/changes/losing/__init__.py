"""What another lifecycle policy newly takes away: by the policies alone (`losses`), or of images that are there.

`claims` says which rules decide about an image of each kind, `words` tells both for people.
"""
