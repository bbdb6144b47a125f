# Where the local system's things are, and how its processes are started. Sourced by up, down and ctl.
. "$here/lib.sh"
root=$(cd "$here/../.." && pwd)
state=${MAMORI_STATE:-$root/.mamori}
case $state in /*) ;; *) state=$PWD/$state ;; esac
binaries=${MAMORI_BUILD:-$root/build}
case $binaries in /*) ;; *) binaries=$PWD/$binaries ;; esac
mamorictl=$binaries/services/mamorictl/mamorictl

# A path as short as the user can type it here.
shown() { case $1 in "$PWD"/*) printf '%s' "${1#"$PWD"/}" ;; *) printf '%s' "$1" ;; esac; }

# secret NAME COMMAND…: what the command prints, made once, readable by its owner alone.
secret() {
  local file=$state/secrets/$1
  shift
  [ -s "$file" ] || (umask 077 && "$@" >"$file.new" && mv "$file.new" "$file")
}

make_secrets() {
  local name
  for name in intake triage notification mail; do secret $name.password openssl rand -hex 24; done
  for name in intake triage notification; do
    secret keys-$name.password openssl rand -hex 24
    secret sealing.$name.key openssl rand -hex 32
  done
  secret webhook.key openssl rand -hex 32
  secret access.key openssl rand -hex 32
  secret memory.key openssl rand -hex 32
  secret receipt.key openssl rand -hex 32
  secret identity.key openssl rand -hex 32
  secret sealing.key openssl rand -hex 32
  for name in intake triage notification; do
    secret audit.$name.key openssl rand -hex 32
    secret audit.$name.signing.key openssl rand -hex 32
    secret page_token.$name.key openssl rand -hex 32
  done
  secret instance openssl rand -hex 8
  # An earlier version's administrator had a password that everybody knows.
  if [ "$(cat "$state/secrets/admin.password" 2>/dev/null)" = test ]; then
    "$root/tests/mariadb" stop "$state/db"
    rm "$state/secrets/admin.password"
  fi
  secret admin.password openssl rand -hex 24
}

readonly port_names='INTAKE_PORT INTAKE_PROBE_PORT INTAKE_METRICS_PORT TRIAGE_PORT TRIAGE_PROBE_PORT
  TRIAGE_METRICS_PORT NOTIFICATION_PORT NOTIFICATION_PROBE_PORT NOTIFICATION_METRICS_PORT DATABASE_PORT MAIL_PORT
  WEBHOOK_PORT KEYS_PORT'

# The process that holds a port when the system runs.
owner_of() {
  case $1 in
    DATABASE_PORT) echo "$state/db/pid" ;;
    KEYS_PORT) echo "$state/keys/pid" ;;
    *) echo "$state/run/$(printf '%s' "${1%%_*}" | tr '[:upper:]' '[:lower:]').pid" ;;
  esac
}

runs() {
  case $1 in
    "$state/db/pid" | "$state/keys/pid") [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null ;;
    *) process_of "$1" >/dev/null ;;
  esac
}

# Every port that the system had stays, unless its process is gone and someone else has taken it since.
choose_ports() {
  local file=$state/run/ports name fresh=()
  # shellcheck disable=SC1090
  [ ! -s "$file" ] || . "$file"
  # shellcheck disable=SC2086
  read -ra fresh <<<"$(free_ports "$(echo $port_names | wc -w)")"
  for name in $port_names; do
    if [ -n "${!name:-}" ] && ! runs "$(owner_of "$name")" && listening "${!name}"; then
      say "port ${!name} is taken by another process: ${name%_PORT} moves to ${fresh[0]}"
      unset "$name"
    fi
    [ -n "${!name:-}" ] || printf -v "$name" '%s' "${fresh[0]}"
    fresh=("${fresh[@]:1}")
    printf '%s=%s\n' "$name" "${!name}"
  done >"$file.new" || return
  mv "$file.new" "$file"
  # shellcheck disable=SC1090
  . "$file"
}

# Puts the values into a service's template.
render() {
  local text name
  text=$(cat "$root/deploy/config/$1.textproto")
  text=${text//@STATE@/$state}
  text=${text//@ROOT@/$root}
  text=${text//@BUILD@/$binaries}
  for name in $port_names; do text=${text//@$name@/${!name}}; done
  printf '%s\n' "$text" | grep -v -e '^# A template: ' >"$state/config/$1.textproto"
  if grep -n '@[A-Z_]*@' "$state/config/$1.textproto" >&2; then die "deploy/config/$1.textproto: unknown placeholder"; fi
}

# What a running process was made of; another program, configuration or command line means starting it anew.
made_of() {
  local part
  for part in "$@"; do
    printf '%s\n' "$part"
    case $part in
      *.textproto)
        cat "$part" "$root"/deploy/config/authorization.textproto "$root"/deploy/policy/*.textproto \
          "$state/config/people.textproto"
        ;;
      *.py | *.pem) stat -c '%s %Y' "$part" ;;
      *) if [ -f "$part" ] && [ -x "$part" ]; then stat -c '%s %Y' "$part"; fi ;;
    esac
  done | sha256sum
}

# daemon NAME COMMAND…: starts it in a session of its own, unless the same runs already.
daemon() {
  local name=$1 pid_file=$state/run/$1.pid stamp=$state/run/$1.stamp wanted
  shift
  wanted=$(made_of "$@")
  if process_of "$pid_file" >/dev/null; then
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
    say "… $name has changed: restarting it"
    stop_process "$pid_file"
  fi
  printf '%s\n' "$wanted" >"$stamp"
  setsid "$@" >>"$state/log/$name.log" 2>&1 </dev/null 9>&- &
  remember_process "$pid_file" $!
}

write_profile() {
  cat >"$state/ctl.toml" <<END
intake = "ipv4:127.0.0.1:$INTAKE_PORT"
triage = "ipv4:127.0.0.1:$TRIAGE_PORT"
notification = "ipv4:127.0.0.1:$NOTIFICATION_PORT"
server-name = "localhost"
cert = "$state/tls/ctl.pem"
key = "$state/tls/ctl.key"
ca = "$state/tls/ca.pem"
END
}
