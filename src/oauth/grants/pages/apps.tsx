import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import type { Resource } from "../../../sessions/resource.ts";
import type { CurrentSession } from "../../../sessions/session.ts";
import { Form } from "../../../ui/form-fields.tsx";
import type { Page, PageProps } from "../../../ui/page.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { LocalTime, TimeAgo } from "../../../ui/relative-time.tsx";
import { backToAccount } from "../../../ui/settings-rows.tsx";
import { clientHostOf } from "../../client-host.ts";
import { scopeTexts } from "../../pages/scope-texts.ts";
import type { ConnectedApp } from "../grant.ts";
import { type ListAppsDeps, listApps } from "../list-apps.ts";
import { type RevokeAppDeps, revokeApp } from "../revoke-app.ts";

type Deps = ListAppsDeps & RevokeAppDeps & { readonly settings: { readonly resources: readonly Resource[] } };

type Data = { readonly apps: readonly ConnectedApp[]; readonly resources: readonly Resource[] };

/** The apps that can use the account, each with a button that revokes its access. */
export const appsPage = (depsOf: DepsOf<Deps>): Page<Data, CurrentSession> => ({
  path: "/account/apps",
  access: "signed_in",
  title: (t) => t.apps.title,
  back: backToAccount,
  load: (c) => c.var.session,
  loadData: async (c, { account }) => ({
    apps: await listApps(depsOf(c), { accountId: account.id }),
    resources: depsOf(c).settings.resources,
  }),
  view: (p, { apps, resources }) => (
    <>
      <p class="lead">{p.t.apps.lead}</p>
      {apps.length === 0 ? (
        <p class="faint">{p.t.apps.none}</p>
      ) : (
        <ul class="card list">
          {apps.map((app) => (
            <App p={p} app={app} resources={resources} />
          ))}
        </ul>
      )}
    </>
  ),
  submit: async (c, form, { account }) => {
    const input = { grantId: form.text("id"), accountId: account.id, caller: c.var.caller };
    // The same page for an app whose access had been revoked already.
    await revokeApp(depsOf(c), input);
    return redirectWithFlash(c, "/account/apps", "appRevoked");
  },
});

type AppProps = {
  readonly p: PageProps;
  readonly app: ConnectedApp;
  readonly resources: readonly Resource[];
};

const App = ({ p, app, resources }: AppProps) => (
  <li>
    <p>
      <strong>{app.name}</strong>{" "}
      <span class="faint">{clientHostOf({ ...app, id: app.clientId }) ?? app.redirectHost}</span>
      <br />
      {scopeTexts(p.t, resources, app).join(" · ")}
      <br />
      <span class="faint">
        {p.t.apps.since} <LocalTime p={p} at={app.createdAt} />
        <br />
        {app.lastUsedAt === null ? (
          p.t.apps.neverUsed
        ) : (
          <>
            {p.t.apps.lastUsed} <TimeAgo p={p} at={app.lastUsedAt} />
          </>
        )}
      </span>
    </p>
    <Form p={p} confirm={fill(p.t.apps.confirm, { client: app.name })}>
      <input type="hidden" name="id" value={app.id} />
      <button type="submit" aria-label={`${p.t.apps.revoke}: ${app.name}`}>
        {p.t.apps.revoke}
      </button>
    </Form>
  </li>
);
