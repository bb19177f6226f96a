import type { LinkedIdentity } from "./identity.ts";
import type { SocialProvider } from "./providers/provider.ts";

export type ListIdentitiesDeps = {
  readonly identities: { list(accountId: string): Promise<LinkedIdentity[]> };
  readonly socialProviders: ReadonlyMap<string, Pick<SocialProvider, "name">>;
};

/** The providers that sign the caller in; one that has been turned off goes by its id. */
export async function listIdentities(
  deps: ListIdentitiesDeps,
  input: { readonly accountId: string },
): Promise<(LinkedIdentity & { readonly name: string })[]> {
  const linked = await deps.identities.list(input.accountId);
  return linked.map((one) => ({
    ...one,
    name: deps.socialProviders.get(one.provider)?.name ?? one.provider,
  }));
}
