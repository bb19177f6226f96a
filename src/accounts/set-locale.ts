import type { Clock } from "../core/clock.ts";
import type { Locale } from "../core/locale.ts";
import type { Account } from "./account.ts";

export type SetLocaleDeps = {
  readonly clock: Clock;
  readonly accountLocales: { set(accountId: string, locale: Locale, now: number): Promise<void> };
};

type Choice = { readonly account: Pick<Account, "id" | "locale">; readonly locale: Locale };

/** The language that a person is written to in from now on. Choosing what is, changes nothing. */
export async function setLocale(deps: SetLocaleDeps, { account, locale }: Choice): Promise<void> {
  if (account.locale === locale) return;
  await deps.accountLocales.set(account.id, locale, deps.clock.now());
}
