# Recovery to a moment, as docs/BACKUP.md describes it: a cluster that archives its WAL, a base backup, orders
# before and after a moment, and a second cluster brought to that moment. $BIN holds PostgreSQL's programs.
# Prints the number of orders at the moment, at the end, and in the recovered database.
dir=$(mktemp -d)
server=
as_postgres() (
    cd "$dir"
    if ((EUID == 0)); then exec runuser -u postgres -- "$@"; fi
    exec "$@"
)
finish() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    for cluster in data restored; do
        [[ ! -e $dir/$cluster/postmaster.pid ]] ||
            as_postgres "$BIN/pg_ctl" stop --silent -D "$dir/$cluster" -m immediate || true
    done
    rm -rf "$dir"
}
trap finish EXIT
((EUID != 0)) || chown postgres "$dir"
address="postgres://postgres@localhost/postgres?host=$dir"
count() { psql -qAt "$address" -c 'SELECT count(*) FROM orders'; }

as_postgres mkdir archive
as_postgres "$BIN/initdb" -D data --username postgres --auth trust --encoding UTF8 --no-locale >"$dir/initdb.log"
as_postgres tee -a data/postgresql.conf >/dev/null <<END
listen_addresses = ''
unix_socket_directories = '$dir'
archive_mode = on
archive_command = 'test ! -f $dir/archive/%f && cp %p $dir/archive/%f'
END
as_postgres "$BIN/pg_ctl" start --silent --wait -D data -l log

mkfifo "$dir/greeting"
"$PROGRAM" serve --fqdn omantel.example --currency OMR --database-url "$address" --data "$dir/sovereign" \
    --listen 127.0.0.1:0 --json >"$dir/greeting" 2>"$dir/serve.log" &
server=$!
exec 3<"$dir/greeting"
until [[ ${line-} == *http://* ]]; do read -r line <&3; done
url=$(grep -o 'http://127.0.0.1:[0-9]*' <<<"$line" | head -n 1)
mint() { sovereign token mint --role "$1" --email "$1@example.com" --database-url "$address" --data "$dir/sovereign"; }
admin=$(mint sovereign-admin)
member=$(mint member)
order() {
    local organization
    curl -sfS "$url/billing/vouchers/issue" -H "Authorization: Bearer $admin" \
        -d '{"code":"PITR-'"$1"'","credit_omr":20}' >/dev/null
    organization=$(curl -sfS "$url/tenant/orgs" -H "Authorization: Bearer $member" \
        -d '{"slug":"pitr-'"$1"'","name":"P","plan_id":"m"}' | jq -r .id)
    curl -sfS "$url/billing/checkout" -H "Authorization: Bearer $member" \
        -d '{"plan_id":"m","tenant_id":"'"$organization"'","promo_code":"PITR-'"$1"'"}' >/dev/null
}

order 1
as_postgres "$BIN/pg_basebackup" --dbname "$address" --pgdata base --checkpoint fast
order 2
order 3
moment=$(psql -qAt "$address" -c 'SELECT now()')
count
order 4
count
psql -qAt "$address" -c 'SELECT pg_switch_wal()' >/dev/null
kill "$server"
wait "$server"
server=
as_postgres "$BIN/pg_ctl" stop --silent --wait -D data -m fast

as_postgres cp -a base restored
as_postgres tee -a restored/postgresql.auto.conf >/dev/null <<END
archive_mode = off
restore_command = 'cp $dir/archive/%f %p'
recovery_target_time = '$moment'
recovery_target_action = 'promote'
END
as_postgres touch restored/recovery.signal
as_postgres "$BIN/pg_ctl" start --silent --wait -D restored -l restored.log
until [[ $(psql -qAt "$address" -c 'SELECT pg_is_in_recovery()' 2>/dev/null) == f ]]; do :; done
count
sovereign verify --database-url "$address" --data "$dir/sovereign" >&2
