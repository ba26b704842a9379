# Build the image of one commit once, push it, and give it the version tag where the commit has one. Run it again, and
# it prints the same digest. The values come from a git push: they are passed on in quotes and never read as a script.
work=$(mktemp -d)
builder=
clean_up() {
    if [ -n "$builder" ]; then docker buildx rm "$builder" >/dev/null 2>&1 || true; fi
    rm -rf "$work"
}
trap clean_up EXIT
python3 -I -m venv "$work/tools"
"$work/tools/bin/python" -I -m pip install --quiet --disable-pip-version-check "$PACKAGE"
tag=sha-$COMMIT
# A tag that is stored again changes nothing. Exit 4 says that there is no such image yet, or that AWS denies the login;
# then an hour of building would end in the same denial.
look() { "$work/tools/bin/shared-ecr" tag "$REPOSITORY:$tag" "$tag" 2>"$work/look"; }
log_in
status=0
reference=$(look) || status=$?
if [ "$status" = 4 ] && ! grep -q 'AWS does not allow' "$work/look"; then
    if [ -n "$EMULATORS" ]; then
        docker run --privileged --rm \
            tonistiigi/binfmt:qemu-v10.2.3@sha256:400a4873b838d1b89194d982c45e5fb3cda4593fbfd7e08a02e76b03b21166f0 \
            --install "$EMULATORS" >&2
    fi
    # The builder of an engine itself writes no OCI archive.
    builder=$(docker buildx create --driver docker-container --driver-opt \
        image=moby/buildkit:v0.33.1@sha256:cec9f139f45e93c5c69c60f8b07cfad9f43f4ef6b6a6cd917527fea5ff2e3dea)
    set -- --builder "$builder" --file "$DOCKERFILE" --platform "$PLATFORMS" \
        --label "org.opencontainers.image.revision=$COMMIT" --output "type=oci,dest=$work/image.tar"
    if [ -n "${CACHE:-}" ]; then
        mkdir -p "$CACHE"
        set -- "$@" --cache-from "type=local,src=$CACHE" --cache-to "type=local,dest=$work/cache,mode=max"
    fi
    docker buildx build "$@" "$CONTEXT" >&2
    # Written anew each time: a cache that is only added to grows without an end.
    if [ -n "${CACHE:-}" ]; then rm -rf "${CACHE:?}"/* && cp -R "$work/cache/." "$CACHE/"; fi
    # A build can take longer than a token lives.
    log_in
    status=0
    reference=$("$work/tools/bin/shared-ecr" push "$work/image.tar" "$REPOSITORY:$tag") || status=$?
    # Refused: another job may have pushed the image of this commit meanwhile.
    if [ "$status" = 4 ] && reference=$(look); then status=0; fi
elif [ "$status" != 0 ]; then
    cat "$work/look" >&2
fi
if [ "$status" != 0 ]; then exit "$status"; fi
# Three numbers: a tag such as v1 is one that is moved.
if printf '%s\n' "$GIT_TAG" | grep -Eqx 'v?[0-9]+\.[0-9]+\.[0-9]+([.-][0-9A-Za-z.-]+)?'; then
    "$work/tools/bin/shared-ecr" tag "$REPOSITORY:$tag" "${GIT_TAG#v}" >/dev/null
fi
