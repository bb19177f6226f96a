import { describe, expect, it } from "vitest";
import { createVerifier } from "../../../src/client/create-verifier.ts";
import { OUTAGES, openFakeGatehouse, SESSION } from "./fake-gatehouse.ts";

const verifyBy = (answer: () => unknown) => {
  const { does, binding } = openFakeGatehouse();
  does.verify = answer;
  return createVerifier({ binding }).verify("access-1");
};
const UNAVAILABLE = { ok: false, reason: "unavailable" };

describe("a verifier over a binding", () => {
  it("returns the session and no other member of the response", async () => {
    expect(await verifyBy(() => ({ ok: true, session: SESSION, more: 1 }))).toEqual({
      ok: true,
      session: SESSION,
    });
  });

  it.each(Object.entries(OUTAGES))("returns unavailable when the service %s", async (_name, outage) => {
    expect(await verifyBy(outage)).toEqual(UNAVAILABLE);
  });

  it.each(Object.keys(SESSION))("rejects a session whose %s has another type", async (member) => {
    // A client without the scopes `email` and `profile` gets neither.
    const isNullable = member === "email" || member === "name";
    for (const invalid of isNullable ? [undefined, {}] : [undefined, null, {}]) {
      const session = { ...SESSION, [member]: invalid };
      expect(await verifyBy(() => ({ ok: true, session }))).toEqual(UNAVAILABLE);
    }
  });

  it("rejects an unknown role", async () => {
    const session = { ...SESSION, role: "owner" };
    expect(await verifyBy(() => ({ ok: true, session }))).toEqual(UNAVAILABLE);
  });
});
