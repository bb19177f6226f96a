import type { ZodOpenApiHeaderObject } from "zod-openapi";

/** Whole seconds (RFC 9110 §10.2.3). */
const SECONDS = { type: "integer", minimum: 0 } as const;

const text = (description: string, more: object = {}) => ({
  description,
  schema: { type: "string", ...more },
});

/** Response headers. A required one is in every response that refers to it. */
const headers = {
  RequestId: {
    ...text("Identifies this request in the log of the service.", { format: "uuid" }),
    required: true,
  },
  NotKept: {
    ...text("The response must not be cached.", { const: "no-store" }),
    required: true,
  },
  RetryAfter: {
    description: "Seconds until the client may retry.",
    required: true,
    schema: SECONDS,
  },
  RateLimitPolicy: text(
    "The limits of this route: requests and seconds (draft-ietf-httpapi-ratelimit-headers). Absent when limits are off.",
    { examples: ['"login";q=10;w=60'] },
  ),
  RateLimit: text("The remaining requests, and the seconds until the limit is reset.", {
    examples: ['"login";r=9;t=42'],
  }),
  Authenticate: { ...text("The authentication scheme (RFC 6750 §3).", { const: "Bearer" }), required: true },
  MayAuthenticate: text("The authentication scheme (RFC 6750 §3), when the code is `unauthorized`.", {
    const: "Bearer",
  }),
  SetCookie: text(
    "Sets or deletes the session cookies, when cookies carry the tokens. All are `__Host-`, Secure, HttpOnly and SameSite=Lax.",
  ),
  Location: { ...text("The URL of the redirect.", { format: "uri-reference" }), required: true },
  ETag: { ...text("The version, for `If-None-Match`."), required: true },
} as const;

type HeaderId = keyof typeof headers;

export const headerComponents = headers as unknown as Record<HeaderId, ZodOpenApiHeaderObject>;

export const headerRef = (id: HeaderId) => ({ $ref: `#/components/headers/${id}` });

/** Cache-Control of a response that may be cached. */
export const keptHeader = (directives: string) => ({
  ...text("How long the response may be cached.", { const: directives }),
  required: true,
});
