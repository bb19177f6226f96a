import { nameField } from "../../src/accounts/fields.ts";
import { OPERATOR } from "../../src/admin/authorization/actor.ts";
import { inviteUser } from "../../src/admin/users/invite-user.ts";
import { SIGN_IN_METHODS } from "../../src/authentication/sign-in-methods.ts";
import { isPlainHttpUrl } from "../../src/core/config-parsers.ts";
import {
  type EmailAddress,
  hasCompatibilityCharacters,
  parseEmailAddress,
} from "../../src/core/email-address.ts";
import { CommandError } from "../shared/command-error.ts";
import { printable } from "../shared/printable.ts";
import { caller, noMessages, type Operator } from "./compose.ts";
import { findUser } from "./find-user.ts";
import type { Platform } from "./open-platform.ts";

type Input = {
  readonly email: string;
  readonly name: string | undefined;
  /** The origin of the link, in place of PUBLIC_URL. */
  readonly url: string | undefined;
};

/** Invites a superuser. The returned text has the only copy of the link to choose a password. */
export async function createSuperuser(deps: Operator, input: Input): Promise<string> {
  const email = parseAddress(input.email);
  const publicUrl = linkBase(deps.platform, input.url);
  const invitation = {
    actor: OPERATOR,
    email,
    name: parseName(input.name),
    role: "superuser",
    caller,
  } as const;
  // SIGN_UP does not bind an operator: a closed service gets its first superuser this way.
  const settings = {
    ...deps.settings,
    publicUrl,
    signUp: { policy: "open" } as const,
    signInMethods: SIGN_IN_METHODS,
    // The operator passes the link on; the command may not know the mail provider.
    mailCarriesUnicode: true,
  };
  const result = await inviteUser({ ...deps, settings, messages: noMessages }, invitation);
  if (result.ok) {
    return (
      `Created the superuser ${result.value.account.email}. The link to choose a password is valid for 7 days and is ` +
      `shown only once:\n\n    ${result.value.url}\n`
    );
  }
  if (result.error.reason === "address_taken")
    throw new CommandError(await describeExisting(deps, input.email));
  throw new CommandError(
    "The database changed in the meantime, and the command changed nothing. Please try again.",
  );
}

async function describeExisting(deps: Operator, address: string): Promise<string> {
  const { email, role, status } = await findUser(deps, address);
  const steps = [
    ...(status === "active" ? [] : [`npm run admin -- activate ${email}`]),
    ...(role === "superuser" ? [] : [`npm run admin -- set-role ${email} superuser`]),
  ];
  const fix =
    steps.length > 0
      ? `\n\n  ${steps.join("\n  ")}`
      : " POST /api/auth/forgot-password sends them a new link.";
  return `${email} already has an account (${role}, ${status}).${fix}`;
}

function parseAddress(input: string): EmailAddress {
  const parsed = parseEmailAddress(input);
  if (!parsed.ok) throw new CommandError(`"${printable(input)}" is not an email address.`);
  if (hasCompatibilityCharacters(parsed.value)) {
    throw new CommandError(
      `"${printable(input)}" has characters before the @ that look like others, such as full-width letters.`,
    );
  }
  return parsed.value;
}

function parseName(input = "Superuser"): string {
  const name = nameField.safeParse(input);
  if (name.success) return name.data;
  throw new CommandError(`--name: ${name.error.issues[0]?.message ?? "Must be a name."}`);
}

/** The origin of the link, validated: the link has a token that this origin receives. */
export function linkBase({ isRemote, variables }: Pick<Platform, "isRemote" | "variables">, option?: string) {
  const configured = typeof variables.PUBLIC_URL === "string" ? variables.PUBLIC_URL.trim() : "";
  const chosen = option ?? configured;
  if (chosen === "") {
    throw new CommandError(
      "[vars] of the configuration has no PUBLIC_URL for the link. Set it: --url https://auth.example.com",
    );
  }
  const url = isPlainHttpUrl(chosen) ? new URL(chosen) : null;
  if (url?.pathname !== "/" || (isRemote && url.protocol !== "https:")) {
    const which = option === undefined ? "PUBLIC_URL" : "--url";
    throw new CommandError(
      `${which} must be ${isRemote ? "an https" : "an http or https"} URL without a path.`,
    );
  }
  return url.origin;
}
