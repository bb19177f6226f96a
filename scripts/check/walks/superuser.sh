# The superuser that `npm run dev` creates. Needs ORIGIN and SUPERUSER_PASSWORD, which it prints.
source "$(dirname "$0")/expect.sh"

step "the superuser logs in with the printed password"
call -X POST "$ORIGIN/api/auth/login" -H "Content-Type: application/json" \
  -d '{"email": "superuser@example.test", "password": "'"$SUPERUSER_PASSWORD"'"}'
expect 200 'data.user.role === "superuser"'
