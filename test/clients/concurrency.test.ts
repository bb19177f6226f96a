import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { endpoint, openRelyingParty, type RelyingParty } from "./conformance/relying-party.ts";
import type { RefreshAnswer } from "./support/refreshing-process.ts";
import { mailsTo, mailTo, newUser, type User } from "./support/users.ts";

// Requests at the same time, by separate processes and over separate connections.

let user: User;
beforeAll(async () => {
  user = await newUser();
});

const PROCESSES = 5;
const REQUESTS = 50;

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));

const isActive = async (party: RelyingParty, token: string): Promise<boolean> =>
  (await party.post("/oauth/introspect", { token })).body.active as unknown as boolean;

/** Starts processes of a client, each with a memory of its own. */
async function startProcesses({ client }: RelyingParty) {
  const script = fileURLToPath(new URL("./support/refreshing-process.ts", import.meta.url));
  const processes = Array.from({ length: PROCESSES }, () => fork(script, { stdio: "ignore" }));
  onTestFinished(() => {
    for (const each of processes) each.kill();
  });
  await Promise.all(processes.map((each) => once(each, "message")));
  const order = async (each: ChildProcess, token: string): Promise<readonly RefreshAnswer[]> => {
    const answer = once(each, "message");
    const count = REQUESTS / PROCESSES;
    each.send({ tokenUrl: endpoint("/oauth/token"), clientId: client.id, token, count });
    const [answers] = await answer;
    return answers;
  };
  return {
    /** Each process sends its requests at once with the token that it holds. */
    refreshAll: async (tokens: readonly string[]) =>
      (await Promise.all(processes.map((each, index) => order(each, tokens[index] ?? "")))).flat(),
  };
}

describe("a code", () => {
  it("of 50 parallel redemptions gets tokens once; the replays end the family of the winner", async () => {
    const party = await openRelyingParty(user);
    const { url } = await party.agent.authorize(party.authorizationUrl(), user);
    const code = party.codeOf(url);
    const answers = await Promise.all(Array.from({ length: REQUESTS }, () => party.redeem(code)));
    const won = answers.filter(({ status }) => status === 200);
    const lost = answers.filter(({ status, body }) => status === 400 && body.error === "invalid_grant");
    expect([won.length, lost.length]).toEqual([1, REQUESTS - 1]);
    const { refresh_token = "", access_token = "" } = won[0]?.body ?? {};
    expect((await party.refresh(refresh_token)).body.error).toBe("invalid_grant");
    expect(await isActive(party, access_token)).toBe(false);
  });
});

describe("a family of refresh tokens that several processes share", () => {
  it("goes on in all of them after 50 parallel refreshes, in one chain", async () => {
    const party = await openRelyingParty(user, { authMethod: "none", refreshGraceSeconds: 60 });
    const { refreshToken } = await party.signIn({ scope: "openid offline_access" });
    const { refreshAll } = await startProcesses(party);
    let tokens = Array.from({ length: PROCESSES }, () => refreshToken);
    const chain = [refreshToken];
    for (let round = 0; round < 3; round += 1) {
      const answers = await refreshAll(tokens);
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: REQUESTS }, () => 200));
      const successors = new Set(answers.map((answer) => answer.refreshToken));
      expect(successors.size).toBe(1);
      tokens = tokens.map(() => [...successors][0] ?? "");
      chain.push(...successors);
    }
    expect(new Set(chain).size).toBe(4);
  });

  it("goes on for a process that did not store the successor of another one", async () => {
    const party = await openRelyingParty(user, { authMethod: "none", refreshGraceSeconds: 60 });
    const { refreshToken } = await party.signIn({ scope: "openid offline_access" });
    const { refreshAll } = await startProcesses(party);
    const [first] = await refreshAll(Array.from({ length: PROCESSES }, () => refreshToken));
    const next = first?.refreshToken ?? "";
    // One process has the new token, the others still have the old one.
    const mixed = await refreshAll([refreshToken, refreshToken, refreshToken, refreshToken, refreshToken]);
    expect(new Set(mixed.map((answer) => answer.refreshToken))).toEqual(new Set([next]));
    expect((await refreshAll([next, next, next, next, next])).every(({ status }) => status === 200)).toBe(
      true,
    );
  });
});

describe("a refresh token after the grace period", () => {
  const GRACE = { refreshGraceSeconds: 1 };

  /** The mail that tells the owner. */
  const isNotice = ({ subject }: { readonly subject: string }): boolean =>
    /session|signed out/i.test(subject);

  it("gets a new generation if the answer was lost; the successor that never arrived is void", async () => {
    const owner = await newUser();
    const party = await openRelyingParty(owner, GRACE);
    const { refreshToken } = await party.signIn();
    const lost = await party.refresh(refreshToken);
    await seconds(2);
    const retried = await party.refresh(refreshToken);
    expect([lost.status, retried.status]).toEqual([200, 200]);
    const [voided = "", current = ""] = [lost.body.refresh_token, retried.body.refresh_token];
    expect(current).not.toBe(voided);
    expect(await isActive(party, current)).toBe(true);
    // The voided token was intercepted: the family ends, and the owner is told.
    expect((await party.refresh(voided)).body.error).toBe("invalid_grant");
    expect((await party.refresh(current)).body.error).toBe("invalid_grant");
    expect(await isActive(party, retried.body.access_token ?? "")).toBe(false);
    expect((await mailTo(owner, isNotice)).subject).toMatch(/session/i);
  });

  it("ends the family if it is older, and the owner is told", async () => {
    const owner = await newUser();
    const party = await openRelyingParty(owner, GRACE);
    const { refreshToken } = await party.signIn();
    const second = await party.refresh(refreshToken);
    const third = await party.refresh(second.body.refresh_token ?? "");
    await seconds(2);
    expect((await party.refresh(refreshToken)).body.error).toBe("invalid_grant");
    expect((await party.refresh(third.body.refresh_token ?? "")).body.error).toBe("invalid_grant");
    expect((await mailTo(owner, isNotice)).subject).toMatch(/session/i);
  });

  it("does not end the session of the browser, or the family of another client", async () => {
    const owner = await newUser();
    const party = await openRelyingParty(owner, GRACE);
    const another = await openRelyingParty(owner);
    const { refreshToken } = await party.signIn();
    const { refreshToken: otherToken } = await another.signIn();
    const second = await party.refresh(refreshToken);
    await party.refresh(second.body.refresh_token ?? "");
    await seconds(2);
    await party.refresh(refreshToken);
    expect((await another.refresh(otherToken)).status).toBe(200);
    expect((await party.signIn({ prompt: "none" })).asked).toEqual([]);
  });
});

describe("two devices of one user and client", () => {
  it("have a family each: neither signs out the other", async () => {
    const party = await openRelyingParty(user);
    const laptop = await party.signIn({ scope: "openid offline_access" });
    // The second device is another browser.
    party.agent.jar.clear();
    const phone = await party.signIn({ scope: "openid offline_access" });
    expect(phone.claims.sid).not.toBe(laptop.claims.sid);
    const [fromLaptop, fromPhone] = [
      await party.refresh(laptop.refreshToken),
      await party.refresh(phone.refreshToken),
    ];
    expect([fromLaptop.status, fromPhone.status]).toEqual([200, 200]);
    const revoked = await party.post("/oauth/revoke", { token: fromPhone.body.refresh_token ?? "" });
    expect(revoked.status).toBe(200);
    expect((await party.refresh(fromPhone.body.refresh_token ?? "")).body.error).toBe("invalid_grant");
    expect((await party.refresh(fromLaptop.body.refresh_token ?? "")).status).toBe(200);
    expect((await mailsTo(user)).some(({ subject }) => /token/i.test(subject))).toBe(false);
  });
});
