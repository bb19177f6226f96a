import type { Context, MiddlewareHandler } from "hono";
import type { ApiKey } from "../auth-service.ts";
import { isApiKey, type KeyVerifier } from "../key-verifier.ts";
import { refuse } from "./error-response.ts";
import { throwIfMisconfigured } from "./throw-if-misconfigured.ts";

/** The variable that `requireApiKey` sets: `c.var.apiKey`. */
export type ApiKeyEnv = { Variables: { apiKey: ApiKey } };

/** The variable with `otherwise`: set if the request has presented an API key. */
export type OptionalApiKeyEnv = { Variables: { apiKey?: ApiKey } };

type Options = {
  /** Scopes that the key must have. */
  readonly scopes?: readonly string[];
};

// biome-ignore lint/suspicious/noExplicitAny: the bindings of any app
type From<T> = T | ((c: Context<any>) => T);

/**
 * Requires an API key in the header `Authorization: Bearer` and sets `c.var.apiKey`. Otherwise responds with 401, with
 * 403 if a scope is missing (RFC 6750 §3), or with 503 if the key could not be verified. `otherwise` handles the requests
 * that present no API key: `requireApiKey(keys, { scopes, otherwise: requireSession(verifier) })`.
 */
export function requireApiKey(verifier: From<KeyVerifier>, options?: Options): MiddlewareHandler<ApiKeyEnv>;
export function requireApiKey<Variables extends object>(
  verifier: From<KeyVerifier>,
  options: Options & { readonly otherwise: MiddlewareHandler<{ Variables: Variables }> },
): MiddlewareHandler<{ Variables: Partial<Variables> & OptionalApiKeyEnv["Variables"] }>;
export function requireApiKey(
  verifier: From<KeyVerifier>,
  // biome-ignore lint/suspicious/noExplicitAny: the variables of any guard
  { scopes = [], otherwise }: Options & { readonly otherwise?: MiddlewareHandler<any> } = {},
): MiddlewareHandler {
  return async (c, next) => {
    const [, key = ""] = /^Bearer +(\w+) *$/i.exec(c.req.header("Authorization") ?? "") ?? [];
    if (!isApiKey(key)) return otherwise ? otherwise(c, next) : refuse(c, "unauthorized", "Bearer");
    const current = typeof verifier === "function" ? verifier(c) : verifier;
    const result = await current.verify(key, { scopes });
    if (result.ok) {
      c.set("apiKey", result.key);
      return next();
    }
    if (result.reason === "unavailable") return refuse(c, "unavailable");
    throwIfMisconfigured(result.reason);
    return result.reason === "insufficient_scope"
      ? refuse(c, "forbidden", `Bearer error="insufficient_scope", scope="${scopes.join(" ")}"`)
      : refuse(c, "unauthorized", 'Bearer error="invalid_token"');
  };
}
