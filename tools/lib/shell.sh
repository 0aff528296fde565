# What the tools share: errors, Swift, children that end with them. Sourced; needs bash with `set -euo pipefail`.

# The lock on the data folder, which no child inherits; until there is one, something harmless to close.
exec {data_lock}</dev/null
child=''

fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}

find_swift() {
    command -v swift >/dev/null && return
    local bin
    for bin in /opt/swift/usr/bin /usr/local/swift/usr/bin "${HOME:-/nonexistent}/.local/share/swiftly/bin"; do
        if [[ -x $bin/swift ]]; then
            PATH=$bin:$PATH
            return
        fi
    done
    fail "Swift 6.3 is needed: https://www.swift.org/install/linux/"
}

# wait_for_end PID TENTHS
wait_for_end() {
    local i
    for ((i = 0; i < $2; i++)); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    return 1
}

# Runs a command in the background, in a process group of its own that Ctrl-C in the terminal does not reach: what is to
# be stopped, and in which order, is decided by the caller's traps. Sets $child.
start_child() {
    setsid "$@" </dev/null {data_lock}>&- &
    child=$!
}

# Runs a command so that a signal to this shell is acted on at once, not after it.
run_child() {
    start_child "$@"
    local status=0
    wait "$child" || status=$?
    child=''
    return "$status"
}

# Ends the child, at first gently.
stop_child() {
    [[ -n ${child:-} ]] || return 0
    kill -TERM -- "-$child" 2>/dev/null || true
    wait_for_end "$child" 200 || kill -KILL -- "-$child" 2>/dev/null || true
    child=''
}

# Ends whatever names the folder, which nobody else does: servers whose test or benchmark was killed.
end_strays() {
    local process
    for process in /proc/[0-9]*; do
        [[ ${process#/proc/} != "$$" ]] || continue
        if grep -q --fixed-strings --text -- "$1" "$process/cmdline" "$process/environ" 2>/dev/null; then
            kill -KILL "${process#/proc/}" 2>/dev/null || true
        fi
    done
}
