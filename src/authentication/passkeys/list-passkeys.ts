import type { Passkey } from "./passkey.ts";
import type { PasskeyRegistrationStore } from "./registration-store.ts";

export type ListPasskeysDeps = { readonly passkeyRegistrations: Pick<PasskeyRegistrationStore, "list"> };

/** The passkeys of an account, the oldest first. */
export const listPasskeys = (
  deps: ListPasskeysDeps,
  { accountId }: { readonly accountId: string },
): Promise<Passkey[]> => deps.passkeyRegistrations.list(accountId);
