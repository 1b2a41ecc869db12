#!/bin/sh
# The main job from end to end, on the AWS of this machine: no account, no credentials, no Docker.
# `make demo` runs it. It leaves no process, and no file but the caches of the user.
set -eu

cd "$(dirname "$0")/.."
folder=$(mktemp -d "$PWD/.demo-XXXXXX")
finish() {
    status=$?
    cd / && rm -rf "$folder"
    if [ "$status" -ne 0 ]; then
        maestro local stop >/dev/null 2>&1 || true
        echo "the demo failed with status $status" >&2
    fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

cd "$folder"
show maestro new approval -t approval --no-git
printf '\n$ cd approval\n'
cd approval
show maestro validate
printf '\n$ maestro synth | head -20\n'
maestro synth > "$folder/template.yaml"
head -20 "$folder/template.yaml"
show maestro deploy --local
show maestro run --local -i events/accepted.json
show maestro teardown --local --force
show maestro local stop
show maestro local status
