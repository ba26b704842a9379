apk add --quiet --no-cache python3
COMMIT=$CI_COMMIT_SHA
GIT_TAG=${CI_COMMIT_TAG:-}
# Keys of another login would win over the role.
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE
# A builder takes the certificates of the docker service from a context alone.
docker context create service >&2
export DOCKER_CONTEXT=service
unset DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH
log_in() {
    export AWS_WEB_IDENTITY_TOKEN_FILE="$work/web-identity"
    (umask 077 && printf '%s' "$WEB_IDENTITY" > "$work/web-identity")
}
