# Sourced by the tools that work in steps. `step NAME TEXT COMMAND…` says what is done, in one line
# on standard error. The command's own words go to the terminal if there is one, else to
# build/log/NAME.log, whose end is shown when the command fails.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

step() {
  local name=$1 text=$2 log=$root/build/log/$1.log status=0
  shift 2
  if [ -t 2 ]; then
    echo "$text" >&2
    "$@" >&2 || status=$?
  else
    echo "$text (log: build/log/$name.log)" >&2
    mkdir -p "$root/build/log"
    "$@" >"$log" 2>&1 </dev/null || status=$?
    [ $status = 0 ] || tail -n 60 "$log" >&2
  fi
  [ $status = 0 ] || echo "failed ($status): $*" >&2
  return $status
}

# build_preset PRESET [cmake --build options]
build_preset() (
  cd "$root" && cmake --preset "$1" && cmake --build --preset "$@"
)
