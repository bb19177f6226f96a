# Needs a service with REQUIRED_PROFILE_FIELDS=username,lastName,age and ACCESS_TOKEN_TTL=6. Six seconds leave a busy
# machine time to use the token before it expires.
source "$(dirname "$0")/expect.sh"
API=$ORIGIN/api/auth

register() {
  call -X POST "$API/register" -H "Content-Type: application/json" -d "$1"
}

step "names a missing field"
register '{"name": "Ada", "email": "ada@example.com", "username": "ada", "lastName": "Lovelace",
  "password": "SecurePass123!", "confirmPassword": "SecurePass123!"}'
expect 400 'body.error.code === "validation_failed" && body.error.fields.some(({ path }) => path === "age")'

step "refuses two different passwords"
register '{"name": "Ada", "email": "ada@example.com", "username": "ada", "lastName": "Lovelace", "age": 36,
  "password": "SecurePass123!", "confirmPassword": "SecurePass124!"}'
expect 400 'body.error.fields.some(({ path }) => path === "confirmPassword")'

step "registers with all fields"
register '{"name": "Ada", "email": "ada@example.com", "username": "ada", "lastName": "Lovelace", "age": 36,
  "password": "SecurePass123!", "confirmPassword": "SecurePass123!"}'
expect 201
call -X POST "$API/verify-email" -H "Content-Type: application/json" \
  -d '{"token": "'"$(mailed_token ada@example.com)"'"}'
expect 200

step "the access token expires after six seconds"
call -X POST "$API/login" -H "Content-Type: application/json" \
  -d '{"email": "ada@example.com", "password": "SecurePass123!"}'
expect 200 'data.expiresIn === 6'
token=$(field token)
refresh_token=$(field refreshToken)
call -X GET "$API/me" -H "Authorization: Bearer $token"
expect 200 'data.username === "ada" && data.lastName === "Lovelace" && data.age === 36'
sleep 7
call -X GET "$API/me" -H "Authorization: Bearer $token"
expect 401

step "the refresh token returns a new access token"
call -X POST "$API/refresh" -H "Content-Type: application/json" -d '{"refreshToken": "'"$refresh_token"'"}'
expect 200
token=$(field token)
refresh_token=$(field refreshToken)
call -X GET "$API/me" -H "Authorization: Bearer $token"
expect 200

step "the logout revokes both tokens"
call -X POST "$API/logout" -H "Authorization: Bearer $token"
expect 200
call -X GET "$API/me" -H "Authorization: Bearer $token"
expect 401
call -X POST "$API/refresh" -H "Content-Type: application/json" -d '{"refreshToken": "'"$refresh_token"'"}'
expect 401
