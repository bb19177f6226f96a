import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clientKey,
  clientNetworks,
  countRequest,
  judgeWindow,
  type WindowCounter,
} from "../../../src/rate-limit/rules.ts";

const policy = { limit: 3, windowSeconds: 60 };
const START = 1_790_000_000_000;

describe("judgeWindow, countRequest", () => {
  it("allows the limit of a window and no more, and starts a new window after its end", () => {
    let counter: WindowCounter | null = null;
    const decisions = [];
    for (const now of [START, START + 1, START + 30_000, START + 30_000, START + 59_999, START + 60_000]) {
      const decision = judgeWindow(counter, policy, now);
      decisions.push([decision.allowed, decision.remaining, decision.resetSeconds]);
      if (decision.allowed) counter = countRequest(counter, policy, now);
    }
    expect(decisions).toEqual([
      [true, 2, 60],
      [true, 1, 60],
      [true, 0, 30],
      [false, 0, 30],
      [false, 0, 1],
      [true, 2, 60],
    ]);
    expect(counter).toEqual({ count: 1, startedAt: START + 60_000 });
  });

  it("judges a stored window by the current policy, so a lower limit applies at once", () => {
    const counter = { count: 5, startedAt: START };
    expect(judgeWindow(counter, policy, START)).toEqual({ allowed: false, remaining: 0, resetSeconds: 60 });
    expect(judgeWindow(counter, { limit: 3, windowSeconds: 10 }, START + 10_000).allowed).toBe(true);
  });

  it("never extends a window beyond its length, even if the counter comes from a fast clock", () => {
    const ahead = { count: 3, startedAt: START + 5_000 };
    expect(judgeWindow(ahead, policy, START)).toEqual({ allowed: false, remaining: 0, resetSeconds: 60 });
    expect(countRequest({ ...ahead, count: 1 }, policy, START)).toEqual({ count: 2, startedAt: START });
  });

  it("allows at most the limit per window and reports a sufficient wait, for any sequence of instants", () => {
    const gaps = fc.array(fc.nat(40_000), { maxLength: 60 });
    const limits = fc.record({
      limit: fc.integer({ min: 1, max: 5 }),
      windowSeconds: fc.integer({ min: 1, max: 90 }),
    });
    fc.assert(
      fc.property(gaps, limits, (waits, own) => {
        let now = START;
        let counter: WindowCounter | null = null;
        for (const wait of waits) {
          now += wait;
          const { allowed, remaining, resetSeconds } = judgeWindow(counter, own, now);
          expect(resetSeconds).toBeGreaterThanOrEqual(1);
          expect(resetSeconds).toBeLessThanOrEqual(own.windowSeconds);
          if (!allowed) {
            expect(judgeWindow(counter, own, now + resetSeconds * 1000).allowed).toBe(true);
            continue;
          }
          counter = countRequest(counter, own, now);
          expect(counter.count).toBe(own.limit - remaining);
        }
      }),
    );
  });
});

describe("clientKey", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["255.255.255.255", "255.255.255.255"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::FFFF", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:0000:0000:0000:0001", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8:0:0:1::", "2001:db8:0:0::/64"],
    ["1::2:3:4:5:6:7", "1:0:2:3::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["2001:db8:1:2:3:4:192.0.2.1", "2001:db8:1:2::/64"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:C000:0201", "192.0.2.1"],
    ["0:0:0:0:0:ffff:c000:201", "192.0.2.1"],
    ["0000:0000:0000:0000:0000:FFFF:192.0.2.1", "192.0.2.1"],
    // Not IPv4-mapped: the same bytes at another position.
    ["::192.0.2.1", "0:0:0:0::/64"],
    ["::ffff:0:192.0.2.1", "0:0:0:0::/64"],
  ])("maps the client address %s to the key %s", (ip, key) => {
    expect(clientKey(ip)).toBe(key);
  });

  it("counts an IPv6 client for its /64, /56 and /48, and an IPv4 client for its address", () => {
    expect(clientNetworks("2001:db8:1:2f3::1")).toEqual([
      "2001:db8:1:2f3::/64",
      "2001:db8:1:200::/56",
      "2001:db8:1::/48",
    ]);
    expect(clientNetworks("::ffff:192.0.2.1")).toEqual(["192.0.2.1"]);
    expect(clientNetworks("unreadable")).toEqual(clientNetworks(null));
  });

  it("gives neighbouring networks different client keys", () => {
    expect(clientKey("2001:db8:1:2::1")).not.toBe(clientKey("2001:db8:1:3::1"));
    expect(clientKey("192.0.2.1")).not.toBe(clientKey("192.0.2.2"));
  });

  it("gives one shared client key to all clients without a readable address", () => {
    const unreadable = [
      ...[
        "",
        " ",
        "localhost",
        "192.0.2",
        "192.0.2.256",
        "192.0.2.01",
        "0x7f.1",
        "3221225985",
        "192.0.2.1, 192.0.2.2",
      ],
      ...[
        "[::1]",
        "::1]/x",
        "::1%eth0",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "::ffff:192.0.2.256",
      ],
    ];
    for (const ip of unreadable) expect([ip, clientKey(ip)]).toEqual([ip, clientKey(null)]);
  });

  it("gives one client key to all notations of an address and to all addresses of its /64", () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    const network = fc.tuple(fc.integer({ min: 1, max: 0xffff }), group, group, group);
    const host = fc.tuple(group, group, group, group);
    const full = (groups: readonly number[]) => groups.map((g) => g.toString(16).padStart(4, "0")).join(":");
    fc.assert(
      fc.property(network, host, host, (left, first, second) => {
        const text = full([...left, ...first]);
        const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
        const key = clientKey(text);
        expect(key).toBe(`${left.map((g) => g.toString(16)).join(":")}::/64`);
        expect(clientKey(canonical)).toBe(key);
        expect(clientKey(text.toUpperCase())).toBe(key);
        expect(clientKey(full([...left, ...second]))).toBe(key);
      }),
    );
  });
});
