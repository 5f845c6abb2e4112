#!/usr/bin/env bash
# Builds the Audio-JEPA model and profiles its step: bench/gpu/profile.sh OUT PRECISION [build options]
set -euo pipefail
out=$1 precision=$2
shift 2
[ "$precision" = f32 ] || set -- "$@" --precision "$precision"
node dist/cli/main.js build models/audio-jepa.jm "$@" --out "build/profile-$precision"
node dist/cli/main.js profile "build/profile-$precision" --html "$out/profile-$precision.html" --top 40
