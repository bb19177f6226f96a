import type { PageContext, PageProps } from "../../../ui/page.ts";
import { type RenderPageDeps, renderPage } from "../../../ui/render-page.tsx";
import type { Words } from "../../../ui/ui-texts.ts";
import { applicationUrl } from "./applications.tsx";

type Shown = {
  readonly clientId: string;
  readonly secret: string;
  readonly title: (t: Words) => string;
};

/** Responds with a new secret. A redirect would have to store it, so that the response to the form shows it. */
export const showSecret = (c: PageContext, deps: RenderPageDeps, { title, ...shown }: Shown) =>
  renderPage(c, deps, { title, view: (p) => <Secret p={p} {...shown} />, status: 201 });

const Secret = ({ p, clientId, secret }: Omit<Shown, "title"> & { p: PageProps }) => (
  <section class="card">
    <p class="lead">{p.t.applications.secretLead}</p>
    <dl>
      <dt class="faint">{p.t.applications.clientId}</dt>
      <dd>
        <code>{clientId}</code>
      </dd>
      <dt class="faint">{p.t.applications.secret}</dt>
      <dd>
        <code>{secret}</code>
      </dd>
    </dl>
    <p>
      <a class="button" href={applicationUrl(clientId)}>
        {p.t.applications.toApplication}
      </a>
    </p>
  </section>
);
