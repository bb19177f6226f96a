# The eight steps of an account's lifecycle, from the project's requirements. Needs ORIGIN.
source "$(dirname "$0")/expect.sh"
API=$ORIGIN/api/auth

step "1 register"
call -X POST "$API/register" \
  -H "Content-Type: application/json" \
  -d '{
    "name": "Aaaa Aa",
    "email": "a@example.com",
    "password": "SecurePass123!"
  }'
expect 201 'body.success && data.requiresVerification === true && data.user.email === "a@example.com"'
expect 201 'body.message === "User registered successfully. Please check your email to verify your account."'

step "  refuses the login before the address is verified"
call -X POST "$API/login" -H "Content-Type: application/json" \
  -d '{"email": "a@example.com", "password": "SecurePass123!"}'
expect 403 'body.message === "Email not verified"'

step "2 verify the address"
last_token=$(mailed_token a@example.com)
call -X POST "$API/verify-email" \
  -H "Content-Type: application/json" \
  -d '{
    "token": "'"$last_token"'"
  }'
expect 200 'body.message === "Email verified successfully! You can now log in."'

step "3 log in"
call -X POST "$API/login" \
  -H "Content-Type: application/json" \
  -d '{
    "email": "a@example.com",
    "password": "SecurePass123!"
  }'
expect 200 'body.message === "Login successful" && data.user.isVerified === true'
token=$(field token)

step "4 get the profile"
call -X GET "$API/me" -H "Authorization: Bearer $token"
expect 200 'data.name === "Aaaa Aa" && data.isVerified && data.createdAt && data.updatedAt'

step "5 log out"
call -X POST "$API/logout" -H "Authorization: Bearer $token"
expect 200 'body.message === "Logged out successfully. Please remove the token from client storage."'
call -X GET "$API/me" -H "Authorization: Bearer $token"
expect 401

step "6 request a password reset"
call -X POST "$API/forgot-password" \
  -H "Content-Type: application/json" \
  -d '{
    "email": "a@example.com"
  }'
expect 200 'body.message === "If an account with that email exists, a password reset link has been sent."'

step "7 reset the password"
last_token=$(mailed_token a@example.com)
call -X POST "$API/reset-password" \
  -H "Content-Type: application/json" \
  -d '{
    "token": "'"$last_token"'",
    "newPassword": "NewSecurePass456!"
  }'
expect 200 'body.message ===
  "Password has been reset successfully. Please log in with your new password."'

step "8 log in with the new password"
call -X POST "$API/login" \
  -H "Content-Type: application/json" \
  -d '{
    "email": "a@example.com",
    "password": "NewSecurePass456!"
  }'
expect 200 'body.message === "Login successful"'

step "  rejects the old password and the used link"
call -X POST "$API/login" -H "Content-Type: application/json" \
  -d '{"email": "a@example.com", "password": "SecurePass123!"}'
expect 401 'body.message === "Invalid email or password"'
call -X POST "$API/reset-password" -H "Content-Type: application/json" \
  -d '{"token": "'"$last_token"'", "newPassword": "AnotherSecurePass789!"}'
expect 400 'body.message === "Token is invalid or expired"'
