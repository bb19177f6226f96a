# Invitation, avatar, phone number, administration and deletion (docs/people.md). Needs ORIGIN, SCRATCH, and
# SUPERUSER_PASSWORD, which `npm run dev` prints.
source "$(dirname "$0")/expect.sh"
API=$ORIGIN/api/auth
JSON="Content-Type: application/json"
as() { AUTH="Authorization: Bearer $1"; }

call -X POST "$API/login" -H "$JSON" \
  -d '{"email": "superuser@example.test", "password": "'"$SUPERUSER_PASSWORD"'"}'
expect 200
superuser=$(field token)

step "a superuser invites a user, who chooses a password"
as "$superuser"
call -X POST "$API/users" -H "$JSON" -H "$AUTH" -d '{"email": "grace@example.com", "name": "Grace"}'
expect 201 'data.role === "user" && data.isVerified === false'
id=$(field id)
call -X POST "$API/reset-password" -H "$JSON" \
  -d '{"token": "'"$(mailed_token grace@example.com)"'", "newPassword": "a quiet lighthouse 7"}'
expect 200
call -X POST "$API/login" -H "$JSON" -d '{"email": "grace@example.com", "password": "a quiet lighthouse 7"}'
expect 200 'data.user.isVerified'
grace=$(field token)

step "uploads an avatar as a form and serves it"
as "$grace"
# One pixel, as PNG.
base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg== > "$SCRATCH/dot.png"
call -X PUT "$API/me/avatar" -H "$AUTH" -F "image=@$SCRATCH/dot.png;type=image/png"
expect 200
[[ $(curl -sS -o /dev/null -w '%{http_code} %{content_type}' "$(field avatarUrl)") == "200 image/png" ]]

step "verifies a phone number with the texted code"
call -X POST "$API/me/phone" -H "$JSON" -H "$AUTH" -d '{"phone": "+1 (415) 555-0123"}'
expect 200
challenge=$(field challengeId)
for _ in {1..50}; do
  texts=$(curl -sS "$ORIGIN/dev/mailbox.json?to=%2B14155550123")
  code=$(TEXTS=$texts node -p '/\d{6}/.exec(JSON.parse(process.env.TEXTS).messages[0]?.text)?.[0] ?? ""')
  [[ -n $code ]] && break
  sleep 0.1
done
call -X POST "$API/me/phone/verify" -H "$JSON" -H "$AUTH" -d '{"challengeId": "'"$challenge"'", "code": "'"$code"'"}'
expect 200 'data.phone === "+14155550123" && data.isPhoneVerified'

step "refuses the user list to a user who is not an admin"
call "$API/users" -H "$AUTH"
expect 403 'body.error.code === "forbidden"'

step "a superuser finds, deactivates and deletes the user, and the audit log records it"
as "$superuser"
call "$API/users?search=gra+exam" -H "$AUTH"
expect 200 'data.users.length === 1 && data.users[0].phone === "+14155550123"'
call -X DELETE "$API/users/$id" -H "$AUTH"
expect 409 'body.error.code === "user_still_active"'
call -X POST "$API/users/$id/deactivate" -H "$AUTH"
expect 200
call "$API/me" -H "Authorization: Bearer $grace"
expect 401
call -X DELETE "$API/users/$id" -H "$AUTH"
expect 200
call "$API/audit?userId=$id&limit=1" -H "$AUTH"
expect 200 'data.events[0].type === "account_deleted"'
