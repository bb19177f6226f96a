import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { refuse } from "../../../http/respond.ts";
import { Form } from "../../../ui/form-fields.tsx";
import type { Page, PageContext } from "../../../ui/page.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { LocalTime } from "../../../ui/relative-time.tsx";
import { type RenderPageDeps, wordsOf } from "../../../ui/render-page.tsx";
import type { CancelFactorRemovalDeps } from "../cancel-factor-removal.ts";
import { cancelFactorRemovalByLink } from "../cancel-factor-removal-by-link.ts";
import { CANCELLATION_PAGE } from "../cancellation-token.ts";
import { type FindFactorRemovalByLinkDeps, findFactorRemovalByLink } from "../find-factor-removal-by-link.ts";

type Deps = CancelFactorRemovalDeps & FindFactorRemovalByLinkDeps & RenderPageDeps;

type Data = { readonly token: string; readonly account: string; readonly dueAt: number };

/** The mailed link. The page asks for a click: mail scanners open links but submit no forms. It needs no sign-in. */
export const cancelFactorRemovalPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/cancel-factor-removal",
  access: "everybody",
  title: (t) => t.factorRemoval.title,
  load: async (c, posted) => {
    const token = posted?.text("token") ?? c.req.query("token") ?? "";
    const removal = await findFactorRemovalByLink(depsOf(c), { token });
    return removal === null ? refuseLink(c) : { token, ...removal };
  },
  here: ({ token }) => `${CANCELLATION_PAGE}?token=${token}`,
  view: (p, { token, account, dueAt }) => (
    <>
      <p class="lead">{fill(p.t.factorRemoval.lead, { address: account })}</p>
      <p>
        {p.t.factorRemoval.due} <LocalTime p={p} at={dueAt} />.
      </p>
      <Form p={p}>
        <input type="hidden" name="token" value={token} />
        <button type="submit" class="main">
          {p.t.factorRemoval.cancel}
        </button>
      </Form>
    </>
  ),
  submit: async (c, _form, { token, account }) => {
    const result = await cancelFactorRemovalByLink(depsOf(c), { token, caller: c.var.caller });
    return result.ok
      ? redirectWithFlash(c, "/sign-in", "factorRemovalCancelled", { address: account })
      : refuseLink(c);
  },
});

const refuseLink = (c: PageContext): Response =>
  refuse(c, "token_invalid", {
    page: { title: wordsOf(c).deadLink.title, text: wordsOf(c).factorRemoval.over },
  });
