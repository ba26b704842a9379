"""Builds on a git push: which refs of a source are built, for which platforms, and what a job runs.

refs           branches and tags as patterns, in the grammars of GitHub, GitLab and CodeBuild
paths          the Dockerfile and the build context, inside the source
platforms      what the images are built for
sources        the git repository, and the connection by which CodeBuild reads it
scripts        the shell script that builds and pushes, the same in every CI system
ci_jobs        the jobs of GitHub Actions and GitLab that grants allow to push
image_builds   the builds of a declaration
projects       one build as a CodeBuild project: its machine, its role, what starts it
buildspecs     what that project runs
"""
