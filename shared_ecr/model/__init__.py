"""What can be declared: frozen values that are valid once they exist, and render themselves as plain data.

`names` parses accounts, Regions, repositories, tags and digests once. `registry` is the whole, `repositories` one
member of it. `permissions` turns grants to `principals` into policy statements, `lifecycle` is the grammar of lifecycle
policies, `settings` holds what belongs to a registry as a whole, `mirrors` what is copied from elsewhere. Nothing here
reads a file, knows AWS's SDK or decides the fate of an image.
"""
