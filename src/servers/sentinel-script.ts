/**
 * The sentinel, in POSIX sh because it waits beside measurements and must be small. Its stdin is held by the process it
 * watches: it collects the lines sent (`guard ID GRACE`, `leader ID PID START`, `member ID PID START`, `release ID`)
 * until `close`, or until the input ends because that process is gone, however it died. Then it runs the reaper with
 * those lines; if that cannot run, it kills the guarded groups itself, start times compared.
 *
 * $1 node, $2 the reaper. `kill -s NAME -- -GROUP` is the one form that every sh takes.
 */
export const sentinelScript = `
trap '' HUP INT QUIT TERM
lines=
while IFS= read -r line; do
  if [ "$line" = close ]; then exit 0; fi
  lines="$lines$line
"
done
if [ -z "$lines" ]; then exit 0; fi
if printf '%s' "$lines" | "$1" "$2"; then exit 0; fi
printf '%s' "$lines" | while read -r verb id pid start; do
  if [ "$verb" != leader ]; then continue; fi
  case "$lines" in *"release $id
"*) continue ;; esac
  if [ -r "/proc/$pid/stat" ]; then
    stat=$(cat "/proc/$pid/stat" 2>/dev/null)
    set -- \${stat##*) }
    if [ $# -lt 20 ]; then continue; fi
    shift 19
    if [ "$1" != "$start" ]; then continue; fi
  elif [ -r /proc/self/stat ]; then
    continue
  fi
  kill -s KILL -- "-$pid" 2>/dev/null
done
`
