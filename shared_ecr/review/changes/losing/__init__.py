"""What a new lifecycle policy loses: decided from the policies (`losses`), or from the existing images.

`claims` says which rules decide about an image of each kind, `words` says both in words.
"""
