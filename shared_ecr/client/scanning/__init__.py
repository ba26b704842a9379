"""Ask ECR and Amazon Inspector what they found in an image, and wait until the answer is a result.

`runnable_images` finds the images of an index, `registry_scanning` reads which kind of scanning a repository
has, `looks` asks for one scan, `watches` decides when an answer is a result, and `gate` is all of it.
"""
