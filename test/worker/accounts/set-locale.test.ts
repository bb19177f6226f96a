import { expect, it } from "vitest";
import { accountLocaleStore } from "../../../src/accounts/locale-store.ts";
import { setLocale } from "../../../src/accounts/set-locale.ts";
import type { Locale } from "../../../src/core/locale.ts";
import { openDatabase } from "../../../src/db/database.ts";
import { idOf } from "../../support/admins.ts";
import { EVERY_MINUTE, startWithProvider, status } from "../../support/outbox.ts";
import { startService } from "../../support/service.ts";
import { mailTo, member } from "../../support/users.ts";

const service = startService();
const meter = { d1: 0, kv: 0, kvFailed: 0, burstFailed: 0, providerErrors: [] };
const accountLocales = accountLocaleStore(openDatabase(service.env.DB, meter));
const { clock } = service;

const choose = async (email: string, from: Locale | null, locale: Locale) =>
  setLocale({ clock, accountLocales }, { account: { id: await idOf(email), locale: from }, locale });

const languageOfNewest = async (email: string) =>
  /<html lang="(\w+)">/.exec((await mailTo(service, email))[0]?.html ?? "")?.[1];

it("has the next mail, and nobody else's, in the language that was switched to", async () => {
  const [{ email }, other] = [await member(service), await member(service)];
  expect(await languageOfNewest(email)).toBe("en");
  await choose(email, "en", "de");
  for (const address of [email, other.email]) await service.post("/forgot-password", { email: address });
  expect([await languageOfNewest(email), await languageOfNewest(other.email)]).toEqual(["de", "en"]);
});

it("has a mail that waits in the language of when it is sent", async () => {
  const { email } = await member(service);
  const { provider, service: out } = startWithProvider(clock);
  await provider.answer(status(500));
  await out.post("/forgot-password", { email });
  await choose(email, "en", "de");
  clock.advance(60_000);
  await service.runCron(EVERY_MINUTE);
  expect(await languageOfNewest(email)).toBe("de");
});

it("costs nothing when it is the language already", async () => {
  const { email } = await member(service);
  const before = meter.d1;
  await choose(email, "de", "de");
  expect(meter.d1).toBe(before);
  await choose(email, "de", "en");
  expect(meter.d1).toBe(before + 1);
});
