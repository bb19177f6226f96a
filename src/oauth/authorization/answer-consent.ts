import type { Caller } from "../../core/caller.ts";
import type { StoredGrant } from "../grants/grant.ts";
import type { ValidRequest } from "./authorization-request.ts";
import type { HeldSession } from "./held-session.ts";
import { type IssueCodeDeps, type IssuedCode, issueCode } from "./issue-code.ts";
import { errorRedirect } from "./redirect-url.ts";
import type { AuthorizationStore } from "./store.ts";

export type AnswerConsentDeps = IssueCodeDeps & {
  readonly authorizations: Pick<AuthorizationStore, "issue" | "discardPushedRequest">;
};

type Answer = {
  readonly isAllowed: boolean;
  readonly request: ValidRequest;
  readonly grant: StoredGrant | null;
  readonly requestHash: string | null;
  readonly held: HeldSession;
  readonly caller: Caller;
};

/** Handles the answer of the user: stores the consent and issues the code, or tells the client of the refusal. */
export async function answerConsent(deps: AnswerConsentDeps, answer: Answer): Promise<IssuedCode> {
  const { isAllowed, request, requestHash } = answer;
  if (isAllowed) return issueCode(deps, { ...answer, isConsent: true });
  if (requestHash !== null) await deps.authorizations.discardPushedRequest(requestHash);
  const error = { error: "access_denied", description: "The user denied the request." } as const;
  return errorRedirect(request, deps.settings.publicUrl, error);
}
