import { judgeHealth, type Seen } from "../deploy/judge-health.ts";
import { type Finding, fail, ok, skip, warn } from "./finding.ts";

export type OutsideFacts = {
  /** Where the service was asked. */
  readonly origin: string;
  readonly seen: Seen;
  /** What openapi.json says that the service's address is: PUBLIC_URL, as the Worker has it. */
  readonly announced: string | undefined;
  /** The status of /dev/mailbox.json, which no deployed service has. */
  readonly mailbox: number | undefined;
  readonly csrfCookie: string | undefined;
  readonly hsts: boolean;
  /** Seconds by which the service's clock is ahead of this machine's. */
  readonly clockAhead: number | undefined;
};

/** What anybody can see of a service. */
export function judgeOutside(facts: OutsideFacts): readonly Finding[] {
  const { origin, seen } = facts;
  const verdict = judgeHealth(origin, seen);
  if (!verdict.healthy) return [fail("health", verdict.says, verdict.mend)];
  const isLocal = new URL(origin).hostname === "localhost" || new URL(origin).hostname === "127.0.0.1";
  return [
    ok("health", `${origin} answers, and has ${seen.keys?.count} signing keys`),
    judgeAnnounced(facts),
    ...(isLocal
      ? [skip("outside", "https, HSTS and the mailbox are not judged on this machine")]
      : judgeExposure(facts)),
    judgeCookie(facts),
    judgeClock(facts),
  ];
}

function judgeAnnounced({ origin, announced }: OutsideFacts): Finding {
  if (announced === undefined)
    return fail(
      "PUBLIC_URL",
      `${origin}/openapi.json names no server`,
      "deploy a version of Gatehouse that has it",
    );
  if (announced.replace(/\/$/, "") === origin)
    return ok("PUBLIC_URL", `${announced}, which is where it answers: issuer of tokens, base of links`);
  return fail(
    "PUBLIC_URL",
    `it is ${announced}, and the service answers at ${origin}: links in mails and the issuer of tokens lead there`,
    `set PUBLIC_URL = "${origin}" in [vars] and deploy, or use ${announced}`,
  );
}

function judgeExposure({ origin, mailbox, hsts }: OutsideFacts): readonly Finding[] {
  return [
    origin.startsWith("https:")
      ? ok("https", "yes")
      : fail("https", "passwords travel in the clear", "put it on an https route"),
    hsts
      ? ok("HSTS", "yes")
      : warn(
          "HSTS",
          "no Strict-Transport-Security header arrives",
          "look for a rule of the zone that takes it away",
        ),
    mailbox === 404 || mailbox === undefined
      ? ok("mailbox", "no development mailbox is there")
      : fail(
          "mailbox",
          `/dev/mailbox.json answers ${mailbox}: everybody reads everybody's mail`,
          "take ENVIRONMENT out, unset NODE_ENV, and deploy",
        ),
  ];
}

function judgeCookie({ csrfCookie }: OutsideFacts): Finding {
  if (csrfCookie === undefined)
    return warn(
      "cookies",
      "GET /api/auth/csrf-token sets none",
      "look for a proxy before the service that takes Set-Cookie away",
    );
  const has = (attribute: string) => new RegExp(`;\\s*${attribute}(?:;|$)`, "i").test(csrfCookie);
  const isSound = csrfCookie.startsWith("__Host-") && has("Secure") && !/;\s*Domain=/i.test(csrfCookie);
  return isSound
    ? ok("cookies", "__Host-, Secure, of this host alone")
    : fail(
        "cookies",
        "the cookie is not as the service sends it (__Host-, Secure, no Domain)",
        "look for a proxy that rewrites Set-Cookie",
      );
}

/** Codes and tokens are good for minutes: a laptop that is wrong by one sees failures that are not there. */
function judgeClock({ clockAhead }: OutsideFacts): Finding {
  if (clockAhead === undefined) return skip("clock", "the answer had no Date");
  if (Math.abs(clockAhead) <= 30) return ok("clock", "agrees with this machine's");
  return warn(
    "clock",
    `this machine's differs by ${Math.round(Math.abs(clockAhead))} s`,
    "set this machine's by NTP",
  );
}
