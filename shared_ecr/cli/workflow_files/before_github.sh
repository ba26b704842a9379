COMMIT=$GITHUB_SHA
GIT_TAG=
if [ "$GITHUB_REF_TYPE" = tag ]; then GIT_TAG=$GITHUB_REF_NAME; fi
# Keys of another login would win over the role.
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE
log_in() {
    export AWS_WEB_IDENTITY_TOKEN_FILE="$work/web-identity"
    # The request's own token goes to curl on stdin, so that no other process can read it.
    printf 'header = "Authorization: bearer %s"\n' "$ACTIONS_ID_TOKEN_REQUEST_TOKEN" |
        curl --silent --show-error --fail --retry 3 --config - "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com" |
        (umask 077 && jq --exit-status --raw-output --join-output .value > "$work/web-identity")
}
