import { nameField } from "../../src/accounts/fields.ts";
import { inviteUser } from "../../src/admin/users/invite-user.ts";
import { type EmailAddress, parseEmailAddress } from "../../src/core/email-address.ts";
import { isPlainHttpUrl } from "../../src/core/variables.ts";
import { Complaint } from "../dev/usage-error.ts";
import { caller, noMessages, type Operator } from "./compose.ts";
import { findUser } from "./find-user.ts";
import type { Platform } from "./platform.ts";
import { printable } from "./printable.ts";

type Request = {
  readonly email: string;
  readonly name: string | undefined;
  readonly url: string | undefined;
};

/** An invited superuser; the link to choose a password is nowhere else than in what this returns. */
export async function createSuperuser(deps: Operator, request: Request): Promise<string> {
  const email = addressOf(request.email);
  const publicUrl = linkBase(deps.platform, request.url);
  const invitation = {
    actor: "operator",
    email,
    name: nameOf(request.name),
    role: "superuser",
    caller,
  } as const;
  const settings = { ...deps.settings, publicUrl };
  const result = await inviteUser({ ...deps, settings, messages: noMessages }, invitation);
  if (result.ok) {
    return (
      `Made ${result.value.account.email} a superuser. The link to choose a password is good for 7 days, and ` +
      `shown this once:\n\n    ${result.value.url}\n`
    );
  }
  if (result.error.reason === "address_taken") throw new Complaint(await whoeverHas(deps, request.email));
  throw new Complaint("Nothing was done, since something changed at the same moment. Please try again.");
}

async function whoeverHas(deps: Operator, named: string): Promise<string> {
  const { email, role, status } = await findUser(deps, named);
  const steps = [
    ...(status === "active" ? [] : [`npm run admin -- activate ${email}`]),
    ...(role === "superuser" ? [] : [`npm run admin -- set-role ${email} superuser`]),
  ];
  const mend =
    steps.length > 0
      ? `\n\n  ${steps.join("\n  ")}`
      : " POST /api/auth/forgot-password mails them a new link.";
  return `${email} has an account already, as ${role}, ${status}.${mend}`;
}

function addressOf(typed: string): EmailAddress {
  const parsed = parseEmailAddress(typed);
  if (!parsed.ok) throw new Complaint(`"${printable(typed)}" is not an email address.`);
  return parsed.value;
}

function nameOf(typed = "Superuser"): string {
  const name = nameField.safeParse(typed);
  if (name.success) return name.data;
  throw new Complaint(`--name: ${name.error.issues[0]?.message ?? "Must be a name."}`);
}

/** The origin that the link begins with: it is a key, and goes to whoever that is. */
export function linkBase({ isRemote, variables }: Pick<Platform, "isRemote" | "variables">, typed?: string) {
  const set = typeof variables.PUBLIC_URL === "string" ? variables.PUBLIC_URL.trim() : "";
  const chosen = typed ?? set;
  if (chosen === "") {
    throw new Complaint(
      "PUBLIC_URL is not in [vars] of the configuration, so the link has no beginning. Give it: --url https://auth.example.com",
    );
  }
  const url = isPlainHttpUrl(chosen) ? new URL(chosen) : null;
  if (url?.pathname !== "/" || (isRemote && url.protocol !== "https:")) {
    const which = typed === undefined ? "PUBLIC_URL" : "--url";
    throw new Complaint(`${which} must be ${isRemote ? "an https" : "an http or https"} URL without a path.`);
  }
  return url.origin;
}
