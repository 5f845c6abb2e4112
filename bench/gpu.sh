#!/usr/bin/env bash
# All that is to be measured on a real GPU, in one call on a bare machine: the adapter and its matrix units, correctness on
# the device, the Audio-JEPA step in f32 and f16 with PyTorch beside it, products in every back end, profiles, the GPU tests.
#
#   bench/gpu.sh [--out FOLDER] [--budget SECONDS] [--small]
#
# --small    the same on a processor that plays GPU, at small sizes: proof that the script works
# --budget   all of it within this time (default 560); what is left over is skipped, and said
#
# Offline, JEPAC_OFFLINE names a folder that `bench/gpu/pack.sh` filled: Node, packages and the Vulkan loader.
# JEPAC_PYTHON is the Python with PyTorch (default python3). Writes gpu.md, gpu.jsonl, log.txt and profiles.
set -uo pipefail
cd "$(dirname "$0")/.."
out=build/gpu budget=560 small=
while [ $# -gt 0 ]; do
  case $1 in
    --out) out=$2; shift 2 ;;
    --budget) budget=$2; shift 2 ;;
    --small) small=1; shift ;;
    *) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done
mkdir -p "$out"
out=$(cd "$out" && pwd)
: >"$out/gpu.md"; : >"$out/gpu.jsonl"; : >"$out/log.txt"
started=$SECONDS

say() { echo "$*" | tee -a "$out/gpu.md"; }

# plain TITLE SECONDS COMMAND...: a part whose output is text as it stands, not Markdown.
plain() {
  local title=$1 limit=$2 status; shift 2
  part "$title" "$limit" bash -c 'echo "\`\`\`"; "$@"; status=$?; echo "\`\`\`"; exit $status' -- "$@"
}

# part TITLE SECONDS COMMAND...: at most that long and never past the budget. JSON lines go to gpu.jsonl, the rest to gpu.md.
part() {
  local title=$1 limit=$2 left=$((budget - SECONDS + started)); shift 2
  say ""; say "## $title"; say ""
  if [ "$left" -lt 15 ]; then say "skipped: the time is up"; return 1; fi
  [ "$limit" -gt "$left" ] && limit=$left
  local at=$SECONDS status
  timeout --kill-after=5 "$limit" "$@" 2>>"$out/log.txt" | tee -a "$out/log.txt" | awk -v json="$out/gpu.jsonl" '/^\{/ { print >>json; fflush(json); next } { print; fflush() }' | tee -a "$out/gpu.md"
  status=${PIPESTATUS[0]}
  [ "$status" -eq 0 ] || say "ended with $status after $((SECONDS - at)) s; its last words: $(tail -n 3 "$out/log.txt" | tr '\n' ' ' | cut -c 1-500)"
  return "$status"
}

. bench/gpu/machine.sh
python=${JEPAC_PYTHON:-python3}
"$python" -c "import torch" 2>/dev/null || python=
export JEPAC_PYTHON=${python:-none}

say "# $(date -u +%F), $( (nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || uname -m) 2>/dev/null | paste -sd';')"
say ""
say "$(git log -1 --format='commit %h of %cs' 2>/dev/null || echo 'no commit known'), node $(node --version), $(nproc) cores"

part "Adapter" 30 node bench/gpu/adapter.mjs ${small:+--software} || { say "no GPU to measure: log.txt has more; --small measures a processor"; exit 1; }

if [ -n "$small" ]; then
  step=(--preset tiny --steps 3) torch=(--small --batch 4 --steps 1) tests=(test/bench/kit.gpu.test.mjs) attention=()
else
  step=(--batch 256) torch=(--batch 256) tests=() attention=(--batch 256 --heads 12)
fi
export NO_COLOR=1
vitest=(node node_modules/vitest/vitest.mjs run --reporter=dot --project device)

plain "Right on this device" 90 "${vitest[@]}" test/bench/kit.gpu.test.mjs test/e2e/goldens.gpu.test.ts test/e2e/precision.gpu.test.ts ${small:+-t "benchmark"}
for precision in $(node bench/gpu/precisions.mjs); do
  part "Audio-JEPA, $precision" 120 node bench/audio-jepa.mjs "${step[@]}" --precision "$precision" --json
done
if [ -n "$python" ]; then
  part "Audio-JEPA in PyTorch, f32" 60 "$python" bench/peers/audio-jepa.py "${torch[@]}" --precision f32
  [ -z "$small" ] && for precision in tf32 bf16 f16; do
    part "Audio-JEPA in PyTorch, $precision" 45 "$python" bench/peers/audio-jepa.py "${torch[@]}" --precision "$precision"
  done
  [ -z "$small" ] && for precision in f32 f16; do
    part "Audio-JEPA in PyTorch, compiled, $precision" 90 "$python" bench/peers/audio-jepa.py "${torch[@]}" --precision "$precision" --compile
  done
fi
for precision in $(node bench/gpu/precisions.mjs); do
  part "Products, $precision" 60 node bench/matmul.mjs --skip peers ${small:+--small} --precision "$precision" --json
done
for tokens in 64 128; do
  part "Attention over $tokens tokens, as a chain and as kernels" 30 node bench/attention.mjs --tokens $tokens "${attention[@]}"
done
for precision in $(node bench/gpu/precisions.mjs); do
  plain "Profile, $precision" 60 bash bench/gpu/profile.sh "$out" "$precision" ${small:+--preset tiny --target software}
done
[ -d bench/peers/node_modules ] && [ -z "$small" ] && part "Beside the peers" 90 node bench/peers.mjs --rounds 1 --patience 0 --json
plain "The GPU tests" "$budget" "${vitest[@]}" "${tests[@]}"
say ""; say "$((SECONDS - started)) s in all"
