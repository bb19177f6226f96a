import type { Resource } from "./resource.ts";

export type AudienceSettings = {
  /** PUBLIC_URL: the issuer of every token. */
  readonly publicUrl: string;
  /** RESOURCES. This service's own API is not among them. */
  readonly resources: readonly Resource[];
};

type OwnSettings = Pick<AudienceSettings, "publicUrl">;

/** The name of this service's own API, beside its URI. */
export const OWN_ALIAS = "gatehouse";

/**
 * The audience of this service's own API, `/api/auth`. The API and the pages accept only tokens for it
 * (docs/decisions/024).
 */
export const ownAudience = ({ publicUrl }: OwnSettings): string => `${publicUrl}/api/auth`;

/** The second audience of a token with the scope `openid` (OpenID Connect Core 1.0 §5.3). */
export const userinfoUrl = ({ publicUrl }: OwnSettings): string => `${publicUrl}/oauth/userinfo`;

/** The audiences that access tokens are issued for. */
export const allAudiences = (settings: AudienceSettings): readonly string[] => [
  ownAudience(settings),
  ...settings.resources.map(({ uri }) => uri),
];

/**
 * The URI of the resource with this URI or alias, or null. A request of the first-party API, a call over RPC and the
 * props of a binding name a resource in either way. Everything behind them uses URIs only.
 */
export function findResource(settings: AudienceSettings, name: string): string | null {
  const own = ownAudience(settings);
  if (name === own || name === OWN_ALIAS) return own;
  return settings.resources.find(({ uri, alias }) => uri === name || alias === name)?.uri ?? null;
}

/**
 * The audience of the tokens that a request of this service's own client asks for; without one, this service's own.
 * Null if there is no such resource, or if cookies carry the tokens and it is not this service's own.
 */
export function chooseAudience(
  settings: AudienceSettings,
  requested: string | undefined,
  transport: "bearer" | "cookie" = "bearer",
): string | null {
  const own = ownAudience(settings);
  const audience = requested === undefined ? own : findResource(settings, requested);
  return audience === own || transport === "bearer" ? audience : null;
}

/**
 * The resource of a request that is never for this service's own API. Without a name it is the only one of RESOURCES.
 * Null if the resource is not allowed, or if the request has to name one of several.
 */
export function chooseAppAudience(settings: AudienceSettings, requested: string | undefined): string | null {
  const [only = null, ...others] = settings.resources;
  if (requested === undefined) return others.length === 0 ? (only?.uri ?? null) : null;
  const audience = findResource(settings, requested);
  return audience === ownAudience(settings) ? null : audience;
}

/** Whose tokens are requested. Statements compare it with the session (`maySignFor` of `statements.ts`). */
export type AudienceRequest = {
  /** Null: the session's own. */
  readonly requested: string | null;
  /** The audience of this service. */
  readonly own: string;
};
