import { describe, expect } from "vitest";
import {
  createPasskey,
  it,
  leaveSignIn,
  OTHER_HOST,
  pressPasskey,
  type Session,
  type Setup,
  signInOnKnownDevice,
  signOut,
} from "../support/passkey-fixtures.ts";
import {
  changeRequests,
  countSessions,
  interceptAssertion,
  openPageAt,
  signInFrom,
} from "../support/posted-assertions.ts";
import { WORDS } from "../support/ui-texts.ts";

const { en: t } = WORDS;

const REFUSED = { status: 401, code: "invalid_credentials" };

/** The service's host with another port, which no server has. */
const OTHER_PORT = "http://localhost";

/** Assertions of the service's own page are accepted, so that a refusal elsewhere has only that reason. */
async function expectOwnPageAccepted(setup: Setup, { page, email }: Session): Promise<void> {
  const before = await countSessions(setup, email);
  await leaveSignIn(page);
  expect(await signInFrom(setup, page)).toMatchObject({
    status: 200,
    clientData: { origin: setup.origin, crossOrigin: false },
  });
  expect(await countSessions(setup, email)).toBe(before + 1);
}

describe("assertions that Chromium has made", () => {
  it("one of a page of another origin is refused", async ({ openWithPasskey, setup }) => {
    const session = await openWithPasskey();
    const { page, email, authenticator } = session;
    await leaveSignIn(page);
    await authenticator.answer();
    await expectOwnPageAccepted(setup, session);
    const before = await countSessions(setup, email);
    await openPageAt(page, `${OTHER_PORT}/`);
    expect(await signInFrom(setup, page)).toMatchObject({ ...REFUSED, clientData: { origin: OTHER_PORT } });
    expect(await countSessions(setup, email)).toBe(before);
  });

  it("one for another RP id is refused, although its origin may use the passkeys", async ({
    openWithPasskey,
    setup,
  }) => {
    const session = await openWithPasskey();
    const { page, email, authenticator } = session;
    await leaveSignIn(page);
    await authenticator.answer();
    await expectOwnPageAccepted(setup, session);
    const before = await countSessions(setup, email);
    // The same key, which a dishonest authenticator would also use for another relying party.
    const rpId = new URL(OTHER_HOST).hostname;
    await authenticator.moveTo(rpId);
    await openPageAt(page, `${OTHER_HOST}/`);
    expect(await signInFrom(setup, page, { rpId })).toMatchObject({
      ...REFUSED,
      clientData: { origin: OTHER_HOST },
    });
    expect(await countSessions(setup, email)).toBe(before);
  });

  it("one of a frame is accepted in a page of the same origin, and refused in that of another one", async ({
    openWithPasskey,
    setup,
  }) => {
    const { page, email, authenticator } = await openWithPasskey();
    const { origin } = setup;
    await leaveSignIn(page);
    await authenticator.answer();
    await page.route(`${origin}/frame`, (route) =>
      route.fulfill({ contentType: "text/html", body: "frame" }),
    );
    const signInFromFrameOf = async (top: string) => {
      const frame = `<iframe allow="publickey-credentials-get *" src="${origin}/frame"></iframe>`;
      await openPageAt(page, `${top}/top`, frame);
      const framed = await (await page.locator("iframe").elementHandle())?.contentFrame();
      await framed?.waitForURL(`${origin}/frame`);
      if (!framed) throw new Error("no frame");
      return signInFrom(setup, framed);
    };
    const before = await countSessions(setup, email);
    expect(await signInFromFrameOf(origin)).toMatchObject({
      status: 200,
      clientData: { origin, crossOrigin: false },
    });
    expect(await countSessions(setup, email)).toBe(before + 1);
    expect(await signInFromFrameOf(origin.replace("localhost", "127.0.0.1"))).toMatchObject({
      ...REFUSED,
      clientData: { origin, crossOrigin: true },
    });
    expect(await countSessions(setup, email)).toBe(before + 1);
  });

  it("one is accepted once", async ({ openWithPasskey, setup }) => {
    const session = await openWithPasskey();
    const { page, email, authenticator } = session;
    const before = await countSessions(setup, email);
    const send = await interceptAssertion(setup, session, () => pressPasskey(page, authenticator));
    expect(await countSessions(setup, email)).toBe(before);
    expect(await send()).toEqual({ status: 200, code: null });
    expect(await send()).toEqual(REFUSED);
    expect(await countSessions(setup, email)).toBe(before + 1);
  });

  it("one that is sent 50 times in parallel opens one session", async ({ openWithPasskey, setup }) => {
    const session = await openWithPasskey();
    const { page, email, authenticator } = session;
    const before = await countSessions(setup, email);
    const send = await interceptAssertion(setup, session, () => pressPasskey(page, authenticator));
    const answers = await Promise.all(Array.from({ length: 50 }, send));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 200)).toEqual(new Array(49).fill(REFUSED));
    expect(await countSessions(setup, email)).toBe(before + 1);
  });

  it("one without user verification reaches the service, which refuses it and says why", async ({
    openWithPasskey,
    setup,
  }) => {
    const { page, email, authenticator } = await openWithPasskey();
    const before = await countSessions(setup, email);
    await authenticator.verifyUser(false);
    await changeRequests(page, { userVerification: "discouraged" });
    const answered = page.waitForResponse(`${setup.origin}/api/auth/login/passkey`);
    await pressPasskey(page, authenticator);
    const answer = await answered;
    expect([answer.status(), (await answer.json()).error.code]).toEqual([403, "user_verification_required"]);
    await page.getByRole("alert").getByText(t.failures.user_verification_required).waitFor();
    expect(new URL(page.url()).pathname).toBe("/sign-in");
    expect(await countSessions(setup, email)).toBe(before);
    await authenticator.answer(false);
    await authenticator.verifyUser(true);
    await page.goto("/sign-in");
    await pressPasskey(page, authenticator);
    await page.waitForURL("**/account");
    expect(await countSessions(setup, email)).toBe(before + 1);
  });

  it("of two accounts on one device, each passkey signs in to its own", async ({
    openWithPasskey,
    setup,
  }) => {
    const { page, authenticator, email: first } = await openWithPasskey();
    const [passkeyOfFirst] = await authenticator.credentials();
    const { email: second } = await setup.api.member();
    await signInOnKnownDevice(page, second);
    await createPasskey(page, authenticator);
    await signOut(page);
    const credentials = await authenticator.credentials();
    expect(credentials).toHaveLength(2);
    const idOfFirst = passkeyOfFirst?.credentialId ?? "";
    const idOfSecond = credentials.find(({ credentialId }) => credentialId !== idOfFirst)?.credentialId ?? "";
    const passkeys = [
      { credentialId: idOfFirst, owner: first, other: second },
      { credentialId: idOfSecond, owner: second, other: first },
    ];
    for (const { credentialId, owner, other } of [...passkeys, ...passkeys.toReversed()]) {
      const before = [await countSessions(setup, owner), await countSessions(setup, other)];
      await leaveSignIn(page);
      await page.goto("/sign-in");
      await changeRequests(page, { credentialId });
      await pressPasskey(page, authenticator);
      await page.waitForURL("**/account");
      const main = await page.getByRole("main").textContent();
      expect(main).toContain(owner);
      expect(main).not.toContain(other);
      const after = [await countSessions(setup, owner), await countSessions(setup, other)];
      expect(after).toEqual([Number(before[0]) + 1, before[1]]);
      await authenticator.answer(false);
      await signOut(page);
    }
  });
});
