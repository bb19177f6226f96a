# Sourced by the walks: one call, and what is expected of its answer. Needs bash, curl and node.
set -euo pipefail

# call <arguments of curl>: leaves the answer in $status and $body.
call() {
  local answer
  answer=$(curl -sS -w '\n%{http_code}' "$@")
  status=${answer##*$'\n'}
  body=${answer%$'\n'*}
}

# expect <status> [JavaScript about `body` and `data` that has to hold]
expect() {
  # On standard input: an argument or a variable may have 128 KiB, and the API's description has more.
  if [[ $status != "$1" ]] || ! node -e '
    const body = JSON.parse(fs.readFileSync(0)), { data } = body;
    process.exit(eval(process.argv[1]) ? 0 : 1);' "${2:-true}" <<< "$body"; then
    echo "expected $1 ${2:-}" >&2
    echo "     got $status ${body:0:2000}" >&2
    exit 1
  fi
}

# field <name>: one field of the answer's data.
field() {
  node -p 'JSON.parse(fs.readFileSync(0)).data[process.argv[1]]' "$1" <<< "$body"
}

# mailed_token <address>: out of the newest mail to it. Mail is sent after the answer, so it may take a moment.
mailed_token() {
  local mails token
  for _ in {1..50}; do
    mails=$(curl -sS "$ORIGIN/dev/mailbox.json?to=$1")
    token=$(MAILS=$mails node -p '
      /[?&]token=([\w-]+)/.exec(JSON.parse(process.env.MAILS).messages[0]?.text)?.[1] ?? ""')
    if [[ -n $token && $token != "${last_token:-}" ]]; then
      echo "$token"
      return
    fi
    sleep 0.1
  done
  echo "no new mail with a link to $1" >&2
  return 1
}

step() {
  echo "  $*"
}
