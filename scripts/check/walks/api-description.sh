# The served OpenAPI document has this server's origin. Needs ORIGIN.
source "$(dirname "$0")/expect.sh"

step "serves the OpenAPI document"
call "$ORIGIN/openapi.json"
expect 200 'body.servers[0].url === process.env.ORIGIN && "/api/auth/login" in body.paths'
