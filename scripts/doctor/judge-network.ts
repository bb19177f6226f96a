import { type HealthObservation, judgeHealth } from "../deploy/judge-health.ts";
import { type Finding, fail, ok, skip, warn } from "./finding.ts";

export type OriginFacts = {
  readonly publicUrl: string | undefined;
  readonly allowedOrigins: readonly string[];
  readonly captcha: string | undefined;
};

/** Checks which origins may call the service from a browser, and with which cookies. */
export function judgeOrigins(facts: OriginFacts): readonly Finding[] {
  const url = URL.parse(facts.publicUrl ?? "");
  if (url === null) return [skip("cookies", "PUBLIC_URL is unknown, so the host of the cookies is too")];
  return [
    judgeCookies(url),
    ...facts.allowedOrigins.map((origin) => judgeOrigin(url, origin)),
    judgeCaptcha(url, facts.captcha ?? "off"),
  ];
}

function judgeCookies(url: URL): Finding {
  if (url.protocol !== "https:" && !isLoopback(url)) {
    return fail(
      "cookies",
      "__Host- cookies need https, so users could not sign in on the pages",
      "set PUBLIC_URL to an https URL",
    );
  }
  // RFC 6265bis §4.1.3.2: a __Host- cookie has no Domain attribute.
  return ok("cookies", `for ${url.hostname} only, without subdomains (__Host-)`);
}

/** SameSite=Lax withholds cookies from a cross-site fetch, even if CORS allows it (RFC 6265bis §5.2). */
function judgeOrigin(url: URL, origin: string): Finding {
  const other = URL.parse(origin);
  if (other === null)
    return fail(
      "origins",
      `${origin} in ALLOWED_ORIGINS is not an origin`,
      "write it as https://app.example.com",
    );
  const isSameSite =
    other.protocol === url.protocol && registrableDomain(other.hostname) === registrableDomain(url.hostname);
  if (isSameSite) return ok("origins", `${origin} is same-site: its pages may use cookies`);
  return warn(
    "origins",
    `${origin} is another site than ${url.hostname}: browsers withhold the cookies from its requests`,
    `serve both under ${registrableDomain(url.hostname)}, or use Bearer tokens in that app`,
  );
}

const isLoopback = ({ hostname }: URL): boolean => hostname === "localhost" || hostname === "127.0.0.1";

const judgeCaptcha = (url: URL, provider: string): Finding =>
  provider === "off"
    ? skip("captcha", "is off; the rate limits of each route apply")
    : skip(
        "captcha",
        `${provider}: check in its dashboard that the widget allows the hostname ${url.hostname}`,
      );

/**
 * The registrable domain, which defines "same site". The Public Suffix List is 300 KB; this has the common suffixes of two
 * labels, so a rare one counts as a site. That is enough for a warning.
 */
export function registrableDomain(hostname: string): string {
  const labels = hostname.toLowerCase().split(".");
  if (/^[\d.]+$|:/.test(hostname) || labels.length <= 2) return hostname.toLowerCase();
  const lastTwo = labels.slice(-2).join(".");
  const isSuffix = SUFFIXES.has(lastTwo) || /^(?:ac|co|com|edu|gov|net|org)\.[a-z]{2}$/.test(lastTwo);
  // A Worker's host is name.subdomain.workers.dev, and workers.dev is a public suffix.
  return labels.slice(isSuffix ? -3 : -2).join(".");
}

const SUFFIXES: ReadonlySet<string> = new Set([
  ...[
    "workers.dev",
    "pages.dev",
    "github.io",
    "gitlab.io",
    "vercel.app",
    "netlify.app",
    "web.app",
    "fly.dev",
  ],
  ...["onrender.com", "herokuapp.com", "firebaseapp.com", "azurewebsites.net", "cloudfront.net"],
]);

export type ServiceFacts = {
  readonly origin: string;
  readonly observed: HealthObservation;
  /** The server in openapi.json, which is the Worker's PUBLIC_URL. */
  readonly announced: string | undefined;
  /** The status of /dev/mailbox.json. A deployed service must not have it. */
  readonly mailbox: number | undefined;
  readonly csrfCookie: string | undefined;
  readonly hsts: boolean;
  /** Seconds by which the service's clock is ahead of this machine's. */
  readonly clockAhead: number | undefined;
};

/** Checks the public endpoints of a service. */
export function judgeService(facts: ServiceFacts): readonly Finding[] {
  const { origin, observed } = facts;
  const verdict = judgeHealth(origin, observed);
  if (!verdict.healthy) return [fail("health", verdict.message, verdict.fix)];
  return [
    ok("health", `${origin} responds and has ${observed.keys?.count} signing keys`),
    judgeAnnounced(facts),
    ...(isLoopback(new URL(origin))
      ? [skip("exposure", "https, HSTS and the mailbox are not checked on this machine")]
      : judgeExposure(facts)),
    judgeCookie(facts),
    judgeClock(facts),
  ];
}

function judgeAnnounced({ origin, announced }: ServiceFacts): Finding {
  if (announced === undefined)
    return fail(
      "PUBLIC_URL",
      `${origin}/openapi.json names no server`,
      "deploy a version of Gatehouse that names it",
    );
  if (announced.replace(/\/$/, "") === origin)
    return ok("PUBLIC_URL", `${announced}, the issuer of tokens and the base of links`);
  return fail(
    "PUBLIC_URL",
    `it is ${announced}, but the service responds at ${origin}: links in mails and the issuer of tokens are wrong`,
    `set PUBLIC_URL = "${origin}" in [vars] and deploy, or use ${announced}`,
  );
}

function judgeExposure({ origin, mailbox, hsts }: ServiceFacts): readonly Finding[] {
  return [
    origin.startsWith("https:")
      ? ok("https", "yes")
      : fail("https", "passwords are sent unencrypted", "serve it on an https route"),
    hsts
      ? ok("HSTS", "yes")
      : warn(
          "HSTS",
          "the response has no Strict-Transport-Security header",
          "look for a rule of the zone that removes it",
        ),
    mailbox === 404 || mailbox === undefined
      ? ok("mailbox", "there is no development mailbox")
      : fail(
          "mailbox",
          `/dev/mailbox.json responds with ${mailbox}: all mail is public`,
          "remove ENVIRONMENT, unset NODE_ENV, and deploy",
        ),
  ];
}

function judgeCookie({ csrfCookie }: ServiceFacts): Finding {
  if (csrfCookie === undefined)
    return warn("cookies", "GET /api/auth/csrf-token sets none", "look for a proxy that removes Set-Cookie");
  const has = (attribute: string) => new RegExp(`;\\s*${attribute}(?:;|$)`, "i").test(csrfCookie);
  const isSound = csrfCookie.startsWith("__Host-") && has("Secure") && !/;\s*Domain=/i.test(csrfCookie);
  return isSound
    ? ok("cookies", "__Host-, Secure, for this host only")
    : fail(
        "cookies",
        "the cookie is not as the service sends it (__Host-, Secure, no Domain)",
        "look for a proxy that rewrites Set-Cookie",
      );
}

/** Codes and tokens are valid for minutes, so a wrong local clock causes misleading failures. */
function judgeClock({ clockAhead }: ServiceFacts): Finding {
  if (clockAhead === undefined) return skip("clock", "the response has no Date header");
  if (Math.abs(clockAhead) <= 30) return ok("clock", "agrees with this machine's clock");
  return warn(
    "clock",
    `this machine's clock differs by ${Math.round(Math.abs(clockAhead))} s`,
    "synchronize this machine's clock with NTP",
  );
}
