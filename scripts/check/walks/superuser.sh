# The account that `npm run dev` makes. SUPERUSER_PASSWORD is what it printed.
source "$(dirname "$0")/expect.sh"

step "the superuser signs in with the printed password"
call -X POST "$ORIGIN/api/auth/login" -H "Content-Type: application/json" \
  -d '{"email": "superuser@example.test", "password": "'"$SUPERUSER_PASSWORD"'"}'
expect 200 'data.user.role === "superuser"'
