"""What another lifecycle policy now takes away: by the policies alone (`losses`), or of images that are there.

`claims` says which rules decide about an image of each kind, `words` shows both for people.
"""
