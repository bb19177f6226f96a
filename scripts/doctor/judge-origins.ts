import { type Finding, fail, ok, skip, warn } from "./finding.ts";
import { registrableDomain } from "./registrable-domain.ts";

export type OriginFacts = {
  readonly publicUrl: string | undefined;
  readonly allowedOrigins: readonly string[];
  readonly allowedReturnUrls: readonly string[];
  readonly captcha: string | undefined;
};

/** Whom browsers will let talk to the service, and with its cookies. */
export function judgeOrigins(facts: OriginFacts): readonly Finding[] {
  const url = URL.parse(facts.publicUrl ?? "");
  if (url === null) return [skip("cookies", "PUBLIC_URL is not known, so neither is whose cookies they are")];
  return [
    judgeCookies(url),
    ...facts.allowedOrigins.map((origin) => judgeOrigin(url, origin)),
    ...facts.allowedReturnUrls.flatMap((target) => judgeReturnUrl(url, target, facts.allowedOrigins)),
    judgeCaptcha(url, facts.captcha ?? "off"),
  ];
}

function judgeCookies(url: URL): Finding {
  const isLocal = url.hostname === "localhost" || url.hostname === "127.0.0.1";
  if (url.protocol !== "https:" && !isLocal) {
    return fail(
      "cookies",
      "__Host- cookies need https, so nobody could sign in on the pages",
      "make PUBLIC_URL an https URL",
    );
  }
  // RFC 6265bis §4.1.3.2: such a cookie names no domain.
  return ok("cookies", `of ${url.hostname} alone, and of none of its subdomains (__Host-)`);
}

/** SameSite=Lax keeps cookies from a fetch of another site, whatever CORS allows (RFC 6265bis §5.2). */
function judgeOrigin(url: URL, origin: string): Finding {
  const other = URL.parse(origin);
  if (other === null)
    return fail(
      "origins",
      `${origin} in ALLOWED_ORIGINS is no origin`,
      "write it as https://app.example.com",
    );
  const isSameSite =
    other.protocol === url.protocol && registrableDomain(other.hostname) === registrableDomain(url.hostname);
  if (isSameSite) return ok("origins", `${origin} is of the same site: its pages may use cookies`);
  return warn(
    "origins",
    `${origin} is another site than ${url.hostname}: browsers keep the cookies back from its requests`,
    `serve both under ${registrableDomain(url.hostname)}, or let that app use Bearer tokens`,
  );
}

function judgeReturnUrl(url: URL, target: string, origins: readonly string[]): readonly Finding[] {
  const origin = URL.parse(target)?.origin;
  if (origin === undefined)
    return [
      fail("return URLs", `${target} is no URL`, "write it whole, as https://app.example.com/signed-in"),
    ];
  if (origin === url.origin || origins.includes(origin)) return [ok("return URLs", target)];
  return [
    warn(
      "return URLs",
      `${target} is of an origin that ALLOWED_ORIGINS lacks: its page cannot trade the code from a browser`,
      `add ${origin} to ALLOWED_ORIGINS, unless a server of that app does it`,
    ),
  ];
}

const judgeCaptcha = (url: URL, provider: string): Finding =>
  provider === "off"
    ? skip("captcha", "is off; the limits of each route stand")
    : skip(
        "captcha",
        `${provider}: that ${url.hostname} is among the hostnames of the widget is not seen from here; look in its dashboard`,
      );
