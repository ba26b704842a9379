"""Builds on a git push: which refs of a source are built, for which platforms, and what a job runs.

refs         branches and tags as patterns, in the grammars of GitHub, GitLab and CodeBuild
paths        the Dockerfile and the build context, inside the source
platforms    what the images are built for
scripts      the shell script that builds and pushes, the same in every CI system
"""
