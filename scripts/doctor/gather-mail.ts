import { Resolver } from "node:dns/promises";
import { mailFrom } from "../../src/messaging/email/sender-variable.ts";
import type { Lookup, MailFacts } from "./judge-mail.ts";

/** The provider and the sender's domain; the domain's records where a provider sends, and DNS is to be asked. */
export async function gatherMail(
  variables: Readonly<Record<string, unknown>>,
  askDns: boolean,
): Promise<MailFacts> {
  const provider = text(variables.MAIL_PROVIDER);
  const domain = mailFrom.safeParse(variables.MAIL_FROM).data?.address.split("@")[1];
  if (!askDns || domain === undefined || provider === "mailbox") return { provider, domain, dns: null };
  const [records, dmarc] = await Promise.all([lookUp(domain), lookUp(`_dmarc.${domain}`)]);
  return { provider, domain, dns: { domain: records, dmarc } };
}

async function lookUp(name: string): Promise<Lookup> {
  try {
    const records = await new Resolver({ timeout: 2_000, tries: 1 }).resolveTxt(name);
    return records.map((parts) => parts.join(""));
  } catch (error) {
    // It is known that there is nothing, or it is not known.
    return ["ENODATA", "ENOTFOUND"].includes((error as NodeJS.ErrnoException).code ?? "")
      ? []
      : "unreachable";
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
