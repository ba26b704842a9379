"""HTML pages that need no network: one head for all of them, with a content security policy.

A page loads nothing, and runs only the script that it was written with: the policy names the hash of it, so that no
script runs that a name or a policy could smuggle in. Data is in a block of its own, which browsers do not run.
https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP
"""

import base64
import hashlib
import json
from collections.abc import Iterable

from shared_ecr.text.markdown import html


def page(title: str, style: str, body: Iterable[str], *, script: str = "", data: object = None) -> str:
    """Return a whole page.

    Args:
        title: the title of the window.
        style: the style sheet.
        body: the lines of the body, as HTML.
        script: a script that runs at the end of the body; it finds *data* in the element `data`.
        data: what the script shows, as JSON.
    """
    runs = f"; script-src 'sha256-{_hash(script)}'" if script else ""
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'{runs}"
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><link rel="icon" href="data:,">',
        f"<title>{html(title)}</title><style>{style}</style></head>",
        "<body>",
        *body,
    ]
    if script:
        lines += [f'<script type="application/json" id="data">{_json(data)}</script>', f"<script>{script}</script>"]
    return "\n".join([*lines, "</body></html>"])


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _json(data: object) -> str:
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    # Within a script element only these could end it or begin a comment.
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
