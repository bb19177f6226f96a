import { expect, it } from "vitest";
import { SCHEDULE } from "../../../src/jobs/run-scheduled.ts";
import configuration from "../../../wrangler.toml?raw";

it("schedules jobs for exactly the cron expressions of wrangler.toml", () => {
  const [, list = ""] = /^crons = \[(.*)\]$/m.exec(configuration) ?? [];
  const crons = [...list.matchAll(/"([^"]+)"/g)].map(([, cron]) => cron);
  expect(crons.sort()).toEqual(Object.keys(SCHEDULE).sort());
});
