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
  if [[ $status != "$1" ]] || ! BODY=$body node -e '
    const body = JSON.parse(process.env.BODY), { data } = body;
    process.exit(eval(process.argv[1]) ? 0 : 1);' "${2:-true}"; then
    echo "expected $1 ${2:-}" >&2
    echo "     got $status $body" >&2
    exit 1
  fi
}

# field <name>: one field of the answer's data.
field() {
  BODY=$body node -p 'JSON.parse(process.env.BODY).data[process.argv[1]]' "$1"
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
