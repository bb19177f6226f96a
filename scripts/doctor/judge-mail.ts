import { type Finding, fail, ok, skip, warn } from "./finding.ts";

/** The TXT records of a name. */
export type Lookup = readonly string[] | "unreachable";

export type MailFacts = {
  readonly provider: string | undefined;
  /** The sender domain. */
  readonly domain: string | undefined;
  /** TXT records of the domain and of its _dmarc subdomain; null if not queried. */
  readonly dns: { readonly domain: Lookup; readonly dmarc: Lookup } | null;
};

export function judgeMail({ provider, domain, dns }: MailFacts): readonly Finding[] {
  if (provider === undefined) return [skip("mail", "MAIL_PROVIDER is unknown here")];
  if (provider === "mailbox") return [ok("mail", "goes to the development mailbox: /dev/mailbox")];
  if (domain === undefined) return [skip("mail", `${provider}; the sender is unknown here`)];
  if (/(?:^|\.)(?:example\.(?:com|net|org)|test|example|invalid|localhost)$/.test(domain)) {
    return [
      fail(
        "mail",
        `${domain} is reserved (RFC 2606), so no provider sends from it`,
        "set MAIL_FROM to your own domain, verified at the provider",
      ),
    ];
  }
  const sender = ok("mail", `${provider}, from ${domain}`);
  if (dns === null) return [sender, skip("mail", "its DNS was not checked")];
  return [sender, judgeSpf(domain, dns.domain), judgeDmarc(domain, dns.dmarc), DKIM];
}

/** RFC 7208 §3. Many providers use their own return-path domain and its SPF record. */
function judgeSpf(domain: string, records: Lookup): Finding {
  if (records === "unreachable") return skip("mail", "SPF was not checked: DNS is unreachable from here");
  const found = records.filter((record) => /^v=spf1(?: |$)/i.test(record));
  if (found.length === 1) return ok("mail", `SPF at ${domain}`);
  if (found.length > 1)
    return fail(
      "mail",
      `${domain} has ${found.length} SPF records, so receivers ignore all of them`,
      "merge them into one (RFC 7208 §4.5)",
    );
  return warn(
    "mail",
    `${domain} has no SPF record`,
    "add the record that the provider's dashboard shows for the domain",
  );
}

/** RFC 7489 §6.3. Google and Yahoo require it of bulk senders. */
function judgeDmarc(domain: string, records: Lookup): Finding {
  if (records === "unreachable") return skip("mail", "DMARC was not checked: DNS is unreachable from here");
  const found = records.find((record) => /^v=DMARC1\s*;/i.test(record));
  if (found === undefined)
    return warn(
      "mail",
      `${domain} has no DMARC record`,
      `add TXT _dmarc.${domain}: "v=DMARC1; p=none; rua=mailto:you@${domain}"`,
    );
  return ok("mail", `DMARC at ${domain}: ${/p=(\w+)/i.exec(found)?.[1] ?? "no policy"}`);
}

const DKIM = skip(
  "mail",
  "DKIM was not checked: the provider chooses its selector, and its dashboard shows whether the domain is verified",
);
