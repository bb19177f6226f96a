import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { type Service, startService } from "../../../support/service.ts";
import {
  accountIdOf,
  mailTo,
  newAddress,
  PASSWORD,
  registerVerifiedUser,
  signedInAs,
  usersApiAs,
} from "../../../support/users.ts";

const service = startService();
const superuser = await signedInAs(service, "superuser");
const asSuperuser = usersApiAs(service, superuser);

async function newUser() {
  const { email } = await registerVerifiedUser(service);
  return { email, id: await accountIdOf(email) };
}

async function deactivate(id: string): Promise<void> {
  expect((await asSuperuser.call("POST", `/${id}/deactivate`)).status).toBe(200);
}

/** Asks for that many reset links, and returns their tokens, newest first. */
async function resetTokens(email: string, count: number): Promise<string[]> {
  for (let link = 0; link < count; link += 1) {
    service.clock.advance(1000);
    await service.post("/forgot-password", { email });
  }
  return (await mailTo(service, email))
    .slice(0, count)
    .map(({ text }) => /token=([\w-]+)/.exec(text)?.[1] ?? "");
}

const isValid = async (token: string | undefined) =>
  (await service.get(`/reset-password?token=${token}`)).status === 200;

describe("activating a user", () => {
  it("leaves other users deactivated", async () => {
    const [user, other] = [await newUser(), await newUser()];
    for (const { id } of [user, other]) await deactivate(id);
    expect((await asSuperuser.call("POST", `/${user.id}/activate`)).status).toBe(200);
    const login = await service.post("/login", { email: other.email, password: PASSWORD });
    expectErrorResponse(login, 403, "account_deactivated");
  });
});

describe("changing a role", () => {
  it("mails the user that the role was changed", async () => {
    const { email, id } = await newUser();
    expect((await asSuperuser.call("PUT", `/${id}/role`, { role: "admin" })).status).toBe(200);
    const mails = await mailTo(service, email);
    expect(mails.map(({ subject }) => subject)).toEqual(["Your role at Gatehouse was changed"]);
  });
});

describe("deleting a user", () => {
  it("empties the development mailbox of the messages to the user, and of no others", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const phone = "+4915550002";
    await service.post("/forgot-password", { email: other.email });
    await service.post("/forgot-password", { email: user.email });
    await env.DB.prepare("UPDATE accounts SET phone = ? WHERE id = ?").bind(phone, user.id).run();
    // The outbox keeps its row of a sent message for a day, the mailbox keeps the message for a week.
    const insert = env.DB.prepare(
      "INSERT INTO mailbox_messages (id, channel, recipient, subject, text, html, created_at) VALUES (?, 'email', ?, '', '', '', 1)",
    );
    const addresses = [user.email, phone, other.email];
    await env.DB.batch(addresses.map((to) => insert.bind(crypto.randomUUID(), to)));
    await deactivate(user.id);
    expect((await asSuperuser.call("DELETE", `/${user.id}`)).status).toBe(200);
    expect([await mailTo(service, user.email), await mailTo(service, phone)]).toEqual([[], []]);
    expect(await mailTo(service, other.email)).toHaveLength(2);
  });

  it("forgets the failed sign-ins from before the account existed", async () => {
    const email = newAddress();
    for (let guess = 0; guess < 10; guess += 1) await service.post("/login", { email, password: "wrong" });
    expectErrorResponse(
      await service.post("/login", { email, password: PASSWORD }),
      429,
      "too_many_attempts",
    );
    await registerVerifiedUser(service, email);
    const id = await accountIdOf(email);
    await deactivate(id);
    expect((await asSuperuser.call("DELETE", `/${id}`)).status).toBe(200);
    expectErrorResponse(
      await service.post("/login", { email, password: PASSWORD }),
      401,
      "invalid_credentials",
    );
  });
});

describe("a reset link that an admin mails", () => {
  const sendReset = (by: Service, id: string) =>
    usersApiAs(by, superuser).call("POST", `/${id}/reset-password`);

  it("leaves the two newest links of the user valid", async () => {
    const { email, id } = await newUser();
    const tokens = await resetTokens(email, 3);
    service.clock.advance(1000);
    expect((await sendReset(service, id)).status).toBe(200);
    expect(await Promise.all(tokens.map(isValid))).toEqual([true, true, false]);
  });

  it("leaves the links of other users valid", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const tokens = await resetTokens(other.email, 3);
    expect((await sendReset(service, user.id)).status).toBe(200);
    expect(await Promise.all(tokens.map(isValid))).toEqual([true, true, true]);
  });

  it("leaves every link valid if it is refused by the limit, and says when to ask again", async () => {
    const { email, id } = await newUser();
    const limited = startService({ env: { RATE_LIMITS: "{}", BURST: undefined }, clock: service.clock });
    expect((await sendReset(limited, id)).status).toBe(200);
    const tokens = await resetTokens(email, 3);
    const refused = await sendReset(limited, id);
    expectErrorResponse(refused, 429, "rate_limited");
    expect(refused.headers.get("Retry-After")).toBe("57");
    expect(await Promise.all(tokens.map(isValid))).toEqual([true, true, true]);
  });
});
