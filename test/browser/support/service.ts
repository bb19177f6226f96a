import { waitFor } from "../../../scripts/shared/wait-for.ts";
import { assertMatchesContract } from "../../support/openapi-contract.ts";

/** The service's API, to prepare the state that a browser test needs. */
export type ServiceApi = ReturnType<typeof serviceAt>;

export const PASSWORD = "a quiet lighthouse 7";

type Mail = {
  readonly createdAt: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/** Milliseconds until a request fails. */
const TIMEOUT_MS = 30_000;

/** A list shows 25 rows on a page. */
const MORE_THAN_A_PAGE = 26;

/** A number of a German mobile phone that no other test uses. */
export const newPhoneNumber = (): string =>
  `+4917${crypto.getRandomValues(new Uint32Array(1)).join("").padStart(10, "0").slice(-9)}`;

/** An unused address, which a search finds alone. */
const newAddress = (): string => `user-${crypto.randomUUID().slice(0, 8)}@example.com`;

/** Values of nearly the maximum length without a line break opportunity, which a page must fit. */
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
      signal: AbortSignal.timeout(TIMEOUT_MS),
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    await assertMatchesContract("POST", `/api/auth${path}`, response);
    const { data, message } = (await response.json()) as { data: Record<string, string>; message: string };
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${message}`);
    return data;
  }

  /** The newest matching mail to an address. */
  const mailTo = (address: string, matches: (mail: Mail) => boolean = () => true): Promise<Mail> =>
    waitFor(`a mail to ${address}`, async () => {
      const url = `${origin}/dev/mailbox.json?to=${encodeURIComponent(address)}`;
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      const { messages } = (await response.json()) as { messages: Mail[] };
      return messages.find(matches);
    });

  /** The newest link to that page in a mail to the address. */
  async function linkTo(address: string, page: string): Promise<string> {
    const link = new RegExp(`${origin}/${page}\\?token=[\\w-]+`);
    const { text } = await mailTo(address, (mail) => link.test(mail.text));
    return link.exec(text)?.[0] ?? "";
  }

  /** The code of a mail to the address that was sent since then. */
  async function codeTo(address: string, since: number): Promise<string> {
    const code = /^\d{6}$/m;
    const { text } = await mailTo(
      address,
      (mail) => code.test(mail.text) && Date.parse(mail.createdAt) >= since,
    );
    return code.exec(text)?.[0] ?? "";
  }

  /** The code of a text message to the number that was sent since then. */
  async function codeTextedTo(number: string, since: number): Promise<string> {
    const code = /^\d{6}\b/;
    const { text } = await mailTo(
      number,
      (message) => code.test(message.text) && Date.parse(message.createdAt) >= since,
    );
    return code.exec(text)?.[0] ?? "";
  }

  async function register(email = newAddress(), name = "Ada"): Promise<{ email: string }> {
    await post("/register", { email, password: PASSWORD, name });
    return { email };
  }

  /** An account with an unverified address. The service creates it after the response, and mails the link then. */
  async function unverifiedMember(email: string, name: string): Promise<{ email: string }> {
    await register(email, name);
    await linkTo(email, "verify-email");
    return { email };
  }

  /** A verified account. */
  async function member(email = newAddress(), name?: string): Promise<{ email: string }> {
    await register(email, name);
    const token = new URL(await linkTo(email, "verify-email")).searchParams.get("token");
    await post("/verify-email", { token });
    return { email };
  }

  /** A verified account with the second factor enabled. */
  async function memberWithSecondFactor(address?: string): Promise<{ email: string }> {
    const { email } = await member(address);
    const { deviceToken } = await post("/login", { email, password: PASSWORD });
    const { token } = await post("/login", { email, password: PASSWORD, deviceToken });
    await post("/me/otp", { enabled: true, password: PASSWORD }, token);
    return { email };
  }

  let shared: Promise<{ email: string }> | undefined;
  /** One account for all tests that do not change it. */
  const sharedMember = (): Promise<{ email: string }> => {
    shared ??= member();
    return shared;
  };

  let crowd: Promise<string> | undefined;
  /** More users than a list shows on one page. Returns a word that finds them and no others. */
  const sharedCrowd = (): Promise<string> => {
    crowd ??= createCrowd();
    return crowd;
  };

  async function createCrowd(): Promise<string> {
    const word = `crowd-${crypto.randomUUID().slice(0, 8)}`;
    const addresses = Array.from(
      { length: MORE_THAN_A_PAGE },
      (_, number) => `${word}-${number}@example.com`,
    );
    await Promise.all(addresses.map((email) => unverifiedMember(email, "Ada")));
    return word;
  }

  return {
    superuser,
    newAddress,
    longAddress,
    post,
    mailTo,
    linkTo,
    codeTo,
    codeTextedTo,
    register,
    unverifiedMember,
    member,
    memberWithSecondFactor,
    sharedMember,
    sharedCrowd,
  };
}
