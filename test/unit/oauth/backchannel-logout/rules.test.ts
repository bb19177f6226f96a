import { describe, expect, it } from "vitest";
import { DAY, HOUR, SECOND } from "../../../../src/core/clock.ts";
import { mayBeCalled } from "../../../../src/core/public-host.ts";
import { judgeAttempt } from "../../../../src/oauth/backchannel-logout/rules.ts";

const FAILED = { outcome: "failed", reason: "http_500" } as const;

describe("an attempt to deliver a notice", () => {
  it("waits longer after each failure, an hour at most", () => {
    const delays = [1, 2, 3, 8, 20].map((attempts) => {
      const decision = judgeAttempt(FAILED, { attempts, createdAt: 0 }, 0);
      return decision.kind === "retry" ? decision.dueAt : null;
    });
    expect(delays).toEqual([30 * SECOND, 60 * SECOND, 120 * SECOND, HOUR, HOUR]);
  });

  it("gives up when the next attempt would be a day after the end of the session", () => {
    const notice = { attempts: 20, createdAt: 0 };
    expect(judgeAttempt(FAILED, notice, DAY - HOUR - 1).kind).toBe("retry");
    expect(judgeAttempt(FAILED, notice, DAY - HOUR)).toEqual({ kind: "drop", reason: "http_500" });
  });

  it("ends with a delivery at any time", () => {
    expect(judgeAttempt({ outcome: "delivered" }, { attempts: 1, createdAt: 0 }, 2 * DAY).kind).toBe(
      "delivered",
    );
  });
});

describe("the URI of a client", () => {
  it("may be one of a public host over https", () => {
    expect(mayBeCalled("https://app.example.com/logout?tenant=1", false)).toBe(true);
    expect(mayBeCalled("https://app.example.com:8443/logout", false)).toBe(true);
  });

  it.each([
    "http://app.example.com/logout",
    "https://user@app.example.com/logout",
    "https://127.0.0.1/logout",
    "https://2130706433/logout",
    "https://0x7f.1/logout",
    "https://[::1]/logout",
    "https://[fd00::1]/logout",
    "https://169.254.169.254/latest",
    "https://localhost/logout",
    "https://metadata.internal/logout",
    "https://printer.local/logout",
    "https://intranet/logout",
    "ftp://app.example.com/logout",
    "no url",
  ])("may not be %s", (uri) => expect(mayBeCalled(uri, false)).toBe(false));

  it("may be one of this machine in development only", () => {
    expect(mayBeCalled("http://127.0.0.1:4321/logout", true)).toBe(true);
    expect(mayBeCalled("http://127.0.0.1:4321/logout", false)).toBe(false);
    expect(mayBeCalled("http://10.0.0.1:4321/logout", true)).toBe(false);
  });
});
