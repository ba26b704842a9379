"""`python -m local.command_line ARGUMENTS`: the commands under test with the least of a main around them."""

import argparse
import sys

from shared_ecr.cli.local import add_parser
from shared_ecr.findings.errors import SharedEcrError


def main() -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers(required=True))
    arguments = parser.parse_args()
    try:
        return int(arguments.run(arguments))
    except SharedEcrError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
