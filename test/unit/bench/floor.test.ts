import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { readFloorOptions } from "../../../bench/floor/command-line.ts";
import { formatVerdicts, judge, median, REQUIRED_RATIOS } from "../../../bench/floor/comparisons.ts";
import { isComplete, measureRate } from "../../../bench/floor/load.ts";

describe("the arguments of bench:floor", () => {
  it("measures every operation in long rounds by default", () => {
    const { operations, rounds, ms } = readFloorOptions([]);
    expect(operations).toEqual(Object.keys(REQUIRED_RATIOS));
    expect(rounds * ms).toBeGreaterThanOrEqual(15_000);
  });

  it("measures shorter rounds, another number of them, and chosen operations", () => {
    const full = readFloorOptions([]);
    const quick = readFloorOptions(["--quick"]);
    expect(quick.rounds * quick.ms).toBeLessThan((full.rounds * full.ms) / 4);
    expect(readFloorOptions(["--rounds", "5", "--only", "JWKS", "sign-in"])).toEqual({
      ...full,
      rounds: 5,
      operations: ["JWKS", "sign-in"],
    });
  });

  it("rejects unknown arguments and operations", () => {
    for (const args of [
      ["--fast"],
      ["--only", "GET /you"],
      ["--rounds", "0"],
      ["--rounds", "many"],
      ["JWKS"],
    ])
      expect(() => readFloorOptions(args)).toThrow(/--help/);
  });
});

describe("the verdict on an operation", () => {
  const floor = 1000;

  it("is met at exactly the required ratio and missed below it", () => {
    expect(judge("GET /me", [{ service: 880, floor }])).toMatchObject({ ratio: 0.88, isMet: true });
    expect(judge("GET /me", [{ service: 879, floor }])).toMatchObject({ isMet: false });
  });

  it("is the median of the ratios of rounds, which a slow round does not change", () => {
    const rounds = [
      { service: 900, floor },
      { service: 90, floor: 100 },
      { service: 1, floor },
    ];
    expect(judge("GET /me", rounds)).toEqual({
      operation: "GET /me",
      ...{ service: 90, floor: 1000, ratio: 0.9, required: 0.88, isMet: true },
    });
  });

  it("is missed without a measurement", () => {
    expect(judge("JWKS", []).isMet).toBe(false);
    expect(judge("JWKS", [{ service: 0, floor: 0 }]).isMet).toBe(false);
  });

  it("is one line of the table, which names a missed ratio", () => {
    const verdicts = [
      judge("JWKS", [{ service: 700, floor }]),
      judge("sign-in", [{ service: 14, floor: 14 }]),
    ];
    expect(formatVerdicts(verdicts).split("\n").slice(1)).toEqual([
      "JWKS                 700.0      1000.0    0.70      0.75   missed",
      "sign-in               14.0        14.0    1.00      0.95",
    ]);
  });

  it("takes the mean of the middle values of an even number", () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
  });
});

describe("the load", () => {
  async function serve(statuses: readonly number[]) {
    let served = 0;
    const seen: string[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? ""} ${text}`);
      response.statusCode = statuses[served++ % statuses.length] ?? 200;
      response.end("answer");
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void server.close());
    return { origin: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), seen };
  }

  it("repeats the request of each connection for the given time, and returns the rate", async () => {
    const { origin, seen } = await serve([200]);
    const requests = [{ token: "one" }, { token: "two", body: { a: "b" } }];
    const begun = performance.now();
    const rate = await measureRate({ origin, method: "POST", path: "/a", requests }, 200);
    const seconds = (performance.now() - begun) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(0.2);
    expect(new Set(seen)).toEqual(new Set(["POST /a Bearer one ", 'POST /a Bearer two {"a":"b"}']));
    expect(rate).toBeGreaterThan(0);
    expect(rate * seconds).toBeCloseTo(seen.length, -1);
  });

  it("fails on a response other than 200", async () => {
    const { origin } = await serve([200, 200, 503]);
    const target = { origin, method: "GET", path: "/a", requests: [{}] } as const;
    await expect(measureRate(target, 5000)).rejects.toThrow(/^\/a: HTTP\/1.1 503/);
  });

  it("knows a whole response by its length or by its last chunk", () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
    expect(["", head, `${head}a`, `${head}ab`].map(isComplete)).toEqual([false, false, false, true]);
    const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n";
    expect([chunked, `${chunked}0\r\n\r\n`].map(isComplete)).toEqual([false, true]);
  });
});
