import { describe, expect, it } from "vitest";
import { accountLocaleStore } from "../../../src/accounts/locale-store.ts";
import { setLocale } from "../../../src/accounts/set-locale.ts";
import type { Locale } from "../../../src/core/locale.ts";
import { openDatabase } from "../../../src/db/database.ts";
import { EVERY_MINUTE, startWithProvider, status } from "../../support/outbox.ts";
import { startService } from "../../support/service.ts";
import { accountIdOf, mailTo, registerAndVerify, registerVerifiedUser } from "../../support/users.ts";

const service = startService();
const meter = { d1: 0, kv: 0, kvFailed: 0, burstFailed: 0, providerErrors: [] };
const accountLocales = accountLocaleStore(openDatabase(service.env.DB, meter));
const { clock } = service;

const changeLocale = async (email: string, from: Locale | null, locale: Locale) =>
  setLocale({ clock, accountLocales }, { account: { id: await accountIdOf(email), locale: from }, locale });

const newestMailLanguage = async (email: string) =>
  /<html lang="(\w+)">/.exec((await mailTo(service, email))[0]?.html ?? "")?.[1];

describe("setLocale", () => {
  it("sends the user's next mail in the new language, and other users' mails in theirs", async () => {
    const [{ email }, other] = [await registerAndVerify(service), await registerAndVerify(service)];
    expect(await newestMailLanguage(email)).toBe("en");
    await changeLocale(email, "en", "de");
    for (const address of [email, other.email]) await service.post("/forgot-password", { email: address });
    expect([await newestMailLanguage(email), await newestMailLanguage(other.email)]).toEqual(["de", "en"]);
  });

  it("sends a queued mail in the language at the time of delivery", async () => {
    const { email } = await registerVerifiedUser(service);
    const { provider, service: providerService } = startWithProvider(clock);
    await provider.answer(status(500));
    await providerService.post("/forgot-password", { email });
    await changeLocale(email, "en", "de");
    clock.advance(60_000);
    await service.runCron(EVERY_MINUTE);
    expect(await newestMailLanguage(email)).toBe("de");
  });

  it("makes no D1 query when the language is unchanged", async () => {
    const { email } = await registerVerifiedUser(service);
    const before = meter.d1;
    await changeLocale(email, "de", "de");
    expect(meter.d1).toBe(before);
    await changeLocale(email, "de", "en");
    expect(meter.d1).toBe(before + 1);
  });
});
