// Written by `npm run openapi`, from the document at /openapi.json: docs/api.md.

export interface paths {
    "/api/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an account and mail a link to verify its address
         * @description An address that has an account already gets the same answer, and its owner a mail.
         */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/verify-email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether a mailed link is still good; consumes nothing */
        get: operations["checkVerificationLink"];
        put?: never;
        /** Spend a mailed link: its address is verified */
        post: operations["verifyEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/verify-email/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mail a fresh verification link */
        post: operations["resendVerification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in by password
         * @description Gives tokens (or, with the transport `cookie`, cookies), or a challenge where a second step is due. Send back the `deviceToken` of an earlier sign-in for this device to be known.
         */
        post: operations["logIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/otp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer the second step with the code */
        post: operations["answerSecondStep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/otp/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail a new code; the earlier one is void
         * @description At most one a minute. The answer is the same for a challenge that is not there.
         */
        post: operations["resendSecondStepCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Spend a refresh token for its successor and a new access token
         * @description A retry within 10 seconds gets the same successor; anything older ends the session.
         */
        post: operations["refreshTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End the session of the bearer token, or of the cookies
         * @description Idempotent; a token that has just expired still signs out.
         */
        post: operations["logOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End every session of the caller */
        post: operations["logOutEverywhere"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/csrf-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A token for the header X-CSRF-Token, and the cookie that it is bound to
         * @description Bound to the session of the cookies; ask again after signing in or out.
         */
        get: operations["getCsrfToken"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's live sessions */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of the caller's sessions */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/forgot-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail a link to choose a new password
         * @description The answer is the same for an address that has no account.
         */
        post: operations["requestPasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether a mailed link is still good; consumes nothing */
        get: operations["checkResetLink"];
        put?: never;
        /** Spend a mailed link: a new password, and every session ends */
        post: operations["resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/captcha/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Trade a passed captcha for a proof
         * @description The widget's action must be `prove`. A proof is not taken in trade for another. Where captchas are off there is no such route: `not_found`.
         */
        post: operations["verifyCaptcha"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's account */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change profile fields; null clears an optional one */
        patch: operations["updateMe"];
        trace?: never;
    };
    "/api/auth/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the password; the other sessions end */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me/email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mail the new address a link; nothing changes until it is used */
        post: operations["requestEmailChange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me/otp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Choose whether signing in asks for a mailed code */
        post: operations["chooseSecondStep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me/deactivate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Close the caller's own account */
        post: operations["deactivateMe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me/phone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Text a code to a phone number
         * @description The number is the account's from now on, unverified until the code has been given; the same number again stays as it is. A new code voids the earlier one. At most one a minute and five an hour. Where text messages are off there is no such route: `not_found`.
         */
        post: operations["requestPhone"];
        /** Remove the phone number */
        delete: operations["removePhone"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me/phone/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Prove the phone number with the code
         * @description A code is good for 10 minutes and five answers, and only while its number is the account's.
         */
        post: operations["verifyPhone"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me/avatar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set the caller's picture
         * @description PNG, JPEG or WebP, at most 2 MiB and 4096 pixels each way. Metadata is removed.
         */
        put: operations["setAvatar"];
        post?: never;
        /** Remove the caller's picture */
        delete: operations["removeAvatar"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/avatars/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A picture, by the key in somebody's `avatarUrl` */
        get: operations["getAvatar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/exchange": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange the code of a redirect for what `/login` gives
         * @description Once, within a minute, and from the origin that it was sent to. A code of the sign-in page goes with that page's session: it is dead when that has ended, and asks for no second step again. It makes no device known.
         */
        post: operations["exchangeCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/social": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The providers that are on */
        get: operations["listProviders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/social/{provider}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Send a browser to a provider to sign in */
        get: operations["startSocialSignIn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/social/{provider}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where a provider sends the browser back
         * @description Goes on to `returnTo`: with cookies where that is a page of this service, else with a `code` to exchange; with a `challengeId` where a second step is due. Links, where the page of linked providers sent it there.
         */
        get: operations["finishSocialSignIn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/social/{provider}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in by a token that an app has from the provider
         * @description The token must have been given to this service's own client. Nobody's session is looked at: `POST /me/identities/{provider}` links.
         */
        post: operations["signInByProviderToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The providers that sign the caller in */
        get: operations["listIdentities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me/identities/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Link one, by a token that an app has from the provider
         * @description It lasts, so more than an access token is asked for: the account's password or, where it has none, the latest refresh token of this very session. The provider's token must have been given to this service's own client.
         */
        post: operations["linkIdentity"];
        /** Remove one, unless it is the last way to sign in; the other sessions end */
        delete: operations["removeIdentity"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The users whom the caller may see, the newest first
         * @description Admins see users; superusers see everybody.
         */
        get: operations["listUsers"];
        put?: never;
        /**
         * Invite somebody: they get a mail with a link to choose a password
         * @description The link is good for 7 days. `role` is `user` unless said.
         */
        post: operations["inviteUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One user */
        get: operations["getUser"];
        put?: never;
        post?: never;
        /**
         * Delete a deactivated user and everything that is theirs
         * @description The audit trail stays, under the id.
         */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        /** Change a user's profile fields; null clears an optional one */
        patch: operations["updateUser"];
        trace?: never;
    };
    "/api/auth/users/{id}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Activate a user */
        post: operations["activateUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}/deactivate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Deactivate a user; their sessions, links and codes end */
        post: operations["deactivateUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}/unlock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forget the failed attempts at a user's account */
        post: operations["unlockUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mail a user a link to choose a password, or their invitation once more */
        post: operations["startUserReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a user's sessions */
        delete: operations["endUserSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}/role": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Give a user a role; their sessions end */
        put: operations["setUserRole"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}/avatar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set a user's picture
         * @description PNG, JPEG or WebP, at most 2 MiB and 4096 pixels each way. Metadata is removed.
         */
        put: operations["setUserAvatar"];
        post?: never;
        /** Remove a user's picture */
        delete: operations["removeUserAvatar"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened to the users whom the caller may see, the newest first
         * @description Superusers also see what happened to users who are deleted.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public keys of the access tokens */
        get: operations["getKeySet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["getDescription"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the service runs */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz/deep": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether what the service stands on answers */
        get: operations["getDeepHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Session: {
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            lastUsedAt: string;
            ip: string | null;
            userAgent: string | null;
            /** @description The origin of the app that the session is of; it ends with the one that opened it. */
            app: string | null;
            current: boolean;
        };
        Profile: {
            /** Format: uuid */
            id: string;
            name: string;
            lastName: string | null;
            username: string | null;
            age: number | null;
            email: string;
            isVerified: boolean;
            phone: string | null;
            isPhoneVerified: boolean;
            avatarUrl: string | null;
            /** @enum {string} */
            role: "user" | "admin" | "superuser";
            isActive: boolean;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        SocialProvider: {
            /**
             * @description The id of a provider that is on.
             * @example google
             */
            id: string;
            name: string;
        };
        Identity: {
            /**
             * @description The id of a provider that is on.
             * @example google
             */
            provider: string;
            name: string;
            /** @description The provider's address for it, when it was linked. */
            email: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            lastUsedAt: string;
        };
        AuditEvent: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            type: "account_registered" | "email_verified" | "email_change_requested" | "email_changed" | "profile_updated" | "password_changed" | "password_reset_requested" | "password_reset" | "second_factor_changed" | "account_deactivated" | "account_activated" | "account_unlocked" | "account_deleted" | "user_invited" | "invitation_accepted" | "role_changed" | "superuser_bootstrapped" | "phone_change_requested" | "phone_verified" | "phone_removed" | "avatar_changed" | "avatar_removed" | "signed_in" | "identity_linked" | "identity_removed" | "signed_out" | "session_ended" | "other_sessions_ended" | "all_sessions_ended" | "refresh_token_reused";
            /** Format: date-time */
            at: string;
            /**
             * Format: uuid
             * @description Whom it happened to.
             */
            userId: string;
            /** @description Who did it, where somebody was signed in. */
            actorId: string | null;
            ip: string | null;
            details: {
                [key: string]: string | number | boolean;
            };
        };
        Failure: {
            /** @constant */
            success: false;
            /** @description Fit for a person. */
            message: string;
            error: {
                /**
                 * @description Stable.
                 * @enum {string}
                 */
                code: "malformed_json" | "validation_failed" | "token_invalid" | "code_invalid" | "invalid_credentials" | "unauthorized" | "refresh_invalid" | "email_not_verified" | "account_deactivated" | "forbidden" | "csrf_failed" | "captcha_required" | "captcha_failed" | "not_found" | "method_not_allowed" | "username_taken" | "user_still_active" | "last_admin" | "last_sign_in_method" | "conflict" | "payload_too_large" | "unsupported_media_type" | "rate_limited" | "too_many_attempts" | "internal" | "unavailable";
                /**
                 * Format: uuid
                 * @description Also in X-Request-Id.
                 */
                requestId: string;
                /** @description What is wrong with which field. */
                fields?: {
                    path: string;
                    message: string;
                }[];
            };
        };
    };
    responses: {
        /**
         * @description `account_deactivated`: This account has been deactivated.
         *
         *     `captcha_failed`: The check that you are not a robot did not succeed. Please try it again.
         *
         *     `captcha_required`: Please show that you are not a robot, and try again.
         *
         *     `csrf_failed`: This request did not come from a page that may make it. Please reload and try again.
         *
         *     `email_not_verified`: Email not verified
         */
        "account_deactivated.captcha_failed.captcha_required.csrf_failed.email_not_verified.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "account_deactivated" | "captcha_failed" | "captcha_required" | "csrf_failed" | "email_not_verified";
                    };
                };
            };
        };
        /**
         * @description `account_deactivated`: This account has been deactivated.
         *
         *     `csrf_failed`: This request did not come from a page that may make it. Please reload and try again.
         *
         *     `email_not_verified`: Email not verified
         */
        "account_deactivated.csrf_failed.email_not_verified.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "account_deactivated" | "csrf_failed" | "email_not_verified";
                    };
                };
            };
        };
        /**
         * @description `account_deactivated`: This account has been deactivated.
         *
         *     `email_not_verified`: Email not verified
         */
        "account_deactivated.email_not_verified.limited.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "account_deactivated" | "email_not_verified";
                    };
                };
                "text/html": string;
            };
        };
        /**
         * @description `captcha_failed`: The check that you are not a robot did not succeed. Please try it again.
         *
         *     `captcha_required`: Please show that you are not a robot, and try again.
         */
        "captcha_failed.captcha_required.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "captcha_failed" | "captcha_required";
                    };
                };
            };
        };
        /** @description `captcha_failed`: The check that you are not a robot did not succeed. Please try it again. */
        "captcha_failed.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "captcha_failed";
                    };
                };
            };
        };
        /**
         * @description `code_invalid`: The code is wrong or has expired.
         *
         *     `malformed_json`: The request body is not valid JSON.
         *
         *     `validation_failed`: Some fields need another look.
         */
        "code_invalid.malformed_json.validation_failed.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "code_invalid" | "malformed_json" | "validation_failed";
                    };
                };
            };
        };
        /**
         * @description `conflict`: This does not fit how things stand now. Please look again.
         *
         *     `last_admin`: The last superuser has to stay.
         */
        "conflict.last_admin.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "conflict" | "last_admin";
                    };
                };
            };
        };
        /** @description `conflict`: This does not fit how things stand now. Please look again. */
        "conflict.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "conflict";
                    };
                };
            };
        };
        /** @description `conflict`: This does not fit how things stand now. Please look again. */
        "conflict.limited.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "conflict";
                    };
                };
                "text/html": string;
            };
        };
        /**
         * @description `conflict`: This does not fit how things stand now. Please look again.
         *
         *     `user_still_active`: This user is still active. Please deactivate them first.
         */
        "conflict.user_still_active.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "conflict" | "user_still_active";
                    };
                };
            };
        };
        /**
         * @description `conflict`: This does not fit how things stand now. Please look again.
         *
         *     `username_taken`: This username is taken.
         */
        "conflict.username_taken.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "conflict" | "username_taken";
                    };
                };
            };
        };
        /** @description `csrf_failed`: This request did not come from a page that may make it. Please reload and try again. */
        csrf_failed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "csrf_failed";
                    };
                };
            };
        };
        /**
         * @description `csrf_failed`: This request did not come from a page that may make it. Please reload and try again.
         *
         *     `forbidden`: You may not do this.
         */
        "csrf_failed.forbidden.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "csrf_failed" | "forbidden";
                    };
                };
            };
        };
        /** @description `csrf_failed`: This request did not come from a page that may make it. Please reload and try again. */
        "csrf_failed.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "csrf_failed";
                    };
                };
            };
        };
        /** @description `forbidden`: You may not do this. */
        forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "forbidden";
                    };
                };
            };
        };
        /** @description `forbidden`: You may not do this. */
        "forbidden.limited.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "forbidden";
                    };
                };
                "text/html": string;
            };
        };
        /** @description `internal`: Something went wrong on our side. */
        internal: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "internal";
                    };
                };
            };
        };
        /** @description `internal`: Something went wrong on our side. */
        "internal.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "internal";
                    };
                };
                "text/html": string;
            };
        };
        /** @description `internal`: Something went wrong on our side. */
        "internal.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "internal";
                    };
                };
            };
        };
        /** @description `internal`: Something went wrong on our side. */
        "internal.limited.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "internal";
                    };
                };
                "text/html": string;
            };
        };
        /** @description `invalid_credentials`: Invalid email or password */
        "invalid_credentials.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "invalid_credentials";
                    };
                };
            };
        };
        /**
         * @description `invalid_credentials`: Invalid email or password
         *
         *     `refresh_invalid`: The session has ended. Please sign in again.
         *
         *     `unauthorized`: Please sign in to do this.
         */
        "invalid_credentials.refresh_invalid.unauthorized.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "WWW-Authenticate": components["headers"]["MayAuthenticate"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "invalid_credentials" | "refresh_invalid" | "unauthorized";
                    };
                };
            };
        };
        /**
         * @description `invalid_credentials`: Invalid email or password
         *
         *     `unauthorized`: Please sign in to do this.
         */
        "invalid_credentials.unauthorized.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "WWW-Authenticate": components["headers"]["MayAuthenticate"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "invalid_credentials" | "unauthorized";
                    };
                };
            };
        };
        /**
         * @description `invalid_credentials`: Invalid email or password
         *
         *     `unauthorized`: Please sign in to do this.
         */
        "invalid_credentials.unauthorized.limited.cookies": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "WWW-Authenticate": components["headers"]["MayAuthenticate"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "invalid_credentials" | "unauthorized";
                    };
                };
            };
        };
        /** @description `last_admin`: The last superuser has to stay. */
        "last_admin.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "last_admin";
                    };
                };
            };
        };
        /** @description `last_sign_in_method`: This is the only way to sign in. Please add another one first. */
        "last_sign_in_method.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "last_sign_in_method";
                    };
                };
            };
        };
        /**
         * @description `malformed_json`: The request body is not valid JSON.
         *
         *     `token_invalid`: Token is invalid or expired
         *
         *     `validation_failed`: Some fields need another look.
         */
        "malformed_json.token_invalid.validation_failed.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "malformed_json" | "token_invalid" | "validation_failed";
                    };
                };
            };
        };
        /**
         * @description `malformed_json`: The request body is not valid JSON.
         *
         *     `validation_failed`: Some fields need another look.
         */
        "malformed_json.validation_failed.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "malformed_json" | "validation_failed";
                    };
                };
            };
        };
        /** @description `not_found`: There is nothing here. */
        not_found: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "not_found";
                    };
                };
            };
        };
        /** @description `not_found`: There is nothing here. */
        "not_found.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "not_found";
                    };
                };
                "text/html": string;
            };
        };
        /** @description `not_found`: There is nothing here. */
        "not_found.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "not_found";
                    };
                };
            };
        };
        /** @description `not_found`: There is nothing here. */
        "not_found.limited.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "not_found";
                    };
                };
                "text/html": string;
            };
        };
        /** @description `payload_too_large`: The request body is too large. */
        "payload_too_large.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "payload_too_large";
                    };
                };
            };
        };
        /** @description `rate_limited`: Too many requests. Please wait a little and try again. */
        "rate_limited.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "Retry-After": components["headers"]["RetryAfter"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "rate_limited";
                    };
                };
            };
        };
        /** @description `rate_limited`: Too many requests. Please wait a little and try again. */
        "rate_limited.limited.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "Retry-After": components["headers"]["RetryAfter"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "rate_limited";
                    };
                };
                "text/html": string;
            };
        };
        /**
         * @description `rate_limited`: Too many requests. Please wait a little and try again.
         *
         *     `too_many_attempts`: Too many attempts have failed. Please wait a while and try again.
         */
        "rate_limited.too_many_attempts.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "Retry-After": components["headers"]["RetryAfter"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "rate_limited" | "too_many_attempts";
                    };
                };
            };
        };
        /**
         * @description `rate_limited`: Too many requests. Please wait a little and try again.
         *
         *     `too_many_attempts`: Too many attempts have failed. Please wait a while and try again.
         */
        "rate_limited.too_many_attempts.limited.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "Retry-After": components["headers"]["RetryAfter"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "rate_limited" | "too_many_attempts";
                    };
                };
                "text/html": string;
            };
        };
        /** @description `refresh_invalid`: The session has ended. Please sign in again. */
        "refresh_invalid.limited.cookies": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "refresh_invalid";
                    };
                };
            };
        };
        /** @description `refresh_invalid`: The session has ended. Please sign in again. */
        "refresh_invalid.limited.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "refresh_invalid";
                    };
                };
                "text/html": string;
            };
        };
        /** @description `token_invalid`: Token is invalid or expired */
        "token_invalid.limited.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "token_invalid";
                    };
                };
                "text/html": string;
            };
        };
        /**
         * @description `token_invalid`: Token is invalid or expired
         *
         *     `validation_failed`: Some fields need another look.
         */
        "token_invalid.validation_failed": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "token_invalid" | "validation_failed";
                    };
                };
            };
        };
        /**
         * @description `token_invalid`: Token is invalid or expired
         *
         *     `validation_failed`: Some fields need another look.
         */
        "token_invalid.validation_failed.limited.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "token_invalid" | "validation_failed";
                    };
                };
                "text/html": string;
            };
        };
        /** @description `unauthorized`: Please sign in to do this. */
        unauthorized: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "WWW-Authenticate": components["headers"]["Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "unauthorized";
                    };
                };
            };
        };
        /** @description `unauthorized`: Please sign in to do this. */
        "unauthorized.cookies": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "WWW-Authenticate": components["headers"]["Authenticate"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "unauthorized";
                    };
                };
            };
        };
        /** @description `unauthorized`: Please sign in to do this. */
        "unauthorized.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "WWW-Authenticate": components["headers"]["Authenticate"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "unauthorized";
                    };
                };
            };
        };
        /** @description `unavailable`: The service is not available just now. Please try again in a moment. */
        unavailable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "unavailable";
                    };
                };
            };
        };
        /** @description `unavailable`: The service is not available just now. Please try again in a moment. */
        "unavailable.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "Retry-After": components["headers"]["RetryAfter"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "unavailable";
                    };
                };
                "text/html": string;
            };
        };
        /** @description `unavailable`: The service is not available just now. Please try again in a moment. */
        "unavailable.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "Retry-After": components["headers"]["RetryAfter"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "unavailable";
                    };
                };
            };
        };
        /** @description `unavailable`: The service is not available just now. Please try again in a moment. */
        "unavailable.limited.cookies.page": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "Retry-After": components["headers"]["RetryAfter"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "unavailable";
                    };
                };
                "text/html": string;
            };
        };
        /** @description `unavailable`: The service is not available just now. Please try again in a moment. */
        "unavailable.limited.cookies.page.report": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "Retry-After": components["headers"]["RetryAfter"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                "Set-Cookie": components["headers"]["SetCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @constant */
                    success: false;
                    /** @description Fit for a person. */
                    message: string;
                    error: {
                        /** @enum {string} */
                        code: "unavailable";
                        /**
                         * Format: uuid
                         * @description Also in X-Request-Id.
                         */
                        requestId: string;
                        /** @description What is wrong with which field. */
                        fields?: {
                            path: string;
                            message: string;
                        }[];
                    };
                    data?: {
                        /** @enum {string} */
                        status: "ok" | "failing";
                        /**
                         * Format: date-time
                         * @description A report is given out for ten seconds.
                         */
                        checkedAt: string;
                        checks: {
                            database: {
                                /** @enum {string} */
                                status: "ok" | "failing";
                                ms: number;
                            };
                            migrations: {
                                /** @enum {string} */
                                status: "ok" | "failing";
                                ms: number;
                            };
                            kv: {
                                /** @enum {string} */
                                status: "ok" | "failing";
                                ms: number;
                            };
                            bucket: {
                                /** @enum {string} */
                                status: "ok" | "failing";
                                ms: number;
                            };
                            assets: {
                                /** @enum {string} */
                                status: "ok" | "failing";
                                ms: number;
                            };
                            signingKey: {
                                /** @enum {string} */
                                status: "ok" | "failing";
                                ms: number;
                            };
                        };
                    };
                };
                "text/html": string;
            };
        };
        /** @description `unsupported_media_type`: Please send the body as application/json. */
        "unsupported_media_type.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "unsupported_media_type";
                    };
                };
            };
        };
        /** @description `unsupported_media_type`: Please send image/png, image/jpeg, image/webp, or such a file in a form. */
        "unsupported_media_type.limited.image": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "unsupported_media_type";
                    };
                };
            };
        };
        /** @description `username_taken`: This username is taken. */
        "username_taken.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "username_taken";
                    };
                };
            };
        };
        /** @description `validation_failed`: Some fields need another look. */
        validation_failed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "validation_failed";
                    };
                };
            };
        };
        /** @description `validation_failed`: Some fields need another look. */
        "validation_failed.limited": {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Cache-Control": components["headers"]["NotKept"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    error: {
                        /** @enum {unknown} */
                        code: "validation_failed";
                    };
                };
            };
        };
    };
    parameters: {
        /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
        CsrfToken: string;
    };
    requestBodies: never;
    headers: {
        /** @description Names this request in the log of the service. */
        RequestId: string;
        /** @description Nothing may keep it: it speaks of one person at one moment. */
        NotKept: "no-store";
        /** @description Seconds after which asking again makes sense. */
        RetryAfter: number;
        /** @description The limits of this route: requests and seconds (draft-ietf-httpapi-ratelimit-headers). Absent where limits are off. */
        RateLimitPolicy: string;
        /** @description What is left of them, and the seconds until all of it is there again. */
        RateLimit: string;
        /** @description How to present a token (RFC 6750 §3). */
        Authenticate: "Bearer";
        /** @description Where the code is `unauthorized`: how to present a token (RFC 6750 §3). */
        MayAuthenticate: "Bearer";
        /** @description Where tokens travel in cookies: they are set, or taken back. All are `__Host-`, Secure, HttpOnly and SameSite=Lax. */
        SetCookie: string;
        /** @description Where to go on. */
        Location: string;
        /** @description For `If-None-Match`. */
        ETag: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: email
                     * @description One email address.
                     */
                    email: string;
                    /**
                     * @description 8 characters to 1024 bytes; common passwords are refused.
                     * @example correct horse battery staple
                     */
                    password: string;
                    /** @example correct horse battery staple */
                    confirmPassword?: string;
                    /** @example Ada */
                    name: string;
                    /**
                     * @description Unique, whatever its case.
                     * @example ada.lovelace
                     */
                    username?: string;
                    /** @example Lovelace */
                    lastName?: string;
                    /** @example 36 */
                    age?: number;
                    /** @description What the captcha widget gave, or a `humanProof`. Either is good once. */
                    captchaToken?: string;
                };
            };
        };
        responses: {
            /** @description User registered successfully. Please check your email to verify your account. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "User registered successfully. Please check your email to verify your account.";
                        data: {
                            /** @constant */
                            requiresVerification: true;
                            user: {
                                /** Format: uuid */
                                id: string;
                                name: string;
                                email: string;
                            };
                        };
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            403: components["responses"]["captcha_failed.captcha_required.limited"];
            409: components["responses"]["username_taken.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    checkVerificationLink: {
        parameters: {
            query: {
                /** @description The token of the mailed link. */
                token: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: {
                            /** @constant */
                            valid: true;
                        };
                    };
                };
            };
            400: components["responses"]["token_invalid.validation_failed"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    verifyEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The token of the mailed link. */
                    token: string;
                };
            };
        };
        responses: {
            /** @description Email verified successfully! You can now log in. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "Email verified successfully! You can now log in.";
                    };
                };
            };
            400: components["responses"]["malformed_json.token_invalid.validation_failed.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    resendVerification: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: email
                     * @description One email address.
                     */
                    email: string;
                };
            };
        };
        responses: {
            /** @description If that address is waiting to be verified, a new link has been sent. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "If that address is waiting to be verified, a new link has been sent.";
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    logIn: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: email
                     * @description One email address.
                     */
                    email: string;
                    /** @example correct horse battery staple */
                    password: string;
                    /** @description What the captcha widget gave, or a `humanProof`. Either is good once. */
                    captchaToken?: string;
                    /** @description The `deviceToken` of an earlier sign-in on this device. */
                    deviceToken?: string;
                    /**
                     * @description How the tokens travel: in the answer (the default), or in cookies alone.
                     * @enum {string}
                     */
                    transport?: "bearer" | "cookie";
                    /** @description Whom the access token is for: one of AUDIENCES, by default the first; in cookies that alone. */
                    audience?: string;
                };
            };
        };
        responses: {
            /** @description Login successful */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    "Set-Cookie": components["headers"]["SetCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "Login successful";
                        data: {
                            /** @description The access token: a JWT of type at+jwt (RFC 9068). */
                            token: string;
                            /** @constant */
                            tokenType: "Bearer";
                            expiresIn: number;
                            /** @description Good for one use; its successor comes with every refresh. */
                            refreshToken: string;
                            refreshExpiresIn: number;
                            /** @description Keep it, and send it with the next sign-in. Absent where a session of the pages is followed on a device that is not known. */
                            deviceToken?: string;
                            user: {
                                /** Format: uuid */
                                id: string;
                                name: string;
                                email: string;
                                isVerified: boolean;
                                /** @enum {string} */
                                role: "user" | "admin" | "superuser";
                            };
                        } | {
                            expiresIn: number;
                            /** @description For the header X-CSRF-Token of every write. */
                            csrfToken: string;
                            user: {
                                /** Format: uuid */
                                id: string;
                                name: string;
                                email: string;
                                isVerified: boolean;
                                /** @enum {string} */
                                role: "user" | "admin" | "superuser";
                            };
                        };
                    } | {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "We have sent you a code.";
                        data: {
                            /** @constant */
                            otpRequired: true;
                            /** Format: uuid */
                            challengeId: string;
                            expiresIn: number;
                        };
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            401: components["responses"]["invalid_credentials.limited"];
            403: components["responses"]["account_deactivated.captcha_failed.captcha_required.csrf_failed.email_not_verified.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.too_many_attempts.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    answerSecondStep: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    challengeId: string;
                    code: string;
                    /**
                     * @description How the tokens travel: in the answer (the default), or in cookies alone.
                     * @enum {string}
                     */
                    transport?: "bearer" | "cookie";
                    /** @description Whom the access token is for: one of AUDIENCES, by default the first; in cookies that alone. */
                    audience?: string;
                };
            };
        };
        responses: {
            /** @description Login successful */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    "Set-Cookie": components["headers"]["SetCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "Login successful";
                        data: {
                            /** @description The access token: a JWT of type at+jwt (RFC 9068). */
                            token: string;
                            /** @constant */
                            tokenType: "Bearer";
                            expiresIn: number;
                            /** @description Good for one use; its successor comes with every refresh. */
                            refreshToken: string;
                            refreshExpiresIn: number;
                            /** @description Keep it, and send it with the next sign-in. Absent where a session of the pages is followed on a device that is not known. */
                            deviceToken?: string;
                            user: {
                                /** Format: uuid */
                                id: string;
                                name: string;
                                email: string;
                                isVerified: boolean;
                                /** @enum {string} */
                                role: "user" | "admin" | "superuser";
                            };
                        } | {
                            expiresIn: number;
                            /** @description For the header X-CSRF-Token of every write. */
                            csrfToken: string;
                            user: {
                                /** Format: uuid */
                                id: string;
                                name: string;
                                email: string;
                                isVerified: boolean;
                                /** @enum {string} */
                                role: "user" | "admin" | "superuser";
                            };
                        };
                    };
                };
            };
            400: components["responses"]["code_invalid.malformed_json.validation_failed.limited"];
            403: components["responses"]["csrf_failed.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.too_many_attempts.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    resendSecondStepCode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    challengeId: string;
                };
            };
        };
        responses: {
            /** @description If that sign-in is still waiting, a new code has been sent. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "If that sign-in is still waiting, a new code has been sent.";
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    refreshTokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Left out where the cookie has it. */
                    refreshToken?: string;
                    /** @description Whom the access token is for: one of AUDIENCES, by default the first; in cookies that alone. */
                    audience?: string;
                };
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    "Set-Cookie": components["headers"]["SetCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: {
                            /** @description The access token: a JWT of type at+jwt (RFC 9068). */
                            token: string;
                            /** @constant */
                            tokenType: "Bearer";
                            expiresIn: number;
                            /** @description Good for one use; its successor comes with every refresh. */
                            refreshToken: string;
                            refreshExpiresIn: number;
                        } | {
                            expiresIn: number;
                            csrfToken: string;
                        };
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            401: components["responses"]["refresh_invalid.limited.cookies"];
            403: components["responses"]["csrf_failed.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    logOut: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Logged out successfully. Please remove the token from client storage. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "Set-Cookie": components["headers"]["SetCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "Logged out successfully. Please remove the token from client storage.";
                    };
                };
            };
            401: components["responses"]["unauthorized.cookies"];
            403: components["responses"]["csrf_failed"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    logOutEverywhere: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Logged out everywhere. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "Set-Cookie": components["headers"]["SetCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "Logged out everywhere.";
                    };
                };
            };
            401: components["responses"]["unauthorized.cookies"];
            403: components["responses"]["csrf_failed"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getCsrfToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "Set-Cookie": components["headers"]["SetCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: {
                            csrfToken: string;
                            expiresIn: number;
                        };
                    };
                };
            };
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: components["schemas"]["Session"][];
                    };
                };
            };
            401: components["responses"]["unauthorized"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "The session has ended.";
                    };
                };
            };
            401: components["responses"]["unauthorized"];
            403: components["responses"]["csrf_failed"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    requestPasswordReset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: email
                     * @description One email address.
                     */
                    email: string;
                    /** @description What the captcha widget gave, or a `humanProof`. Either is good once. */
                    captchaToken?: string;
                };
            };
        };
        responses: {
            /** @description If an account with that email exists, a password reset link has been sent. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "If an account with that email exists, a password reset link has been sent.";
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            403: components["responses"]["captcha_failed.captcha_required.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    checkResetLink: {
        parameters: {
            query: {
                /** @description The token of the mailed link. */
                token: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: {
                            /** @constant */
                            valid: true;
                        };
                    };
                };
            };
            400: components["responses"]["token_invalid.validation_failed"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    resetPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The token of the mailed link. */
                    token: string;
                    /**
                     * @description 8 characters to 1024 bytes; common passwords are refused.
                     * @example correct horse battery staple
                     */
                    newPassword: string;
                    /** @example correct horse battery staple */
                    confirmPassword?: string;
                };
            };
        };
        responses: {
            /** @description Password has been reset successfully. Please log in with your new password. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "Password has been reset successfully. Please log in with your new password.";
                    };
                };
            };
            400: components["responses"]["malformed_json.token_invalid.validation_failed.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    verifyCaptcha: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What the widget gave. */
                    token: string;
                };
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: {
                            /** @description Good once, wherever `captchaToken` is asked for. */
                            humanProof: string;
                            /** @description Seconds. */
                            expiresIn: number;
                        };
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            403: components["responses"]["captcha_failed.limited"];
            404: components["responses"]["not_found.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: components["schemas"]["Profile"];
                    };
                };
            };
            401: components["responses"]["unauthorized"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    updateMe: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Ada */
                    name?: string;
                    lastName?: string | null;
                    username?: string | null;
                    age?: number | null;
                };
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: components["schemas"]["Profile"];
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.limited"];
            409: components["responses"]["conflict.username_taken.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example correct horse battery staple */
                    currentPassword: string;
                    /**
                     * @description 8 characters to 1024 bytes; common passwords are refused.
                     * @example correct horse battery staple
                     */
                    newPassword: string;
                };
            };
        };
        responses: {
            /** @description Password changed. Your other sessions have ended. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "Password changed. Your other sessions have ended.";
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            401: components["responses"]["invalid_credentials.unauthorized.limited"];
            403: components["responses"]["csrf_failed.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.too_many_attempts.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    requestEmailChange: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: email
                     * @description One email address.
                     */
                    newEmail: string;
                    /** @example correct horse battery staple */
                    password: string;
                };
            };
        };
        responses: {
            /** @description Please check the mailbox of the new address to confirm the change. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "Please check the mailbox of the new address to confirm the change.";
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            401: components["responses"]["invalid_credentials.unauthorized.limited"];
            403: components["responses"]["csrf_failed.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.too_many_attempts.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    chooseSecondStep: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    enabled: boolean;
                    /** @example correct horse battery staple */
                    password: string;
                };
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: {
                            enabled: boolean;
                        };
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            401: components["responses"]["invalid_credentials.unauthorized.limited"];
            403: components["responses"]["csrf_failed.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.too_many_attempts.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    deactivateMe: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example correct horse battery staple */
                    password: string;
                };
            };
        };
        responses: {
            /** @description Your account has been deactivated. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    "Set-Cookie": components["headers"]["SetCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "Your account has been deactivated.";
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            401: components["responses"]["invalid_credentials.unauthorized.limited.cookies"];
            403: components["responses"]["csrf_failed.limited"];
            409: components["responses"]["last_admin.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.too_many_attempts.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    requestPhone: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description E.164; spaces, dots, dashes and brackets between its digits are left out. */
                    phone: string;
                };
            };
        };
        responses: {
            /** @description We have sent a code to that number. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "We have sent a code to that number.";
                        data: {
                            /** Format: uuid */
                            challengeId: string;
                            /** @description Seconds. */
                            expiresIn: number;
                        };
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.limited"];
            404: components["responses"]["not_found.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    removePhone: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no phone number on your account. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "There is no phone number on your account.";
                    };
                };
            };
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    verifyPhone: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    challengeId: string;
                    code: string;
                };
            };
        };
        responses: {
            /** @description Your phone number is confirmed. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "Your phone number is confirmed.";
                        data: {
                            phone: string;
                            /** @constant */
                            isPhoneVerified: true;
                        };
                    };
                };
            };
            400: components["responses"]["code_invalid.malformed_json.validation_failed.limited"];
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.too_many_attempts.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    setAvatar: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "image/png": string;
                "image/jpeg": string;
                "image/webp": string;
                "multipart/form-data": {
                    /** Format: binary */
                    image: string;
                };
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: {
                            avatarUrl: string;
                        };
                    };
                };
            };
            400: components["responses"]["validation_failed.limited"];
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.limited"];
            409: components["responses"]["conflict.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited.image"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    removeAvatar: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture has been removed. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "The picture has been removed.";
                    };
                };
            };
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.limited"];
            409: components["responses"]["conflict.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    getAvatar: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    /** @description How long it may be kept. */
                    "Cache-Control": "public, max-age=31536000, immutable";
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "image/png": string;
                    "image/jpeg": string;
                    "image/webp": string;
                };
            };
            /** @description It is what the caller has */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    /** @description How long it may be kept. */
                    "Cache-Control": "public, max-age=31536000, immutable";
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["not_found.cookies.page"];
            500: components["responses"]["internal.cookies.page"];
            503: components["responses"]["unavailable.cookies.page"];
        };
    };
    exchangeCode: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code: string;
                    codeVerifier: string;
                    /** @description The `deviceToken` of an earlier sign-in on this device. */
                    deviceToken?: string;
                    /**
                     * @description How the tokens travel: in the answer (the default), or in cookies alone.
                     * @enum {string}
                     */
                    transport?: "bearer" | "cookie";
                    /** @description Whom the access token is for: one of AUDIENCES, by default the first; in cookies that alone. */
                    audience?: string;
                };
            };
        };
        responses: {
            /** @description Login successful */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    "Set-Cookie": components["headers"]["SetCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "Login successful";
                        data: {
                            /** @description The access token: a JWT of type at+jwt (RFC 9068). */
                            token: string;
                            /** @constant */
                            tokenType: "Bearer";
                            expiresIn: number;
                            /** @description Good for one use; its successor comes with every refresh. */
                            refreshToken: string;
                            refreshExpiresIn: number;
                            /** @description Keep it, and send it with the next sign-in. Absent where a session of the pages is followed on a device that is not known. */
                            deviceToken?: string;
                            user: {
                                /** Format: uuid */
                                id: string;
                                name: string;
                                email: string;
                                isVerified: boolean;
                                /** @enum {string} */
                                role: "user" | "admin" | "superuser";
                            };
                        } | {
                            expiresIn: number;
                            /** @description For the header X-CSRF-Token of every write. */
                            csrfToken: string;
                            user: {
                                /** Format: uuid */
                                id: string;
                                name: string;
                                email: string;
                                isVerified: boolean;
                                /** @enum {string} */
                                role: "user" | "admin" | "superuser";
                            };
                        };
                    } | {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "We have sent you a code.";
                        data: {
                            /** @constant */
                            otpRequired: true;
                            /** Format: uuid */
                            challengeId: string;
                            expiresIn: number;
                        };
                    };
                };
            };
            400: components["responses"]["code_invalid.malformed_json.validation_failed.limited"];
            403: components["responses"]["account_deactivated.csrf_failed.email_not_verified.limited"];
            409: components["responses"]["conflict.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.too_many_attempts.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    listProviders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: components["schemas"]["SocialProvider"][];
                    };
                };
            };
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    startSocialSignIn: {
        parameters: {
            query?: {
                /** @description A path of this service, or one of ALLOWED_RETURN_URLS, exactly. */
                returnTo?: string;
                /** @description S256 of the `codeVerifier` that the exchange has to bring (RFC 7636). Required where `returnTo` is of another origin. */
                codeChallenge?: string;
            };
            header?: never;
            path: {
                /** @description The id of a provider that is on. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the provider */
            302: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    "Set-Cookie": components["headers"]["SetCookie"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["token_invalid.validation_failed.limited.cookies.page"];
            403: components["responses"]["forbidden.limited.cookies.page"];
            404: components["responses"]["not_found.limited.cookies.page"];
            429: components["responses"]["rate_limited.limited.cookies.page"];
            500: components["responses"]["internal.limited.cookies.page"];
            503: components["responses"]["unavailable.limited.cookies.page"];
        };
    };
    finishSocialSignIn: {
        parameters: {
            query?: {
                /** @description What the sign-in set out with. */
                state?: string;
                /** @description What the provider trades for who it was. */
                code?: string;
                /** @description Why it sends nobody, in place of a code. */
                error?: string;
                /** @description The provider's issuer, where it names itself. */
                iss?: string;
            };
            header?: never;
            path: {
                /** @description The id of a provider that is on. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To `returnTo` */
            302: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    "Set-Cookie": components["headers"]["SetCookie"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["token_invalid.limited.cookies.page"];
            401: components["responses"]["refresh_invalid.limited.cookies.page"];
            403: components["responses"]["account_deactivated.email_not_verified.limited.cookies.page"];
            404: components["responses"]["not_found.limited.cookies.page"];
            409: components["responses"]["conflict.limited.cookies.page"];
            429: components["responses"]["rate_limited.too_many_attempts.limited.cookies.page"];
            500: components["responses"]["internal.limited.cookies.page"];
            503: components["responses"]["unavailable.limited.cookies.page"];
        };
    };
    signInByProviderToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                /** @description The id of a provider that is on. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Of an OpenID provider, such as Google. */
                    idToken?: string;
                    /** @description Of GitHub or Facebook. */
                    accessToken?: string;
                    /** @description The `deviceToken` of an earlier sign-in on this device. */
                    deviceToken?: string;
                    /**
                     * @description How the tokens travel: in the answer (the default), or in cookies alone.
                     * @enum {string}
                     */
                    transport?: "bearer" | "cookie";
                    /** @description Whom the access token is for: one of AUDIENCES, by default the first; in cookies that alone. */
                    audience?: string;
                };
            };
        };
        responses: {
            /** @description Login successful */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    "Set-Cookie": components["headers"]["SetCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "Login successful";
                        data: {
                            /** @description The access token: a JWT of type at+jwt (RFC 9068). */
                            token: string;
                            /** @constant */
                            tokenType: "Bearer";
                            expiresIn: number;
                            /** @description Good for one use; its successor comes with every refresh. */
                            refreshToken: string;
                            refreshExpiresIn: number;
                            /** @description Keep it, and send it with the next sign-in. Absent where a session of the pages is followed on a device that is not known. */
                            deviceToken?: string;
                            user: {
                                /** Format: uuid */
                                id: string;
                                name: string;
                                email: string;
                                isVerified: boolean;
                                /** @enum {string} */
                                role: "user" | "admin" | "superuser";
                            };
                        } | {
                            expiresIn: number;
                            /** @description For the header X-CSRF-Token of every write. */
                            csrfToken: string;
                            user: {
                                /** Format: uuid */
                                id: string;
                                name: string;
                                email: string;
                                isVerified: boolean;
                                /** @enum {string} */
                                role: "user" | "admin" | "superuser";
                            };
                        };
                    } | {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "We have sent you a code.";
                        data: {
                            /** @constant */
                            otpRequired: true;
                            /** Format: uuid */
                            challengeId: string;
                            expiresIn: number;
                        };
                    };
                };
            };
            400: components["responses"]["malformed_json.token_invalid.validation_failed.limited"];
            403: components["responses"]["account_deactivated.csrf_failed.email_not_verified.limited"];
            404: components["responses"]["not_found.limited"];
            409: components["responses"]["conflict.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.too_many_attempts.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    listIdentities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: components["schemas"]["Identity"][];
                    };
                };
            };
            401: components["responses"]["unauthorized"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    linkIdentity: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                /** @description The id of a provider that is on. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Of an OpenID provider, such as Google. */
                    idToken?: string;
                    /** @description Of GitHub or Facebook. */
                    accessToken?: string;
                    /**
                     * @description Required where the account has one.
                     * @example correct horse battery staple
                     */
                    password?: string;
                    /** @description The latest of this session: where the account has no password, and the session is not a cookie's. */
                    refreshToken?: string;
                };
            };
        };
        responses: {
            /** @description It signs you in from now on. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "It signs you in from now on.";
                    };
                };
            };
            400: components["responses"]["malformed_json.token_invalid.validation_failed.limited"];
            401: components["responses"]["invalid_credentials.refresh_invalid.unauthorized.limited"];
            403: components["responses"]["csrf_failed.limited"];
            404: components["responses"]["not_found.limited"];
            409: components["responses"]["conflict.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.too_many_attempts.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    removeIdentity: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                /** @description The id of a provider that is on. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It no longer signs you in. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "It no longer signs you in.";
                    };
                };
            };
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.limited"];
            404: components["responses"]["not_found.limited"];
            409: components["responses"]["last_sign_in_method.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    listUsers: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
                /** @description Beginnings of words of the address, the name or the username. */
                search?: string;
                role?: "user" | "admin" | "superuser";
                status?: "active" | "deactivated";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: {
                            users: components["schemas"]["Profile"][];
                            /** @description For the next page; null on the last one. */
                            nextCursor: string | null;
                        };
                    };
                };
            };
            400: components["responses"]["validation_failed"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    inviteUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: email
                     * @description One email address.
                     */
                    email: string;
                    /** @example Ada */
                    name: string;
                    /**
                     * @description None above the caller's own.
                     * @enum {string}
                     */
                    role?: "user" | "admin" | "superuser";
                };
            };
        };
        responses: {
            /** @description The invitation is on its way. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "The invitation is on its way.";
                        data: components["schemas"]["Profile"];
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.forbidden.limited"];
            409: components["responses"]["conflict.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: components["schemas"]["Profile"];
                    };
                };
            };
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user and everything that was theirs has been deleted. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "The user and everything that was theirs has been deleted.";
                    };
                };
            };
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.forbidden.limited"];
            404: components["responses"]["not_found.limited"];
            409: components["responses"]["conflict.user_still_active.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    updateUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Ada */
                    name?: string;
                    lastName?: string | null;
                    username?: string | null;
                    age?: number | null;
                };
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: components["schemas"]["Profile"];
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.forbidden.limited"];
            404: components["responses"]["not_found.limited"];
            409: components["responses"]["conflict.username_taken.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    activateUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user is active. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "The user is active.";
                    };
                };
            };
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.forbidden.limited"];
            404: components["responses"]["not_found.limited"];
            409: components["responses"]["conflict.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    deactivateUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user is deactivated, and their sessions have ended. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "The user is deactivated, and their sessions have ended.";
                    };
                };
            };
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.forbidden.limited"];
            404: components["responses"]["not_found.limited"];
            409: components["responses"]["conflict.last_admin.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    unlockUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user is not locked any more. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "The user is not locked any more.";
                    };
                };
            };
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.forbidden.limited"];
            404: components["responses"]["not_found.limited"];
            409: components["responses"]["conflict.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    startUserReset: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A link to choose a password has been sent. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "A link to choose a password has been sent.";
                    };
                };
            };
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.forbidden.limited"];
            404: components["responses"]["not_found.limited"];
            409: components["responses"]["conflict.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    endUserSessions: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user's sessions have ended. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "The user's sessions have ended.";
                    };
                };
            };
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.forbidden.limited"];
            404: components["responses"]["not_found.limited"];
            409: components["responses"]["conflict.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    setUserRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description None above the caller's own.
                     * @enum {string}
                     */
                    role: "user" | "admin" | "superuser";
                };
            };
        };
        responses: {
            /** @description The user has the role. If it is new to them, their sessions have ended. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "The user has the role. If it is new to them, their sessions have ended.";
                    };
                };
            };
            400: components["responses"]["malformed_json.validation_failed.limited"];
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.forbidden.limited"];
            404: components["responses"]["not_found.limited"];
            409: components["responses"]["conflict.last_admin.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    setUserAvatar: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "image/png": string;
                "image/jpeg": string;
                "image/webp": string;
                "multipart/form-data": {
                    /** Format: binary */
                    image: string;
                };
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: {
                            avatarUrl: string;
                        };
                    };
                };
            };
            400: components["responses"]["validation_failed.limited"];
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.forbidden.limited"];
            404: components["responses"]["not_found.limited"];
            409: components["responses"]["conflict.limited"];
            413: components["responses"]["payload_too_large.limited"];
            415: components["responses"]["unsupported_media_type.limited.image"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    removeUserAvatar: {
        parameters: {
            query?: never;
            header?: {
                /** @description What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller. */
                "X-CSRF-Token"?: components["parameters"]["CsrfToken"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture has been removed. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        message: "The picture has been removed.";
                    };
                };
            };
            401: components["responses"]["unauthorized.limited"];
            403: components["responses"]["csrf_failed.forbidden.limited"];
            404: components["responses"]["not_found.limited"];
            409: components["responses"]["conflict.limited"];
            429: components["responses"]["rate_limited.limited"];
            500: components["responses"]["internal.limited"];
            503: components["responses"]["unavailable.limited"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
                userId?: string;
                type?: "account_registered" | "email_verified" | "email_change_requested" | "email_changed" | "profile_updated" | "password_changed" | "password_reset_requested" | "password_reset" | "second_factor_changed" | "account_deactivated" | "account_activated" | "account_unlocked" | "account_deleted" | "user_invited" | "invitation_accepted" | "role_changed" | "superuser_bootstrapped" | "phone_change_requested" | "phone_verified" | "phone_removed" | "avatar_changed" | "avatar_removed" | "signed_in" | "identity_linked" | "identity_removed" | "signed_out" | "session_ended" | "other_sessions_ended" | "all_sessions_ended" | "refresh_token_reused";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: {
                            events: components["schemas"]["AuditEvent"][];
                            /** @description For the next page; null on the last one. */
                            nextCursor: string | null;
                        };
                    };
                };
            };
            400: components["responses"]["validation_failed"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getKeySet: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    /** @description How long it may be kept. */
                    "Cache-Control": "public, max-age=600";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: {
                            /** @constant */
                            kty: "EC";
                            /** @constant */
                            crv: "P-256";
                            x: string;
                            y: string;
                            kid: string;
                            /** @constant */
                            alg: "ES256";
                            /** @constant */
                            use: "sig";
                        }[];
                    };
                };
            };
            500: components["responses"]["internal.cookies.page"];
            503: components["responses"]["unavailable.cookies.page"];
        };
    };
    getDescription: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    /** @description How long it may be kept. */
                    "Cache-Control": "public, max-age=300";
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        openapi: "3.1.0";
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description It is what the caller has */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    /** @description How long it may be kept. */
                    "Cache-Control": "public, max-age=300";
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            500: components["responses"]["internal.cookies.page"];
            503: components["responses"]["unavailable.cookies.page"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: {
                            /** @constant */
                            status: "ok";
                        };
                    };
                };
            };
            500: components["responses"]["internal.cookies.page"];
            503: components["responses"]["unavailable.cookies.page"];
        };
    };
    getDeepHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Cache-Control": components["headers"]["NotKept"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        data: {
                            /** @enum {string} */
                            status: "ok" | "failing";
                            /**
                             * Format: date-time
                             * @description A report is given out for ten seconds.
                             */
                            checkedAt: string;
                            checks: {
                                database: {
                                    /** @enum {string} */
                                    status: "ok" | "failing";
                                    ms: number;
                                };
                                migrations: {
                                    /** @enum {string} */
                                    status: "ok" | "failing";
                                    ms: number;
                                };
                                kv: {
                                    /** @enum {string} */
                                    status: "ok" | "failing";
                                    ms: number;
                                };
                                bucket: {
                                    /** @enum {string} */
                                    status: "ok" | "failing";
                                    ms: number;
                                };
                                assets: {
                                    /** @enum {string} */
                                    status: "ok" | "failing";
                                    ms: number;
                                };
                                signingKey: {
                                    /** @enum {string} */
                                    status: "ok" | "failing";
                                    ms: number;
                                };
                            };
                        };
                    };
                };
            };
            429: components["responses"]["rate_limited.limited.cookies.page"];
            500: components["responses"]["internal.limited.cookies.page"];
            503: components["responses"]["unavailable.limited.cookies.page.report"];
        };
    };
}
