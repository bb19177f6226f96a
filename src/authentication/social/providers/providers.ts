import { SECOND } from "../../../core/clock.ts";
import type { OnProviderError } from "../../../core/provider-error.ts";
import type { ProviderDeps } from "./code-flow.ts";
import { createFacebook } from "./facebook.ts";
import { createGitHub } from "./github.ts";
import { createGoogle } from "./google.ts";
import { createOidc } from "./oidc.ts";
import type { SocialProvider } from "./provider.ts";
import type { ClientSettings, SocialProviderId, SocialSettings } from "./settings.ts";

/** Enough for three requests to a healthy provider, and not more than a user waits for a page. */
const PROVIDER_TIMEOUT_MS = 6 * SECOND;

type ProviderTable = Record<
  SocialProviderId,
  (settings: ClientSettings, deps: ProviderDeps) => SocialProvider
>;

const providers: ProviderTable = {
  google: createGoogle,
  github: createGitHub,
  facebook: createFacebook,
  oidc: createOidc,
};

/** The configured providers by id. */
export type SocialProviders = ReadonlyMap<string, SocialProvider>;

type Deps = Omit<ProviderDeps, "timeout" | "onProviderError"> & {
  /** Milliseconds for all requests of one operation; 6 seconds by default. */
  readonly timeout?: number | undefined;
  readonly reportProviderError: (id: SocialProviderId) => OnProviderError;
};

export function createSocialProviders(
  settings: SocialSettings,
  { timeout = PROVIDER_TIMEOUT_MS, reportProviderError, ...deps }: Deps,
): SocialProviders {
  const configured = Object.entries(settings) as [SocialProviderId, ClientSettings][];
  return new Map(
    configured.map(([id, client]) => [
      id,
      providers[id](client, { ...deps, timeout, onProviderError: reportProviderError(id) }),
    ]),
  );
}
