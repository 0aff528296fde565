# A private Postgres and Redis, reached by unix sockets in a folder that nobody else may enter.
# Sourced after shell.sh. Works on the folder $data:
#
#     postgres/15 postgres/log    the database and what it says
#     redis/redis.log             what Redis says; it keeps nothing
#
# and sets $postgres (superuser conninfo) and $redis (URL).

postgres_bin=/usr/lib/postgresql/15/bin
sockets=''
sockets_are_temporary=false

# Postgres refuses to run as root, so as root the stores run as the package's user.
as_stores_user() {
    if ((EUID == 0)); then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

# Makes $data, for one run at a time. It stays locked as long as this shell lives; children do not inherit the lock, so
# that what a killed run leaves behind does not keep the next one out.
claim_data_folder() {
    mkdir -p "$data" || fail "cannot make the data folder $data"
    data=$(cd "$data" && pwd -P)
    exec {data_lock}>"$data/lock"
    flock --nonblock "$data_lock" || fail "$data is in use by another run; choose another folder with --data"
    if ((EUID == 0)); then
        chmod 755 "$data"
        runuser -u postgres -- test -x "$data" || fail \
            "the user postgres cannot reach $data (a folder above it is closed to others); choose another with --data"
    else
        chmod 700 "$data"
    fi
    local part
    for part in postgres redis; do
        mkdir -p -m 700 "$data/$part"
        if ((EUID == 0)); then chown postgres: "$data/$part"; fi
    done
}

# A socket's path has at most 107 bytes, and Postgres adds 16 to the folder's.
make_sockets_folder() {
    sockets=$data/sockets
    if ((${#sockets} > 88)); then
        sockets=$(mktemp -d /tmp/daybook.XXXXXXXX)
        sockets_are_temporary=true
    fi
    mkdir -p -m 700 "$sockets"
    if ((EUID == 0)); then chown postgres: "$sockets"; fi
}

# start_stores MAX_CONNECTIONS SHARED_BUFFERS
start_stores() {
    # A run that was killed leaves its stores behind; the lock says that nobody uses them.
    stop_stores
    make_sockets_folder
    start_postgres "$1" "$2" || fail "Postgres did not start; its log ends with:
$(tail -q -n 5 "$data/postgres.log" "$data/postgres/log" 2>/dev/null)"
    start_redis
    postgres="host='$sockets' user=postgres dbname=postgres"
    redis="unix://$sockets/redis.sock"
}

start_postgres() {
    local folder=$data/postgres/15
    if [[ ! -e $folder ]]; then
        # initdb works beside it and is moved when it is done, so that one cut short is not taken for a database.
        as_stores_user rm -rf "$folder.new"
        as_stores_user "$postgres_bin/initdb" --username postgres --auth trust --encoding UTF8 --locale C.UTF-8 \
            --pgdata "$folder.new" >"$data/postgres.log" 2>&1 || return 1
        as_stores_user mv "$folder.new" "$folder"
    fi
    as_stores_user tee "$folder/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$sockets'
max_connections = $1
shared_buffers = $2
huge_pages = try
max_wal_size = 4GB
min_wal_size = 1GB
checkpoint_timeout = 15min
wal_compression = lz4
default_toast_compression = lz4
CONF
    as_stores_user "$postgres_bin/pg_ctl" start --silent --wait --timeout 120 --pgdata "$folder" \
        --log "$data/postgres/log" </dev/null >>"$data/postgres.log" 2>&1 {data_lock}>&-
}

# Everything in Redis can be rebuilt from the log, so it writes nothing to disk.
start_redis() {
    as_stores_user redis-server --port 0 --unixsocket "$sockets/redis.sock" --unixsocketperm 700 --dir "$data/redis" \
        --appendonly no --save '' --stream-node-max-bytes 1024 --maxmemory-policy noeviction \
        --daemonize yes --pidfile "$data/redis/redis.pid" --logfile "$data/redis/redis.log" >/dev/null {data_lock}>&-
    local i
    for ((i = 0; i < 100; i++)); do
        redis-cli -s "$sockets/redis.sock" ping >/dev/null 2>&1 && return
        sleep 0.05
    done
    fail "Redis did not start; its log ends with:
$(tail -n 5 "$data/redis/redis.log")"
}

# Stops what runs on $data, by its own pid files; does nothing where nothing runs.
stop_stores() {
    if [[ -s $data/postgres/15/postmaster.pid ]]; then
        as_stores_user "$postgres_bin/pg_ctl" stop --silent --mode fast --wait --timeout 60 --pgdata "$data/postgres/15" \
            >/dev/null 2>&1 || true
    fi
    local pid
    if pid=$(cat "$data/redis/redis.pid" 2>/dev/null) && is_redis "$pid"; then
        kill -TERM "$pid"
        wait_for_end "$pid" 100 || kill -KILL "$pid" 2>/dev/null || true
    fi
    if $sockets_are_temporary; then rm -rf "$sockets"; fi
}

# A pid may belong to somebody else by now: it is ours only if it works in our folder.
is_redis() {
    [[ $(readlink "/proc/$1/cwd" 2>/dev/null) == "$data/redis" ]]
}
