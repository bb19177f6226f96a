import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { Form } from "../../../ui/form-fields.tsx";
import type { Page, PageContext, PageProps } from "../../../ui/page.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { searchOf } from "../../../ui/render-page.tsx";
import type { PageSessionDeps } from "../../../ui/require-page-session.ts";
import { withReturnTarget } from "../../../ui/return-target.ts";
import { clientHostOf, safeLogoOf } from "../../client-host.ts";
import { OAUTH_PATHS } from "../../endpoints.ts";
import type { StoredGrant } from "../../grants/grant.ts";
import { scopeTexts } from "../../pages/scope-texts.ts";
import { allowsSilentConsent, redirectHostOf } from "../../redirect-uri.ts";
import { type AnswerConsentDeps, answerConsent } from "../answer-consent.ts";
import type { ValidRequest } from "../authorization-request.ts";
import { type EvaluateRequestDeps, evaluateRequest } from "../evaluate-request.ts";
import type { HeldSession } from "../held-session.ts";
import { pathWithInteraction } from "../interaction.ts";
import { CONTINUE_PATH } from "../sealed-redirect.ts";
import { browserSession } from "./browser-session.ts";
import { leaveToClient } from "./leave-to-client.ts";
import { refuseRequest } from "./refuse-request.tsx";

type Deps = EvaluateRequestDeps & AnswerConsentDeps & PageSessionDeps;

type Data = {
  readonly request: ValidRequest;
  readonly grant: StoredGrant | null;
  readonly requestHash: string | null;
  readonly held: HeldSession;
  /** Leads to the sign-in of another account. */
  readonly switchPath: string;
  readonly resources: Deps["settings"]["resources"];
};

/** Asks the user whether a client may have access. The query string is that of the authorization request. */
export const consentPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/oauth/consent",
  access: "signed_in",
  title: (t) => t.consent.title,
  imageSources: ({ request }) => {
    const logo = safeLogoOf(request.client);
    return logo === null ? [] : [new URL(logo).origin];
  },
  load: async (c, posted) => {
    const deps = depsOf(c);
    const query = searchOf(c).slice(1);
    const evaluation = await evaluateRequest(deps, { query, browser: await browserSession(c, deps) });
    if (evaluation.kind === "invalid") return refuseRequest(c, evaluation.error);
    if (evaluation.kind === "redirect") return leaveToClient(c, deps, evaluation, null);
    const { decision, request, grant, requestHash, held } = evaluation;
    const isAnswer = posted !== null && decision.kind === "issue";
    // The page shows the account of the guard, which must be the one that consents.
    if (held?.sessionId !== c.var.session.sessionId || (decision.kind !== "consent" && !isAnswer))
      return backToRequest(c);
    const interaction = { at: deps.clock.now(), sessionId: null };
    const returnTo = await pathWithInteraction(deps, query, interaction);
    const switchPath = withReturnTarget("/sign-in", returnTo);
    return { request, grant, requestHash, held, switchPath, resources: deps.settings.resources };
  },
  view: (p, data) => (
    <>
      <ClientName request={data.request} />
      <p class="lead">{fill(p.t.consent.lead, { client: data.request.client.name, app: p.brand.appName })}</p>
      <ul class="card list">
        {scopeTexts(p.t, data.resources, data.request).map((text) => (
          <li>{text}</li>
        ))}
      </ul>
      <Receiver p={p} request={data.request} />
      <div class="person">
        <Form p={p} act="allow">
          <button type="submit" class="main">
            {p.t.consent.allow}
          </button>
        </Form>
        <Form p={p} act="deny">
          <button type="submit">{p.t.consent.deny}</button>
        </Form>
      </div>
      <p class="aside">
        {fill(p.t.consent.signedInAs, { address: p.account?.email ?? "" })}{" "}
        <a href={data.switchPath}>{p.t.chooseAccount.another}</a>
      </p>
    </>
  ),
  submit: async (c, form, { request, grant, requestHash, held }) => {
    const deps = depsOf(c);
    const isAllowed = form.text("act") === "allow";
    const answer = { isAllowed, request, grant, requestHash, held, caller: c.var.caller };
    const outcome = await answerConsent(deps, answer);
    return outcome.kind === "redirect" ? leaveToClient(c, deps, outcome, held.sessionId) : backToRequest(c);
  },
});

/** The authorization endpoint decides again. */
function backToRequest(c: PageContext): Response {
  const returnTo = OAUTH_PATHS.authorize + searchOf(c);
  return redirectWithFlash(c, c.req.method === "POST" ? withReturnTarget(CONTINUE_PATH, returnTo) : returnTo);
}

const ClientName = ({ request: { client } }: { request: ValidRequest }) => {
  const logo = safeLogoOf(client);
  return (
    <div class="person">
      {logo !== null && <img class="face s64" src={logo} alt="" width={64} height={64} />}
      <p>
        <strong>{client.name}</strong>
        <br />
        <span class="faint">{clientHostOf(client)}</span>
      </p>
    </div>
  );
};

/** Where the code goes. A program of the device can be any program. */
const Receiver = ({ p, request: { redirectUri } }: { p: PageProps; request: ValidRequest }) => (
  <>
    {!allowsSilentConsent(redirectUri) && <p class="alert">{p.t.consent.loopback}</p>}
    <p class="hint">{fill(p.t.consent.receiver, { host: redirectHostOf(redirectUri) })}</p>
  </>
);
