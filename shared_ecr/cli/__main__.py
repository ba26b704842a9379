"""`python -m shared_ecr.cli` is `shared-ecr`, for where the script is not on PATH."""

from shared_ecr.cli.main import run

run()
