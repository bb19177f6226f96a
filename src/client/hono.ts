// The exports of `gatehouse/client/hono`.
export { type HonoResource, protectedResource, type TokenEnv } from "./hono/protected-resource.ts";
export { type ApiKeyEnv, type OptionalApiKeyEnv, requireApiKey } from "./hono/require-api-key.ts";
export { requireRole } from "./hono/require-role.ts";
export { requireSession } from "./hono/require-session.ts";
export type { OptionalSessionEnv, SessionEnv } from "./hono/session-env.ts";
export type { App } from "./hono/sign-in/app.ts";
export { browserSession } from "./hono/sign-in/browser-session.ts";
export type { LogoutStore } from "./hono/sign-in/logout-store.ts";
export { signInRoutes } from "./hono/sign-in/sign-in-routes.ts";
