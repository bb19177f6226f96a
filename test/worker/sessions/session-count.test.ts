import { expect, it } from "vitest";
import { MAX_LIVE_SESSIONS } from "../../../src/sessions/refresh-rules.ts";
import { startService } from "../../support/service.ts";
import { logIn, registerVerifiedUser, type Tokens } from "../../support/users.ts";

it("ends the least recently used session when a sign-in exceeds the number of sessions of an account", async () => {
  const service = startService();
  const [{ email }, other] = [await registerVerifiedUser(service), await registerVerifiedUser(service)];
  const ofOther = await logIn(service, other.email);
  const sessions: Tokens[] = [];
  for (let count = 0; count <= MAX_LIVE_SESSIONS; count += 1) {
    service.clock.advance(1000);
    sessions.push(await logIn(service, email));
  }
  const refresh = async ({ refreshToken }: Tokens) =>
    (await service.post("/refresh", { refreshToken })).status;
  const [first, second, last] = [sessions[0], sessions[1], sessions.at(-1)] as [Tokens, Tokens, Tokens];
  const statuses = [await refresh(first), await refresh(second), await refresh(last), await refresh(ofOther)];
  expect(statuses).toEqual([401, 200, 200, 200]);
});
