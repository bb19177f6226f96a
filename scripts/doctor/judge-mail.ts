import { type Finding, fail, ok, skip, warn } from "./finding.ts";

/** Text records of a name, or why they are not known. */
export type Lookup = readonly string[] | "unreachable";

export type MailFacts = {
  readonly provider: string | undefined;
  /** The domain that mail is from. */
  readonly domain: string | undefined;
  /** TXT of the domain and of _dmarc at it; null when nobody looked. */
  readonly dns: { readonly domain: Lookup; readonly dmarc: Lookup } | null;
};

export function judgeMail({ provider, domain, dns }: MailFacts): readonly Finding[] {
  if (provider === undefined) return [skip("mail", "MAIL_PROVIDER is not known here")];
  if (provider === "mailbox") return [ok("mail", "goes into the mailbox of this machine: /dev/mailbox")];
  if (domain === undefined) return [skip("mail", `${provider}; who it is from is not known here`)];
  if (/(?:^|\.)(?:example\.(?:com|net|org)|test|example|invalid|localhost)$/.test(domain)) {
    return [
      fail(
        "mail",
        `nobody can send from ${domain}, which is reserved (RFC 2606)`,
        "set MAIL_FROM to a domain of yours that the provider knows",
      ),
    ];
  }
  const sender = ok("mail", `${provider}, from ${domain}`);
  if (dns === null) return [sender, skip("mail", "its DNS was not asked")];
  return [sender, judgeSpf(domain, dns.domain), judgeDmarc(domain, dns.dmarc), DKIM];
}

/** RFC 7208 §3. Many providers send under a return-path domain of theirs, where SPF is theirs. */
function judgeSpf(domain: string, records: Lookup): Finding {
  if (records === "unreachable") return skip("mail", "SPF was not checked: DNS cannot be reached from here");
  const found = records.filter((record) => /^v=spf1(?: |$)/i.test(record));
  if (found.length === 1) return ok("mail", `SPF at ${domain}`);
  if (found.length > 1)
    return fail(
      "mail",
      `${domain} has ${found.length} SPF records, and receivers take none`,
      "make one of them (RFC 7208 §4.5)",
    );
  return warn(
    "mail",
    `${domain} has no SPF record`,
    "add what the provider's dashboard shows for the domain",
  );
}

/** RFC 7489 §6.3. Google and Yahoo want it of whoever sends much. */
function judgeDmarc(domain: string, records: Lookup): Finding {
  if (records === "unreachable")
    return skip("mail", "DMARC was not checked: DNS cannot be reached from here");
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
  "DKIM was not checked: its selector is the provider's, whose dashboard shows whether the domain is verified",
);
