import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type House, openHouse } from "./test-server.ts";
import { logIn, type SignedIn, signedIn } from "./users.ts";

let house: House;
let ada: SignedIn;

beforeAll(async () => {
  house = await openHouse();
  ada = await signedIn(house);
});
afterAll(() => house.close());

const call = (binding: string, method: string, ...args: unknown[]) => house.order({ binding, method, args });
const forbidden = { answer: { ok: false, reason: "forbidden" } };

describe("a binding's props", () => {
  it("choose the audience, whatever the Worker asks for", async () => {
    const { token } = await logIn(house, ada.user.email, "notes");
    expect(await call("NOTES", "verifyToken", token)).toMatchObject({ answer: { ok: true } });
    expect(await call("NOTES", "verifyToken", ada.token)).toEqual({
      answer: { ok: false, reason: "audience_mismatch" },
    });
    expect(await call("NOTES", "verifyToken", ada.token, { audience: "web" })).toEqual(forbidden);
  });

  it("limit the methods, and allow nothing when they are misspelt", async () => {
    expect(await call("VERIFY_ONLY", "verifyToken", ada.token)).toMatchObject({ answer: { ok: true } });
    expect(await call("VERIFY_ONLY", "getUser", ada.user.id)).toEqual(forbidden);
    expect(await call("VERIFY_ONLY", "revokeUser", ada.user.id)).toEqual(forbidden);
    expect(await call("MISSPELT", "verifyToken", ada.token)).toEqual(forbidden);
  });
});

describe("a binding without props", () => {
  it("looks people up, revokes, and hears of it at once", async () => {
    const { token, user } = await signedIn(house);
    expect(await call("AUTH", "getUser", user.id)).toMatchObject({ answer: { user: { email: user.email } } });
    const users = await call("AUTH", "getUsers", [user.id, ada.user.id]);
    expect(users.answer.users.map(({ id }: { id: string }) => id)).toEqual([user.id, ada.user.id]);
    expect(await call("AUTH", "can", user.id, "users:list")).toEqual({
      answer: { ok: true, allowed: false },
    });
    const sessionId = decodeJwt(token).sid;
    expect(await call("AUTH", "revokeSession", sessionId)).toEqual({ answer: { ok: true, ended: true } });
    const ended = { answer: { ok: false, reason: "session_ended" } };
    expect(await call("AUTH", "verifyToken", token)).toEqual(ended);
    expect(await call("AUTH", "verifyToken", token, { strict: true })).toEqual(ended);
    const { token: another } = await logIn(house, user.email);
    expect(await call("AUTH", "revokeUser", user.id)).toEqual({ answer: { ok: true } });
    expect(await call("AUTH", "verifyToken", another)).toEqual(ended);
  });

  it("keeps somebody signed in, for the audience that it names", async () => {
    const { refreshToken, user } = await signedIn(house);
    const client = { ip: "192.0.2.7", userAgent: "a phone" };
    const { answer } = await call("AUTH", "refreshSession", { refreshToken, client, audience: "notes" });
    expect(answer).toMatchObject({ ok: true, tokenType: "Bearer" });
    expect(decodeJwt(answer.token)).toMatchObject({ aud: "notes", sub: user.id });
    const exchange = { code: "x".repeat(43), codeVerifier: "y".repeat(43), client };
    expect(await call("AUTH", "exchangeCode", exchange)).toEqual({
      answer: { ok: false, reason: "code_invalid" },
    });
  });

  it.each([
    "verifyToken",
    "getUser",
    "getUsers",
    "revokeSession",
    "revokeUser",
    "can",
    "exchangeCode",
    "refreshSession",
    "signOut",
  ])("gets a bad request for arguments of %s that are none", async (method) => {
    for (const args of [[], [null], [7], [{ id: "x" }], [["x"]], ["x", "y", "z"]]) {
      expect(await call("AUTH", method, ...args)).toEqual({ answer: { ok: false, reason: "bad_request" } });
    }
  });
});

describe("what is not of the surface", () => {
  it.each(["ctx", "env", "open", "wire", "answerCall", "settings", "deps", "constructor", "__proto__"])(
    "%s cannot be called",
    async (name) => {
      const { threw, answer } = await call("AUTH", name);
      expect(answer).toBeUndefined();
      expect(threw).toBeDefined();
    },
  );
});
