import { waitFor } from "../../../scripts/shared/wait-for.ts";
import { holdToContract } from "../../support/contract/hold.ts";

/** The service as a program sees it, to prepare what a browser is to find. */
export type ServiceApi = ReturnType<typeof serviceAt>;

export const PASSWORD = "a quiet lighthouse 7";

type Mail = {
  readonly createdAt: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/** Milliseconds for an answer. */
const PATIENCE = 30_000;

/** An address that nobody has used, and that a search for it alone finds. */
const newAddress = (): string => `person-${crypto.randomUUID().slice(0, 8)}@example.com`;

/** As long as they may be, or nearly, and without a place to break: what a page has to hold. */
export const LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff".padEnd(64, "o");
const LONG_LOCAL_PART = "wolfeschlegelsteinhausenbergerdorff".padEnd(55, "o");
const LONG_DOMAIN = `${"llanfairpwllgwyngyll".padEnd(53, "o")}.example.com`;

export const longAddress = (): string =>
  `${crypto.randomUUID().slice(0, 8)}.${LONG_LOCAL_PART}@${LONG_DOMAIN}`;

type Credentials = { readonly email: string; readonly password: string };

export function serviceAt({
  origin,
  superuser,
}: {
  readonly origin: string;
  readonly superuser: Credentials;
}) {
  async function post(path: string, body: object, token?: string) {
    const headers = {
      "Content-Type": "application/json",
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    };
    const response = await fetch(`${origin}/api/auth${path}`, {
      signal: AbortSignal.timeout(PATIENCE),
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    await holdToContract("POST", `/api/auth${path}`, response);
    const { data, message } = (await response.json()) as { data: Record<string, string>; message: string };
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${message}`);
    return data;
  }

  /** The newest mail to an address of which that holds. */
  const mailTo = (address: string, fits: (mail: Mail) => boolean = () => true): Promise<Mail> =>
    waitFor(`a mail to ${address}`, async () => {
      const url = `${origin}/dev/mailbox.json?to=${encodeURIComponent(address)}`;
      const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
      const { messages } = (await response.json()) as { messages: Mail[] };
      return messages.find(fits);
    });

  /** The link of the newest mail to that address that leads to that page. */
  async function linkTo(address: string, page: string): Promise<string> {
    const link = new RegExp(`${origin}/${page}\\?token=[\\w-]+`);
    const { text } = await mailTo(address, (mail) => link.test(mail.text));
    return link.exec(text)?.[0] ?? "";
  }

  /** The digits of the mail to that address that came since then. */
  async function codeTo(address: string, since: number): Promise<string> {
    const code = /^\d{6}$/m;
    const { text } = await mailTo(
      address,
      (mail) => code.test(mail.text) && Date.parse(mail.createdAt) >= since,
    );
    return code.exec(text)?.[0] ?? "";
  }

  async function register(email = newAddress(), name = "Ada"): Promise<{ email: string }> {
    await post("/register", { email, password: PASSWORD, name });
    return { email };
  }

  /** Somebody with a verified account. */
  async function member(email = newAddress(), name?: string): Promise<{ email: string }> {
    await register(email, name);
    const token = new URL(await linkTo(email, "verify-email")).searchParams.get("token");
    await post("/verify-email", { token });
    return { email };
  }

  /** A member whose second step is on. */
  async function guarded(address?: string): Promise<{ email: string }> {
    const { email } = await member(address);
    const { token } = await post("/login", { email, password: PASSWORD });
    await post("/me/otp", { enabled: true, password: PASSWORD }, token);
    return { email };
  }

  let passerby: Promise<{ email: string }> | undefined;
  /** The same member for everybody who leaves the account as it is. */
  const anybody = (): Promise<{ email: string }> => {
    passerby ??= member();
    return passerby;
  };

  return {
    superuser,
    newAddress,
    longAddress,
    post,
    mailTo,
    linkTo,
    codeTo,
    register,
    member,
    guarded,
    anybody,
  };
}
