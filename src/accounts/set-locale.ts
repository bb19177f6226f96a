import type { Clock } from "../core/clock.ts";
import type { Locale } from "../core/locale.ts";
import type { Account } from "./account.ts";
import type { AccountLocaleStore } from "./locale-store.ts";

export type SetLocaleDeps = {
  readonly clock: Clock;
  readonly accountLocales: AccountLocaleStore;
};

/** Sets the language of the account's mails and texts. Costs no query if it is set already. */
export async function setLocale(
  deps: SetLocaleDeps,
  { account, locale }: { readonly account: Pick<Account, "id" | "locale">; readonly locale: Locale },
): Promise<void> {
  if (account.locale === locale) return;
  await deps.accountLocales.set(account.id, locale, deps.clock.now());
}
