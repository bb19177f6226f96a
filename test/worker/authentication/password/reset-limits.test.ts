import { expect, it } from "vitest";
import { startService } from "../../../support/service.ts";
import { mailTo, registerVerifiedUser } from "../../../support/users.ts";

const MINUTE = 60_000;

it("mails three reset links in half an hour at most, so that each stays valid", async () => {
  const limits = { "forgot-password": { limit: 1000 } };
  const service = startService({ env: { RATE_LIMITS: JSON.stringify(limits), BURST: undefined } });
  const { email } = await registerVerifiedUser(service);
  const countAfterRequest = async () => {
    await service.post("/forgot-password", { email });
    service.clock.advance(2 * MINUTE);
    return (await mailTo(service, email)).length;
  };
  const counts = [];
  for (let request = 1; request <= 5; request += 1) counts.push(await countAfterRequest());
  expect(counts).toEqual([1, 2, 3, 3, 3]);
  service.clock.advance(30 * MINUTE);
  expect(await countAfterRequest()).toBe(4);
});
