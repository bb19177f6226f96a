import { SECOND } from "../../../core/clock.ts";
import type { OnProviderError } from "../../../core/provider-error.ts";
import type { ProviderDeps } from "./code-flow.ts";
import type { SocialProvider } from "./provider.ts";
import { definitionOf } from "./provider-table.ts";
import type { SocialSettings } from "./settings.ts";

/** Enough for three requests to a healthy provider, and not more than a user waits for a page. */
const PROVIDER_TIMEOUT_MS = 6 * SECOND;

/** The configured providers by id. */
export type SocialProviders = ReadonlyMap<string, SocialProvider>;

type Deps = Omit<ProviderDeps, "timeout" | "onProviderError"> & {
  /** Milliseconds for all requests of one operation; 6 seconds by default. */
  readonly timeout?: number | undefined;
  readonly reportProviderError: (id: string) => OnProviderError;
};

export function createSocialProviders(
  settings: SocialSettings,
  { timeout = PROVIDER_TIMEOUT_MS, reportProviderError, ...deps }: Deps,
): SocialProviders {
  return new Map(
    Object.entries(settings).map(([id, client]) => [
      id,
      definitionOf(id).create(client, { ...deps, timeout, onProviderError: reportProviderError(id) }),
    ]),
  );
}
