// The exports of `gatehouse/client/hono`.
export type { App } from "./hono/app.ts";
export { browserSession } from "./hono/browser-session.ts";
export { type ApiKeyEnv, type OptionalApiKeyEnv, requireApiKey } from "./hono/require-api-key.ts";
export { type HonoResource, protectedResource, type TokenEnv } from "./hono/protected-resource.ts";
export { requireRole } from "./hono/require-role.ts";
export { requireSession } from "./hono/require-session.ts";
export type { OptionalSessionEnv, SessionEnv } from "./hono/session-env.ts";
export { signInRoutes } from "./hono/sign-in-routes.ts";
