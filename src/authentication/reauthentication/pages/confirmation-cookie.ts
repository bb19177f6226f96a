import { decodeSentCode, encodeSentCode } from "../../../ui/code-field.tsx";
import type { PageContext } from "../../../ui/page.ts";
import { confirmationCookie } from "../../../ui/page-cookies.ts";

/** The page of a confirmation by the second factor. */
export const CONFIRMATION_PAGE = "/account/confirm";

const ACCOUNT_PAGE = /^\/account(?:\/[a-z0-9-]+)*$/;

/** The page that follows the confirmation, and the challenge whose code was mailed; an empty id before that. */
export type Confirmation = {
  readonly page: string;
  readonly challengeId: string;
  readonly sentAt: number;
};

export function readConfirmation(c: PageContext): Confirmation {
  const [page = "", ...sent] = confirmationCookie.read(c)?.split(" ") ?? [];
  return { page: ACCOUNT_PAGE.test(page) ? page : "/account", ...decodeSentCode(sent.join("")) };
}

/** Stores the page that follows the confirmation, and the challenge, if there is one. */
export function writeConfirmation(
  c: PageContext,
  { page, challengeId }: Pick<Confirmation, "page" | "challengeId">,
  clock: { now(): number },
): void {
  confirmationCookie.write(c, `${page} ${encodeSentCode(challengeId, clock)}`);
}

export const clearConfirmation = (c: PageContext): void => confirmationCookie.clear(c);
