# Shell functions that quickstart and tests/run share: which packages a list names, and installing
# those that are missing. Meant to be sourced by bash with `set -euo pipefail` in force.

fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  shift
  if [ $# -gt 0 ]; then printf '  %s\n' "$@" >&2; fi
  exit 1
}

# The names in package lists, without comments.
packages_in() {
  sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$@"
}

# Those of the given packages that are not installed.
packages_missing() {
  local name
  for name in "$@"; do
    case $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null || true) in
      installed) ;;
      *) printf '%s\n' "$name" ;;
    esac
  done
}

require_debian_12() {
  local id='' version=''
  if [ -r /etc/os-release ]; then
    id=$(. /etc/os-release && printf '%s' "${ID:-}")
    version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-}")
  fi
  if [ "$id" = debian ] && [ "$version" = 12 ]; then return; fi
  fail "this is made for Debian 12 (bookworm), and this system is ${id:-unknown} ${version:-}" \
    "Elsewhere: install what deploy/packages.txt lists, then" \
    "cmake --preset release && cmake --build --preset release --target torhaus"
}

# Installs what is missing of the packages that the given lists name; does nothing when nothing is.
install_packages() {
  local -a wanted missing become=()
  mapfile -t wanted < <(packages_in "$@")
  mapfile -t missing < <(packages_missing "${wanted[@]}")
  if [ ${#missing[@]} = 0 ]; then return; fi
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      fail "packages are missing, and this is neither root nor is there sudo" \
        "As root: apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    become=(sudo)
  fi
  printf 'Installing %d Debian packages: %s\n' "${#missing[@]}" "${missing[*]}"
  local log
  log=$(mktemp)
  if ! { "${become[@]}" apt-get update -qq &&
    "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
      --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail "apt-get failed; its last lines are above"
  fi
  rm -f "$log"
}

# Parallel compilers: one a core, but no more than memory has room for (about 1.5 GB each).
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo)
  if [ "$memory" -lt 1 ]; then memory=1; fi
  if [ "$cores" -lt "$memory" ]; then echo "$cores"; else echo "$memory"; fi
}
