#!/bin/sh
# Replicas of one service need names of their own: the container's. Then node takes this process's place, so
# that it gets the signals.
set -eu
INSTANCE_ID="${INSTANCE_ID:-${SERVICE%-service}-$(hostname)}"
export INSTANCE_ID
# shellcheck disable=SC2086 # flags are words
exec node ${NODE_FLAGS:-} dist/bundle/main.js
