COMMIT=$CODEBUILD_RESOLVED_SOURCE_VERSION
GIT_TAG=
case ${CODEBUILD_WEBHOOK_HEAD_REF:-} in refs/tags/*) GIT_TAG=${CODEBUILD_WEBHOOK_HEAD_REF#refs/tags/} ;; esac
# The role of the project is there from the start, and its keys are renewed.
log_in() { :; }
