# Shared by deploy/local/*, tests/run and their helpers: packages, progress, processes. Sourced, not run.
# Nothing here knows a service.

# "12.3 s" since the script began, or since the given `date +%s%N` value.
MAMORI_BEGIN=${MAMORI_BEGIN:-$(date +%s%N)}
elapsed() {
  local since=${1:-$MAMORI_BEGIN}
  awk -v a="$since" -v b="$(date +%s%N)" 'BEGIN { printf "%.1f s", (b - a) / 1e9 }'
}

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$(basename "$0"): $*"
  exit 1
}

# step TITLE LOG COMMAND…: runs it with its output in LOG and shows that it goes on. Fails as the command does,
# after showing the end of LOG.
step() {
  local title=$1 log=$2 begin shown=0 status=0
  shift 2
  begin=$(date +%s%N)
  "$@" >"$log" 2>&1 </dev/null &
  local pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    # A terminal sees every second, a log file sees one line in twenty seconds.
    local seconds=$((($(date +%s%N) - begin) / 1000000000))
    local last
    last=$(tail -n 1 "$log" 2>/dev/null | tr -d '\r' | cut -c 1-60)
    if [ -t 2 ]; then
      if [ "$seconds" -gt "$shown" ]; then
        printf '\r\033[K… %s  %d s  %s' "$title" "$seconds" "$last" >&2
        shown=$seconds
      fi
    elif [ "$seconds" -ge $((shown + 20)) ]; then
      say "… $title  $seconds s  $last"
      shown=$seconds
    fi
  done
  wait "$pid" || status=$?
  [ -t 2 ] && printf '\r\033[K' >&2
  if [ "$status" -ne 0 ]; then
    say "✗ $title  $(elapsed "$begin")"
    tail -n 40 "$log" >&2
    say "(all of it: $log)"
    return "$status"
  fi
  say "✓ $title  $(elapsed "$begin")"
}

# The packages of the list files that are not there, one a line.
missing_packages() {
  local line package command status
  sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$@" | sort -u | while read -r line; do
    package=${line%%|*}
    command=${line#*|}
    if [ "$command" != "$line" ] && command -v "$command" >/dev/null 2>&1; then continue; fi
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=''
    [ "$status" = installed ] || printf '%s\n' "$package"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    die "this needs root or sudo: $*"
  fi
}

install_packages() {
  # Packages that bring a server must not start it: ours run from a directory of their own.
  local policy=/usr/sbin/policy-rc.d made=0 status=0
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 0755 "$policy"
    made=1
  fi
  as_root apt-get -q update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@" || status=$?
  [ $made = 0 ] || as_root rm -f "$policy"
  return $status
}

# need_packages LOG LIST…: installs what is missing of the lists, and says what. Asks apt only then.
need_packages() {
  local log=$1 missing
  shift
  command -v dpkg-query >/dev/null 2>&1 || die "this is made for Debian 12"
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086
  say "installing Debian packages:" $missing
  # Asked before the output goes to a file: sudo may want a password.
  [ "$(id -u)" = 0 ] || sudo -v || die "this needs root or sudo, to install packages"
  # shellcheck disable=SC2086
  step "packages installed" "$log" install_packages $missing
}

# free_ports N: the kernel's choice of N different free TCP ports on loopback.
free_ports() {
  /usr/bin/python3 -c '
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in sockets: s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))' "$1"
}

# Whether someone listens there.
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# await SECONDS COMMAND…: until the command succeeds.
await() {
  local end=$(($(date +%s) + $1))
  shift
  until "$@"; do
    [ "$(date +%s)" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# Processes are known by pid and start time: a pid alone may have become someone else's.
process_start() { awk '{ sub(/^.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null; }

remember_process() { printf '%s %s\n' "$2" "$(process_start "$2")" >"$1"; }

# process_of FILE: its pid, when it is still the process that was remembered.
process_of() {
  local pid start
  [ -s "$1" ] && read -r pid start <"$1" && [ -n "$start" ] && [ "$(process_start "$pid")" = "$start" ] || return 1
  # A zombie is not running, though its entry is still there.
  case $(awk '{ sub(/^.*\) /, ""); print $1 }' "/proc/$pid/stat" 2>/dev/null) in Z | X | '') return 1 ;; esac
  printf '%s\n' "$pid"
}

# stop_process FILE [SECONDS]: SIGTERM, then SIGKILL for what has not gone by then.
stop_process() {
  local pid
  if pid=$(process_of "$1"); then
    kill "$pid" 2>/dev/null || true
    stopped() { ! process_of "$1" >/dev/null; }
    if ! await "${2:-25}" stopped "$1"; then
      say "$(basename "$1") did not stop in ${2:-25} s: killed"
      kill -9 "$pid" 2>/dev/null || true
    fi
  fi
  rm -f "$1"
}
