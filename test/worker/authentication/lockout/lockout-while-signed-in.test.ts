import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import { readAllRows } from "../../../support/database-rows.ts";
import { countPasswordHashes } from "../../../support/recorders.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { logIn, newAddress, PASSWORD, registerAndLogIn } from "../../../support/users.ts";

const MINUTE = 60_000;
const START = Date.now();
const service = startService({ clock: createTestClock(START) });

/** Every route that requires the password of a signed-in user. */
const confirmations: [string, (password: string) => object][] = [
  ["/me/password", (currentPassword) => ({ currentPassword, newPassword: "another quiet harbour" })],
  ["/me/email", (password) => ({ newEmail: newAddress(), password })],
  ["/me/otp", (password) => ({ enabled: false, password })],
  ["/me/deactivate", (password) => ({ password })],
];

const guessAt = (index: number, token: string, password = "not the password") => {
  const [path, body] = confirmations[index % confirmations.length] as (typeof confirmations)[number];
  return service.post(path, body(password), token);
};

describe("password confirmation of a signed-in user", () => {
  it("evaluates ten of 200 parallel password confirmations over all four routes, and then none", async () => {
    const { email, token } = await registerAndLogIn(service);
    const otherSession = await logIn(service, email);
    const { answers, hashed } = await countPasswordHashes(() =>
      inParallel(200, (index) => guessAt(index, index % 8 < 4 ? token : otherSession.token)),
    );
    expect(hashed).toBe(10);
    expect(statusCounts(answers)).toEqual({ 401: 10, 429: 190 });
    const { accounts, email_tokens } = await readAllRows();
    const right = await countPasswordHashes(() => inParallel(8, (index) => guessAt(index, token, PASSWORD)));
    expect(right.hashed).toBe(0);
    for (const { status, body, headers } of right.answers) {
      expect([status, body.error?.code]).toEqual([429, "too_many_attempts"]);
      expect(headers.get("Retry-After")).toBe("300");
    }
    const after = await readAllRows();
    expect([after.accounts, after.email_tokens]).toEqual([accounts, email_tokens]);
  });

  it.each(confirmations)(
    "accepts the password at %s again five minutes after the lockout",
    async (path, body) => {
      const locked = startService({ clock: createTestClock(START) });
      const { token } = await registerAndLogIn(locked);
      await inParallel(10, () => locked.post(path, body("not the password"), token));
      locked.clock.advance(5 * MINUTE - 1);
      expect((await locked.post(path, body(PASSWORD), token)).status).toBe(429);
      locked.clock.advance(1);
      expect((await locked.post(path, body(PASSWORD), token)).status).toBe(200);
    },
  );

  it("keeps the lockout of password confirmations apart from the lockout of sign-ins", async () => {
    const { email, token } = await registerAndLogIn(service);
    const other = await registerAndLogIn(service);
    await inParallel(10, (index) => guessAt(index, token));
    expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(200);
    expect((await guessAt(2, other.token, PASSWORD)).status).toBe(200);
    await inParallel(10, () => service.post("/login", { email: other.email, password: "not the password" }));
    expect((await service.post("/login", { email: other.email, password: PASSWORD })).status).toBe(429);
    expect((await guessAt(2, other.token, PASSWORD)).status).toBe(200);
  });

  it("counts only wrong password confirmations, and keeps the count after a correct one", async () => {
    const { token } = await registerAndLogIn(service);
    for (let time = 0; time < 12; time++) {
      expect((await guessAt(2, token, PASSWORD)).status).toBe(200);
    }
    await inParallel(9, (index) => guessAt(index, token));
    expect((await guessAt(2, token, PASSWORD)).status).toBe(200);
    expect((await guessAt(0, token)).status).toBe(401);
    expect((await guessAt(2, token, PASSWORD)).status).toBe(429);
  });
});
