import { expect, it } from "vitest";
import { examplesForTest } from "../../../scripts/check/examples/examples-for-test.ts";
import { readPages } from "../../../scripts/check/examples/pages.ts";
import { eventReceivers } from "../../../src/composition/event-receivers.ts";
import type { AuthEventReceiver } from "../../../src/event-deliveries/auth-event.ts";
import { importExample } from "../support/documented-module.ts";

const takeExample = examplesForTest("unit/event-deliveries/documented-worker", readPages().values());

const EVENT = {
  type: "user.deleted",
  id: "an account",
  at: "2026-11-30T00:00:00.000Z",
  eventId: "e",
} as const;

it("docs/deletion.md: the Worker deletes what it has of the user", async () => {
  const { Events } = await importExample<{ Events: new () => AuthEventReceiver }>(
    takeExample("worker"),
    "ts",
  );
  const runs: unknown[] = [];
  const statement = (sql: string) => ({ bind: (id: string) => ({ run: async () => runs.push([sql, id]) }) });
  const worker = Object.assign(new Events(), { env: { DB: { prepare: statement } } });
  await worker.onAuthEvent(EVENT);
  expect(runs).toEqual([["DELETE FROM notes WHERE user_id = ?", "an account"]]);
});

it("docs/deletion.md: the binding is one that is told of events, and names the Worker's entrypoint", () => {
  const { code } = takeExample("binding");
  const binding = /binding = "(\w+)"/.exec(code)?.[1] ?? "";
  expect([...eventReceivers({ [binding]: { onAuthEvent: () => undefined }, EVENTS: {} }).keys()]).toEqual([
    "notes",
  ]);
  expect(takeExample("worker").code).toContain(`class ${/entrypoint = "(\w+)"/.exec(code)?.[1]} extends`);
});
