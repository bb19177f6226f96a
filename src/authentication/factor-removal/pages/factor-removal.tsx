import type { DepsOf } from "../../../http/context.ts";
import { refuse } from "../../../http/respond.ts";
import { Form } from "../../../ui/form-fields.tsx";
import type { Page, PageProps } from "../../../ui/page.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { LocalTime } from "../../../ui/relative-time.tsx";
import { wordsOf } from "../../../ui/render-page.tsx";
import { backToAccount } from "../../../ui/settings-rows.tsx";
import type { CancelFactorRemovalDeps } from "../cancel-factor-removal.ts";
import { cancelOwnFactorRemoval } from "../cancel-own-factor-removal.ts";
import { type FindOwnFactorRemovalDeps, findOwnFactorRemoval } from "../find-own-factor-removal.ts";

type Deps = CancelFactorRemovalDeps & FindOwnFactorRemovalDeps;
type Data = { readonly dueAt: number };

const PATH = "/account/factor-removal";

/** The removal of the own factors that an admin has requested. The user cancels it without the lost factor. */
export const factorRemovalPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: PATH,
  access: "signed_in",
  allows: ["enrol_second_factor", "deletion_pending"],
  title: (t) => t.factorRemoval.title,
  back: backToAccount,
  load: async (c) => {
    const pending = await findOwnFactorRemoval(depsOf(c), { session: c.var.session });
    const { deadLink, factorRemoval } = wordsOf(c);
    return pending ?? refuse(c, "not_found", { page: { title: deadLink.title, text: factorRemoval.over } });
  },
  view: (p, { dueAt }) => (
    <section class="card">
      <p class="lead">{p.t.factorRemoval.ownLead}</p>
      <p>
        {p.t.factorRemoval.due} <LocalTime p={p} at={dueAt} />.
      </p>
      <Form p={p}>
        <button type="submit" class="main">
          {p.t.factorRemoval.cancel}
        </button>
      </Form>
    </section>
  ),
  submit: async (c) => {
    const result = await cancelOwnFactorRemoval(depsOf(c), { session: c.var.session, caller: c.var.caller });
    return result.ok
      ? redirectWithFlash(c, "/account", "factorRemovalCancelled")
      : { code: "conflict", alert: wordsOf(c).factorRemoval.over };
  },
});

/** On the account page, in every session of the user. */
export const FactorRemovalBanner = ({ p, dueAt }: { readonly p: PageProps; readonly dueAt: number }) => (
  <p class="alert">
    {p.t.factorRemoval.banner} <LocalTime p={p} at={dueAt} />.{" "}
    <a href={PATH}>{p.t.factorRemoval.bannerLink}</a>
  </p>
);
