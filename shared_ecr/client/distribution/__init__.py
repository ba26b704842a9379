"""The OCI distribution API of one repository: manifests, blobs and tags, read and written.

`repository` asks and stores, `uploads` moves one blob up, `pulls` and `layouts` bring an image down, `looking` only
looks, `refusals` reads what a registry says when it says no.
https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""
