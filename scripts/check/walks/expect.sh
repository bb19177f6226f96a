# Helpers of the walks. Needs bash, curl and node.
set -euo pipefail

# call <arguments of curl>: sets $status and $body.
call() {
  local response
  response=$(curl -sS -w '\n%{http_code}' "$@")
  status=${response##*$'\n'}
  body=${response%$'\n'*}
}

# expect <status> [JavaScript condition on `body` and `data`]
expect() {
  # The body is on standard input: Linux limits an argument to 128 KiB, and the OpenAPI document is larger.
  if [[ $status != "$1" ]] || ! node -e '
    const body = JSON.parse(fs.readFileSync(0)), { data } = body;
    process.exit(eval(process.argv[1]) ? 0 : 1);' "${2:-true}" <<< "$body"; then
    echo "expected $1 ${2:-}" >&2
    echo "     got $status ${body:0:2000}" >&2
    exit 1
  fi
}

# field <name>: prints one field of `data`.
field() {
  node -p 'JSON.parse(fs.readFileSync(0)).data[process.argv[1]]' "$1" <<< "$body"
}

# mailed_token <address>: prints the token of the newest mail. The service sends mail after the response, so this polls.
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
  echo "no new mail to $1 with a link" >&2
  return 1
}

step() {
  echo "  $*"
}
