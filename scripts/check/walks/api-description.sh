# The committed description of the API, served with this server's own address. ORIGIN says where it runs.
source "$(dirname "$0")/expect.sh"

step "the API describes itself"
call "$ORIGIN/openapi.json"
expect 200 'body.servers[0].url === process.env.ORIGIN && "/api/auth/login" in body.paths'
