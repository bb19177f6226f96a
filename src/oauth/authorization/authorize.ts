import type { Account } from "../../accounts/account.ts";
import type { Caller } from "../../core/caller.ts";
import type { SessionRestriction } from "../../sessions/session.ts";
import type { OAuthError } from "../oauth-error.ts";
import type { ValidRequest } from "./authorization-request.ts";
import { type AuthorizationInput, type EvaluateRequestDeps, evaluateRequest } from "./evaluate-request.ts";
import { authorizePath, isCancelled, pathWithInteraction } from "./interaction.ts";
import { type IssueCodeDeps, issueCode } from "./issue-code.ts";
import { type ClientRedirect, errorRedirect } from "./redirect-url.ts";

export type AuthorizeDeps = EvaluateRequestDeps & IssueCodeDeps;

type AuthorizeInput = AuthorizationInput & {
  /** Whether the browser navigates to the endpoint. A frame, an image and a prefetch get no code. */
  readonly isNavigation: boolean;
  readonly caller: Caller;
};

/** What the browser shows next. Paths are those of this service. */
export type AuthorizeOutcome =
  | { readonly kind: "invalid"; readonly error: OAuthError }
  | ClientRedirect
  | { readonly kind: "not_a_navigation" }
  /** `returnPath`: the request, as it continues after the sign-in. */
  | {
      readonly kind: "sign_in";
      readonly returnPath: string;
      readonly request: ValidRequest;
      /** The browser presents no session that counts. */
      readonly hasNoSession: boolean;
    }
  | { readonly kind: "consent"; readonly request: ValidRequest }
  /** `returnPath`: the request, as it continues once the session is not restricted. */
  | { readonly kind: "restricted"; readonly restriction: SessionRestriction; readonly returnPath: string }
  /** `returnPath`: the request, as it continues after the reauthentication or without it. */
  | {
      readonly kind: "step_up";
      readonly acr: string;
      readonly returnPath: string;
      readonly request: ValidRequest;
    }
  | AccountChoice;

export type AccountChoice = {
  readonly kind: "choose_account";
  readonly account: Account;
  /** The request with the chosen account. */
  readonly continuePath: string;
  /** The request after a sign-in with another account. */
  readonly returnPath: string;
  readonly request: ValidRequest;
};

/** The authorization endpoint: OAuth 2.1, OpenID Connect Core §3.1.2. */
export async function authorize(deps: AuthorizeDeps, input: AuthorizeInput): Promise<AuthorizeOutcome> {
  const { query, isNavigation, caller } = input;
  const evaluation = await evaluateRequest(deps, input);
  if (evaluation.kind !== "decided") return evaluation;
  const { request, decision, grant, requestHash, interaction, held } = evaluation;
  const fail = (error: OAuthError) => errorRedirect(request, deps.settings.publicUrl, error);
  if (isCancelled(query)) return fail(ACCESS_DENIED);
  if (!isNavigation) {
    return request.prompt.has("none") ? fail(LOGIN_REQUIRED) : { kind: "not_a_navigation" };
  }
  const newSignIn = () => pathWithInteraction(deps, query, { at: deps.clock.now(), sessionId: null });
  switch (decision.kind) {
    case "sign_in":
      return {
        kind: "sign_in",
        returnPath: decision.again ? await newSignIn() : authorizePath(query),
        request,
        hasNoSession: held === null,
      };
    case "choose_account": {
      const { sessionId, account } = decision.session;
      const chosen = { at: deps.clock.now(), sessionId };
      const continuePath = await pathWithInteraction(deps, query, chosen);
      return { kind: "choose_account", account, continuePath, returnPath: await newSignIn(), request };
    }
    case "restricted":
      return { kind: "restricted", restriction: decision.restriction, returnPath: authorizePath(query) };
    case "step_up": {
      const asked = { at: deps.clock.now(), sessionId: null, ...interaction, hasSteppedUp: true };
      const returnPath = await pathWithInteraction(deps, query, asked);
      return { kind: "step_up", acr: decision.acr, returnPath, request };
    }
    case "consent":
      return { kind: "consent", request };
    case "issue": {
      if (held === null) throw new Error("a session without its tokens");
      const issued = await issueCode(deps, {
        request,
        held,
        grant,
        isConsent: false,
        requestHash,
        caller,
      });
      if (issued.kind === "redirect") return issued;
      return request.prompt.has("none")
        ? fail(LOGIN_REQUIRED)
        : { kind: "sign_in", returnPath: authorizePath(query), request, hasNoSession: true };
    }
  }
}

const ACCESS_DENIED: OAuthError = { error: "access_denied", description: "The user has cancelled." };
const LOGIN_REQUIRED: OAuthError = { error: "login_required", description: "The user must sign in." };
