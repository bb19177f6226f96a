import { SECOND } from "../../../core/clock.ts";
import type { OnProviderError } from "../../../core/provider-error.ts";
import type { ProviderDeps } from "./code-flow.ts";
import { createFacebook } from "./facebook.ts";
import { createGitHub } from "./github.ts";
import { createGoogle } from "./google.ts";
import { createOidc } from "./oidc.ts";
import type { SocialProvider } from "./provider.ts";
import type { ClientSettings, SocialProviderId, SocialSettings } from "./settings.ts";

/** Long enough for three requests to a healthy provider, and as long as a person waits for a page. */
const PROVIDER_TIMEOUT = 6 * SECOND;

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

/** The providers that are on, by id. */
export type SocialProviders = ReadonlyMap<string, SocialProvider>;

type Deps = Omit<ProviderDeps, "timeout" | "onProviderError"> & {
  /** Milliseconds for all the requests of one step; 6 seconds unless told. */
  readonly timeout?: number | undefined;
  readonly reportProviderError: (id: SocialProviderId) => OnProviderError;
};

export function createSocialProviders(
  settings: SocialSettings,
  { timeout = PROVIDER_TIMEOUT, reportProviderError, ...deps }: Deps,
): SocialProviders {
  const known = Object.entries(settings) as [SocialProviderId, ClientSettings][];
  return new Map(
    known.map(([id, own]) => [
      id,
      providers[id](own, { ...deps, timeout, onProviderError: reportProviderError(id) }),
    ]),
  );
}
