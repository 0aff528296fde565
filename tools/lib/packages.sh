# What Daybook needs from Debian. Sourced after shell.sh.

daybook_packages=(
    postgresql-15 redis-server libpq-dev libhiredis-dev libssl-dev openssl libzip-dev liblz4-dev
    pkg-config
)

# Installs what is missing, of these and of the packages named, and nothing else: with everything in place apt is not even
# called. What is there is never upgraded, since new files under a running Postgres break it.
install_missing_packages() {
    local package missing=()
    for package in "${daybook_packages[@]}" "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0

    local root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "install these packages first, as root: ${missing[*]}"
        root=(sudo)
    fi
    command -v apt-get >/dev/null || fail "this is not Debian; install what these packages bring: ${missing[*]}"
    echo "installing ${missing[*]}" >&2
    "${root[@]}" bash -euo pipefail -s "${missing[@]}" <<<"$(declare -f install_without_services)
        install_without_services \"\$@\"" >&2
}

is_installed() {
    [[ $(dpkg-query --show --showformat '${Status}' "$1" 2>/dev/null) == "install ok installed" ]]
}

# Runs as root. Packages start their services and Debian's Postgres makes a cluster, unless told not to; ours are private.
install_without_services() {
    # Not local: the trap runs when the function has returned.
    policy=/usr/sbin/policy-rc.d
    clusters=/etc/postgresql-common/createcluster.conf
    export DEBIAN_FRONTEND=noninteractive
    undo() {
        if [[ -e $policy.daybook ]]; then rm -f "$policy" "$policy.daybook"; fi
        if [[ -e $clusters.daybook ]]; then mv -f "$clusters.daybook" "$clusters"; fi
    }
    trap undo EXIT
    if [[ ! -e $policy ]]; then
        # Marked before it is made, so that a run that died half-way is cleaned up after by the next.
        touch "$policy.daybook"
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    local apt=(apt-get -o DPkg::Lock::Timeout=300 -y)
    "${apt[@]}" -qq update
    local services=() package
    for package in "$@"; do
        case $package in
            postgresql-15) services+=(postgresql.service) ;;
            redis-server) services+=(redis-server.service) ;;
            nginx-light) services+=(nginx.service) ;;
        esac
    done
    if [[ " $* " == *" postgresql-15 "* ]]; then
        "${apt[@]}" install --no-upgrade --no-install-recommends postgresql-common
        cp -p "$clusters" "$clusters.daybook"
        printf '\ncreate_main_cluster = false\n' >>"$clusters"
    fi
    "${apt[@]}" install --no-upgrade --no-install-recommends "$@"
    # What the packages enabled would start with the machine's next boot.
    if ((${#services[@]})) && command -v systemctl >/dev/null; then
        SYSTEMD_OFFLINE=1 systemctl disable --quiet "${services[@]}"
    fi
}

# install_python_tools REQUIREMENTS NAME: installs what a file of requirements lists into a Python of its own, in a folder of the
# user's cache, and prints that Python's folder. With everything in place nothing is asked of the network.
install_python_tools() {
    local requirements=$1 folder=${DAYBOOK_PYTHON_TOOLS:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/daybook}/$2 lock
    mkdir -p "$folder"
    # One at a time: tests of several runs may ask at once.
    exec {lock}>"$folder/lock"
    flock "$lock"
    if ! cmp --silent "$requirements" "$folder/installed"; then
        rm -rf "$folder/installed" "$folder/python"
        python3 -m venv "$folder/python" >&2 || {
            install_missing_packages python3-venv
            python3 -m venv --clear "$folder/python" >&2
        }
        "$folder/python/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements" >&2
        cp "$requirements" "$folder/installed"
    fi
    exec {lock}>&-
    echo "$folder/python"
}
