import { describe, expect, it } from "vitest";
import { createVerifier } from "../../../src/client/create-verifier.ts";
import { MISFORTUNES, openFakeGatehouse, SESSION } from "./fake-gatehouse.ts";

const verifyBy = (answer: () => unknown) => {
  const { does, binding } = openFakeGatehouse();
  does.verifyToken = answer;
  return createVerifier({ binding }).verify("access-1");
};
const UNAVAILABLE = { ok: false, reason: "unavailable" };

describe("a verifier over a binding", () => {
  it("hands on the session, and nothing beside it", async () => {
    expect(await verifyBy(() => ({ ok: true, session: SESSION, more: 1 }))).toEqual({
      ok: true,
      session: SESSION,
    });
  });

  it.each(Object.entries(MISFORTUNES))("is unavailable where the service %s", async (_name, misfortune) => {
    expect(await verifyBy(misfortune)).toEqual(UNAVAILABLE);
  });

  it.each(Object.keys(SESSION))("takes no session whose %s is of another type", async (part) => {
    for (const odd of [undefined, null, {}]) {
      const session = { ...SESSION, [part]: odd };
      expect(await verifyBy(() => ({ ok: true, session }))).toEqual(UNAVAILABLE);
    }
  });

  it("takes no role that it does not know", async () => {
    const session = { ...SESSION, role: "owner" };
    expect(await verifyBy(() => ({ ok: true, session }))).toEqual(UNAVAILABLE);
  });
});
