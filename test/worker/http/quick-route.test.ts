import { describe, expect, it } from "vitest";
import { MINUTE } from "../../../src/core/clock.ts";
import { recordEvents } from "../../support/recorders.ts";
import { createTestClock, startService } from "../../support/service.ts";

const PATHS = ["/healthz", "/.well-known/jwks.json"];

const headersOf = (headers: Headers): Record<string, string> => {
  const { "x-request-id": id, "server-timing": _, ...others } = Object.fromEntries(headers);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  return others;
};

describe.each(PATHS)("GET %s", (path) => {
  it("answers the first request and later ones with the same status, headers and body", async () => {
    const service = startService();
    const first = await service.call("GET", path);
    const later = await service.call("GET", path);
    expect([first.status, later.status]).toEqual([200, 200]);
    expect(later.text).toBe(first.text);
    expect(headersOf(later.headers)).toEqual(headersOf(first.headers));
    expect(later.headers.get("X-Request-Id")).not.toBe(first.headers.get("X-Request-Id"));
  });

  it("answers HEAD without a body and refuses other methods with 405", async () => {
    const service = startService();
    for (let time = 0; time < 2; time += 1) {
      const head = await service.call("HEAD", path);
      expect([head.status, head.text]).toEqual([200, ""]);
      const post = await service.call("POST", path);
      expect([post.status, post.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
    }
  });

  it("counts each request after the first in the metrics instead of logging it", async () => {
    const { EVENTS, points } = recordEvents();
    const service = startService({ env: { EVENTS } });
    for (let time = 0; time < 3; time += 1) await service.call("GET", path);
    expect(service.log.map(({ route }) => route)).toEqual([path]);
    const route = `GET ${path}`;
    const point = { indexes: [route], blobs: ["request", route, route], doubles: [0, 0] };
    expect(points).toEqual([point, point]);
  });

  it("responds 503 in an environment with an invalid configuration, also after valid ones", async () => {
    const valid = startService();
    await valid.call("GET", path);
    const invalid = startService({ env: { AUTH_SECRET: "short" } });
    for (let time = 0; time < 2; time += 1) {
      expect((await invalid.call("GET", path)).status).toBe(503);
    }
    expect(invalid.log.map(({ status }) => status)).toEqual([503, 503]);
  });
});

describe("GET /.well-known/jwks.json", () => {
  it("reads the keys again after five minutes, and responds 503 if D1 then fails", async () => {
    const clock = createTestClock();
    let isDown = false;
    const { DB } = startService().env;
    const down = () => Promise.reject(new Error("D1_ERROR: storage is unreachable"));
    const statement = { bind: () => statement, all: down, run: down, raw: down, first: down };
    const prepare = (query: string) => (isDown ? statement : DB.prepare(query));
    const service = startService({ clock, env: { DB: { prepare, batch: DB.batch.bind(DB) } } });
    const statusOf = async () => (await service.call("GET", "/.well-known/jwks.json")).status;
    expect(await statusOf()).toBe(200);
    isDown = true;
    clock.advance(5 * MINUTE - 1);
    expect(await statusOf()).toBe(200);
    clock.advance(1);
    expect(await statusOf()).toBe(503);
    isDown = false;
    expect(await statusOf()).toBe(200);
  });
});
