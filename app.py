"""Read the declaration, define its stacks, synthesise. No decisions here.

`cdk deploy -c declaration=team.yaml` reads another file. `shared-ecr init --app FOLDER` writes a project of your own.
"""

import sys

from shared_ecr_constructs.app import synthesize_app
from stacks import define_stacks

if __name__ == "__main__":
    sys.exit(synthesize_app(define_stacks))
