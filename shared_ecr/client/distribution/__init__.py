"""The OCI distribution API of one repository: manifests, blobs and tags, read and written.

`repository` asks and stores, `opening` lends one. Up: `presence` finds out which blobs are there, `uploads` moves one,
`referrer_lists` keeps the list of what is about an image where the registry keeps none. Down: `downloads` streams one
blob, `pulls` and `layouts` bring an image. `tags`, `pages` and `looking` only look; `refusals` reads what a registry
says when it says no.
https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""
