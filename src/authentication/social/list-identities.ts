import type { LinkedIdentity } from "./identity.ts";
import type { SocialProvider } from "./providers/provider.ts";
import type { IdentityStore } from "./store.ts";

export type ListIdentitiesDeps = {
  readonly identities: Pick<IdentityStore, "list">;
  readonly socialProviders: ReadonlyMap<string, Pick<SocialProvider, "name">>;
};

/** The identities linked to an account. The name of a provider that is no longer configured is its id. */
export async function listIdentities(
  deps: ListIdentitiesDeps,
  input: { readonly accountId: string },
): Promise<(LinkedIdentity & { readonly name: string })[]> {
  const linked = await deps.identities.list(input.accountId);
  return linked.map((identity) => ({
    ...identity,
    name: deps.socialProviders.get(identity.provider)?.name ?? identity.provider,
  }));
}
