import { type Clock, MINUTE } from "../core/clock.ts";
import { keyedHash } from "../core/crypto/keyed-hash.ts";
import { seal, unseal } from "../core/crypto/seal.ts";
import type { SecretRing } from "../core/crypto/secret-ring.ts";
import { type CsrfDeps, isFromOwnPage } from "../http/csrf.ts";
import type { Page, PageContext } from "./page.ts";
import { draftCookie } from "./page-cookies.ts";
import { type Form, readForm } from "./read-form.ts";

/** Milliseconds for which a draft is kept. The cookie lives as long. */
const TTL = 15 * MINUTE;

/** Browsers drop a longer cookie (RFC 6265 §6.1). */
const MAX_LENGTH = 3900;

const CONTEXT = "form-draft";

/** Hidden fields, which the page writes again. */
const HIDDEN = ["owner", "act", "token", "here"];

type Draft = {
  readonly path: string;
  readonly owner: string;
  readonly expiresAt: number;
  readonly fields: readonly (readonly [name: string, value: string])[];
};

type DraftDeps = { readonly secrets: SecretRing; readonly clock: Clock };

/** Hidden in the forms of a signed-in user: a draft is restored for that user only. */
export const formOwner = ({ secrets }: Pick<DraftDeps, "secrets">, accountId: string): Promise<string> =>
  keyedHash(secrets.current, "form-owner", accountId);

/**
 * Keeps the values of a form that was posted after its session had ended (WCAG 2.2.5), without secrets and files. Returns
 * false if there is nothing to keep, or too much for a cookie. Another site could otherwise fill in a form for the user.
 */
export async function keepDraft(
  c: PageContext,
  deps: CsrfDeps,
  page: Pick<Page<unknown>, "upload" | "maxFormBytes">,
): Promise<boolean> {
  const form = isFromOwnPage(c, deps) ? await readForm(c.req.raw, page) : null;
  const fields = form ? typedFields(form) : [];
  if (!form || fields.length === 0) return false;
  const { pathname: path } = new URL(c.req.url);
  const draft: Draft = { path, owner: form.text("owner"), expiresAt: deps.clock.now() + TTL, fields };
  const sealed = await seal(deps.secrets, "seal-draft", CONTEXT, JSON.stringify(draft));
  if (sealed.length > MAX_LENGTH) return false;
  draftCookie.write(c, sealed);
  return true;
}

const typedFields = ({ kept }: Form): Draft["fields"] =>
  [...kept].filter(([name, value]) => !HIDDEN.includes(name) && value !== "");

/** Removes the draft of this page, and returns its values if they are those of the signed-in user. */
export async function takeDraft(
  c: PageContext,
  deps: DraftDeps,
): Promise<ReadonlyMap<string, string> | null> {
  const sealed = draftCookie.read(c);
  const session = c.get("session");
  if (sealed === undefined || !session) return null;
  const text = await unseal(deps.secrets, "seal-draft", CONTEXT, sealed);
  const draft: Draft | null = text === null ? null : JSON.parse(text);
  const isUsable =
    draft !== null &&
    draft.expiresAt > deps.clock.now() &&
    (await isOwner(deps, draft.owner, session.account.id));
  if (isUsable && draft.path !== c.req.path) return null;
  draftCookie.clear(c);
  return isUsable ? new Map(draft.fields) : null;
}

async function isOwner({ secrets }: DraftDeps, owner: string, accountId: string): Promise<boolean> {
  const hashes = [secrets.current, ...secrets.earlier].map((root) =>
    keyedHash(root, "form-owner", accountId),
  );
  return (await Promise.all(hashes)).includes(owner);
}
