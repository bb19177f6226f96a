# The service with REQUIRED_PROFILE_FIELDS=username,lastName,age and ACCESS_TOKEN_TTL=6: a busy machine
# takes seconds for what comes between.
source "$(dirname "$0")/expect.sh"
API=$ORIGIN/api/auth

register() {
  call -X POST "$API/register" -H "Content-Type: application/json" -d "$1"
}

step "a missing field is named"
register '{"name": "Ada", "email": "ada@example.com", "username": "ada", "lastName": "Lovelace",
  "password": "SecurePass123!", "confirmPassword": "SecurePass123!"}'
expect 400 'body.error.code === "validation_failed" && body.error.fields.some(({ path }) => path === "age")'

step "two passwords that differ are refused"
register '{"name": "Ada", "email": "ada@example.com", "username": "ada", "lastName": "Lovelace", "age": 36,
  "password": "SecurePass123!", "confirmPassword": "SecurePass124!"}'
expect 400 'body.error.fields.some(({ path }) => path === "confirmPassword")'

step "complete, it registers"
register '{"name": "Ada", "email": "ada@example.com", "username": "ada", "lastName": "Lovelace", "age": 36,
  "password": "SecurePass123!", "confirmPassword": "SecurePass123!"}'
expect 201
call -X POST "$API/verify-email" -H "Content-Type: application/json" \
  -d '{"token": "'"$(mailed_token ada@example.com)"'"}'
expect 200

step "the access token lives for six seconds"
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

step "the refresh token brings a new one"
call -X POST "$API/refresh" -H "Content-Type: application/json" -d '{"refreshToken": "'"$refresh_token"'"}'
expect 200
token=$(field token)
refresh_token=$(field refreshToken)
call -X GET "$API/me" -H "Authorization: Bearer $token"
expect 200

step "after the logout neither is good"
call -X POST "$API/logout" -H "Authorization: Bearer $token"
expect 200
call -X GET "$API/me" -H "Authorization: Bearer $token"
expect 401
call -X POST "$API/refresh" -H "Content-Type: application/json" -d '{"refreshToken": "'"$refresh_token"'"}'
expect 401
