# Sourced by gpu.sh: brings what the machine lacks to run jepac. Libraries go below /tmp: one of another system's put over
# the machine's own could break it.
unpacked=/tmp/jepac-offline
if [ -n "${JEPAC_OFFLINE:-}" ]; then
  mkdir -p "$unpacked/libraries"
  for deb in "$JEPAC_OFFLINE"/*.deb; do [ -e "$deb" ] && dpkg -x "$deb" "$unpacked/libraries"; done
  for archive in "$JEPAC_OFFLINE"/*.tar.xz; do [ -e "$archive" ] && tar -xJf "$archive" -C "$unpacked"; done
  [ -x "$unpacked/node" ] && export PATH="$unpacked:$PATH"
  for part in node_modules dist runtime/dist; do
    [ -e "$part" ] || mv "$unpacked/$part" "$part"
  done
fi
# Only where the system has no loader of its own.
if ! ldconfig -p 2>/dev/null | grep -q libvulkan.so.1; then
  export LD_LIBRARY_PATH="$unpacked/libraries/usr/lib/$(uname -m)-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
# NVIDIA's driver may be there without the manifest by which the loader finds it.
if [ -e /dev/nvidiactl ] && [ -z "${VK_DRIVER_FILES:-}" ]; then
  manifest=$(find /etc/vulkan /usr/share/vulkan /usr/local/nvidia /opt/nvidia -name 'nvidia_icd*.json' 2>/dev/null | head -n 1)
  if [ -z "$manifest" ]; then
    mkdir -p "$unpacked"
    manifest=$unpacked/nvidia_icd.json
    echo '{ "file_format_version": "1.0.1", "ICD": { "library_path": "libGLX_nvidia.so.0", "api_version": "1.3.0" } }' >"$manifest"
  fi
  export VK_DRIVER_FILES=$manifest
fi
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/tmp}
[ -d node_modules ] || npm ci
[ -d dist ] || npm run build
