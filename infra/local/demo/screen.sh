# shellcheck shell=bash
# Sourced by demo.sh: what the person sees. Colours and redrawn lines only on a terminal.

if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m' terminal=1
else bold='' dim='' red='' green='' plain='' terminal=''
fi
progress_shown=''
progress_last=''
progress_at=0

clear_progress() {
  [ -z "$progress_shown" ] || printf '\r\e[K'
  progress_shown=''
}

say() {
  clear_progress
  printf '%s\n' "$*"
}

# One line that is drawn over on a terminal; in a log, at most one line in five seconds.
progress() {
  if [ -n "$terminal" ]; then
    local columns
    columns=$(tput cols 2>/dev/null || echo 80)
    local line="  $*"
    printf '\r\e[K%s%s%s' "$dim" "${line:0:columns-1}" "$plain"
    progress_shown=1
  elif [ "$*" != "$progress_last" ] && [ $((SECONDS - progress_at)) -ge 5 ]; then
    printf '  %s\n' "$*"
    progress_at=$SECONDS
    progress_last=$*
  fi
}

fail() {
  clear_progress
  printf '%sdemo: %s%s\n' "$red" "$*" "$plain" >&2
  exit 1
}

# step TEXT LOG COMMAND...: runs it with its output in the log.
step() {
  local text=$1 log=$2
  shift 2
  say "$text"
  "$@" >>"$log" 2>&1 9>&- && return 0
  tail -n 8 "$log" >&2
  fail "${text,} failed: see $log."
}

# Tab-separated lines from standard input as a table: the first is the heading, numbers go to the right. A letter may have several bytes.
table() {
  LC_ALL=C awk -F '\t' -v bold="$bold" -v plain="$plain" '
    function columns_of(text) { gsub(/[\200-\277]/, "", text); return length(text) }
    { for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (columns_of($i) > width[i]) width[i] = columns_of($i) } if (NF > columns) columns = NF }
    END {
      for (row = 1; row <= NR; row++) {
        line = ""
        for (i = 1; i <= columns; i++) {
          right = (NR > 1 && cell[2, i] ~ /^[-0-9.,]+( [kMG]?B)?$/)
          space = sprintf("%" (width[i] - columns_of(cell[row, i])) "s", "")
          line = line "  " (right ? space cell[row, i] : cell[row, i] space)
        }
        sub(/ +$/, "", line)
        print row == 1 ? bold line plain : line
      }
    }'
}

# jq functions that write numbers for people.
# shellcheck disable=SC2016
numbers='
  def grouped: tostring | [while(length > 0; .[:-3]) | .[-3:]] | reverse | join(",");
  def size: if . < 1000 then "\(.) B" elif . < 1e6 then "\(. / 100 | floor / 10) kB" elif . < 1e9 then "\(. / 1e5 | floor / 10) MB"
    else "\(. / 1e8 | floor / 10) GB" end;'
grouped() { jq -nr "$numbers"'$n | grouped' --argjson n "$1"; }
