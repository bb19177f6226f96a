import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWorkers, type Workers } from "./start-workers.ts";
import { logIn, type SignedInUser, signedInUser } from "./users.ts";

let workers: Workers;
let ada: SignedInUser;

beforeAll(async () => {
  workers = await startWorkers();
  ada = await signedInUser(workers);
});
afterAll(() => workers.close());

const call = (binding: string, method: string, ...args: unknown[]) => workers.send({ binding, method, args });
const forbidden = { result: { ok: false, reason: "forbidden" } };

describe("a binding with props", () => {
  it("verifies tokens of the audience in its props only, even if the Worker requests another", async () => {
    const { token } = await logIn(workers, ada.user.email, "notes");
    expect(await call("NOTES", "verifyToken", token)).toMatchObject({ result: { ok: true } });
    expect(await call("NOTES", "verifyToken", ada.token)).toEqual({
      result: { ok: false, reason: "audience_mismatch" },
    });
    expect(await call("NOTES", "verifyToken", ada.token, { audience: "gatehouse" })).toEqual(forbidden);
  });

  it("allows only the methods of its permissions, and no method if a prop is misspelt", async () => {
    expect(await call("VERIFY_ONLY", "verifyToken", ada.token)).toMatchObject({ result: { ok: true } });
    expect(await call("VERIFY_ONLY", "getUser", ada.user.id)).toEqual(forbidden);
    expect(await call("VERIFY_ONLY", "revokeUser", ada.user.id)).toEqual(forbidden);
    expect(await call("MISSPELT", "verifyToken", ada.token)).toEqual(forbidden);
  });
});

describe("a binding without props", () => {
  it("returns users, revokes sessions and refuses their tokens immediately", async () => {
    const { token, user } = await signedInUser(workers);
    expect(await call("AUTH", "getUser", user.id)).toMatchObject({ result: { user: { email: user.email } } });
    const users = await call("AUTH", "getUsers", [user.id, ada.user.id]);
    expect(users.result.users.map(({ id }: { id: string }) => id)).toEqual([user.id, ada.user.id]);
    expect(await call("AUTH", "can", user.id, "users:list")).toEqual({
      result: { ok: true, allowed: false },
    });
    const sessionId = decodeJwt(token).sid;
    expect(await call("AUTH", "revokeSession", sessionId)).toEqual({ result: { ok: true, ended: true } });
    const sessionEnded = { result: { ok: false, reason: "session_ended" } };
    expect(await call("AUTH", "verifyToken", token)).toEqual(sessionEnded);
    expect(await call("AUTH", "verifyToken", token, { strict: true })).toEqual(sessionEnded);
    const { token: otherToken } = await logIn(workers, user.email);
    expect(await call("AUTH", "revokeUser", user.id)).toEqual({ result: { ok: true } });
    expect(await call("AUTH", "verifyToken", otherToken)).toEqual(sessionEnded);
  });

  it.each(["verifyToken", "getUser", "getUsers", "revokeSession", "revokeUser", "setUserMetadata", "can"])(
    "answers bad_request to invalid arguments of %s",
    async (method) => {
      for (const args of [[], [null], [7], [{ id: "x" }], [["x"]], ["x", "y", "z"]]) {
        expect(await call("AUTH", method, ...args)).toEqual({ result: { ok: false, reason: "bad_request" } });
      }
    },
  );
});

describe("members of AuthService that are not RPC methods", () => {
  it.each(["ctx", "env", "open", "wire", "answerCall", "settings", "deps", "constructor", "__proto__"])(
    "throws when a Worker calls %s",
    async (name) => {
      const { error, result } = await call("AUTH", name);
      expect(result).toBeUndefined();
      expect(error).toBeDefined();
    },
  );
});
