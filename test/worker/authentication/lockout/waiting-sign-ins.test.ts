import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import { startService } from "../../../support/service.ts";
import { PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

describe("more than ten sign-ins at once", () => {
  it("lets 30 correct sign-ins of one account in, which wait for an attempt", async () => {
    const service = startService({ wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
    const { email } = await registerVerifiedUser(service);
    const answers = await inParallel(30, () => service.post("/login", { email, password: PASSWORD }));
    expect(statusCounts(answers)).toEqual({ 200: 30 });
  });

  it("waits two seconds at most, by a bounded number of pauses", async () => {
    const pauses: number[] = [];
    const service = startService({ wait: async (ms) => void pauses.push(ms) });
    const { email } = await registerVerifiedUser(service);
    const wrong = () => service.post("/login", { email, password: "not the password" });
    expect(statusCounts(await inParallel(10, wrong))).toEqual({ 401: 10 });
    expect(pauses).toEqual([]);
    expect((await wrong()).status).toBe(429);
    expect(pauses.length).toBeLessThan(10);
    expect(pauses.reduce((total, pause) => total + pause, 0)).toBe(2000);
  });

  it("refuses at once when no attempt can still be in evaluation", async () => {
    const pauses: number[] = [];
    const service = startService({ wait: async (ms) => void pauses.push(ms) });
    const { email } = await registerVerifiedUser(service);
    const wrong = () => service.post("/login", { email, password: "not the password" });
    await inParallel(10, wrong);
    service.clock.advance(2000);
    const trips = service.log.length;
    expect((await wrong()).status).toBe(429);
    expect(pauses).toEqual([]);
    expect(service.log.slice(trips).map(({ d1 }) => d1)).toEqual([2]);
  });
});
