#!/bin/sh
# The bytes of an OCI layout and nothing else: LAYOUT PORT.
# One curl begins the uploads, another sends the blobs; an upload is as good for one blob as for another.
set -e
cd "$1/blobs/sha256"
curl="curl --silent --fail --parallel --parallel-immediate --parallel-max 8"
$curl --request POST --write-out '%header{location}\n' --output /dev/null \
    "http://127.0.0.1:$2/v2/bench/blobs/uploads/?of=[1-$(ls | wc -l)]" >"$1.uploads"
{
    printf 'header = "Expect:"\nheader = "Content-Type: application/octet-stream"\n'
    ls -S | paste - "$1.uploads" | while read -r blob upload; do
        printf 'upload-file = "%s"\nurl = "%s&digest=sha256:%s"\noutput = "/dev/null"\n' "$blob" "$upload" "$blob"
    done
} >"$1.sent"
exec $curl --config "$1.sent"
