"""Write the address of the repository wherever this project names its own: the only place to change it is this command.

python scripts/address.py https://github.com/acme/shared-ecr
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Templates under integrations/ and the how-tos about them are for copies in other repositories: OWNER stays there.
FILES = ("pyproject.toml", "docs/tutorials/quick-start.md", "SECURITY.md")


def renamed(text: str, before: str, after: str) -> str:
    """Return *text* with the address *before* replaced by *after*, also as OWNER/NAME and as the site of its pages."""
    text = text.replace(site_of(before), site_of(after)).replace(before, after)
    return re.sub(rf"(?<![\w/]){re.escape(slug_of(before))}\b", slug_of(after), text)


def slug_of(address: str) -> str:
    """Return OWNER/NAME of *address*."""
    return "/".join(address.split("/")[-2:])


def site_of(address: str) -> str:
    """Return where GitHub Pages publishes the documentation of *address*."""
    owner, name = slug_of(address).split("/")
    return f"https://{owner}.github.io/{name}"


def main(address: str) -> int:
    """Write *address* into every file of the list, or refuse what is not an address."""
    if not re.fullmatch(r"https://[\w.-]+/[\w.-]+/[\w.-]+", address):
        sys.stderr.write(f"{address} is not the address of a repository, such as https://github.com/acme/shared-ecr\n")
        return 2
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name in FILES:
        path = ROOT / name
        path.write_text(
            renamed(path.read_text(encoding="utf-8"), project["urls"]["Repository"], address), encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
