import type { Clock } from "../core/clock.ts";
import type { ApiKey } from "./api-key.ts";
import type { ApiKeyStore } from "./store.ts";

export type ListApiKeysDeps = { readonly clock: Clock; readonly apiKeys: Pick<ApiKeyStore, "list"> };

/** The keys of a user. Expired ones are listed until they are deleted. */
export const listApiKeys = (
  deps: ListApiKeysDeps,
  input: { readonly accountId: string },
): Promise<ApiKey[]> => deps.apiKeys.list(input.accountId, deps.clock.now());
