#!/usr/bin/env bash
# Packs what gpu.sh needs on a machine without a network: this Node, the built project's packages, and Debian's Vulkan loader.
#   bench/gpu/pack.sh FOLDER      then, over there: JEPAC_OFFLINE=FOLDER bench/gpu.sh
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,3s/^# \{0,1\}//p' "$0"; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
npm run build >/dev/null
staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
cp "$(readlink -f "$(command -v node)")" "$staging/node"
strip "$staging/node" 2>/dev/null || true
mkdir "$staging/runtime"
cp -a dist "$staging/dist"
cp -a runtime/dist "$staging/runtime/dist"
platform=linux-$(node -p process.arch)
# What checks and formats the sources is not needed to run them.
tar -cf - --exclude='node_modules/*eslint*' --exclude='node_modules/@types' --exclude='node_modules/typescript/lib/tsserver*' \
  $(ls -d node_modules/webgpu/dist/* | grep -v "$platform" | sed 's/^/--exclude=/') node_modules | tar -xf - -C "$staging"
tar -cf - -C "$staging" node node_modules dist runtime | xz -T0 -6 >"$folder/jepac.tar.xz"
if command -v apt-get >/dev/null; then
  (cd "$folder" && rm -f ./*.deb && apt-get download libvulkan1 libegl1 libglvnd0 libgl1 libglx0 libx11-6 libxext6 libxcb1 libxau6 libxdmcp6 libbsd0 libmd0 2>/dev/null && for deb in *%3a*; do mv "$deb" "${deb//%3a/-}"; done) || echo "no Vulkan loader packed: apt-get download failed" >&2
fi
du -sh "$folder"
