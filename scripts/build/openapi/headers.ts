import type { ZodOpenApiHeaderObject } from "zod-openapi";

/** Seconds, whole ones (RFC 9110 §10.2.3). */
const SECONDS = { type: "integer", minimum: 0 } as const;

const text = (description: string, more: object = {}) => ({
  description,
  schema: { type: "string", ...more },
});

/** What a response says beside its body. One that is required is in every response that refers to it. */
const headers = {
  RequestId: {
    ...text("Names this request in the log of the service.", { format: "uuid" }),
    required: true,
  },
  NotKept: {
    ...text("Nothing may keep it: it speaks of one person at one moment.", { const: "no-store" }),
    required: true,
  },
  RetryAfter: {
    description: "Seconds after which asking again makes sense.",
    required: true,
    schema: SECONDS,
  },
  RateLimitPolicy: text(
    "The limits of this route: requests and seconds (draft-ietf-httpapi-ratelimit-headers). Absent where limits are off.",
    { examples: ['"login";q=10;w=60'] },
  ),
  RateLimit: text("What is left of them, and the seconds until all of it is there again.", {
    examples: ['"login";r=9;t=42'],
  }),
  Authenticate: { ...text("How to present a token (RFC 6750 §3).", { const: "Bearer" }), required: true },
  MayAuthenticate: text("Where the code is `unauthorized`: how to present a token (RFC 6750 §3).", {
    const: "Bearer",
  }),
  SetCookie: text(
    "Where tokens travel in cookies: they are set, or taken back. All are `__Host-`, Secure, HttpOnly and SameSite=Lax.",
  ),
  Location: { ...text("Where to go on.", { format: "uri-reference" }), required: true },
  ETag: { ...text("For `If-None-Match`."), required: true },
} as const;

type HeaderId = keyof typeof headers;

export const headerComponents = headers as unknown as Record<HeaderId, ZodOpenApiHeaderObject>;

export const headerRef = (id: HeaderId) => ({ $ref: `#/components/headers/${id}` });

/** For what may be kept, by its directives. */
export const keptHeader = (directives: string) => ({
  ...text("How long it may be kept.", { const: directives }),
  required: true,
});
