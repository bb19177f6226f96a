import type { DepsOf } from "../../../http/context.ts";
import { refuse } from "../../../http/respond.ts";
import type { Page, PageProps } from "../../../ui/page.ts";
import { LocalTime, TimeAgo } from "../../../ui/relative-time.tsx";
import type { RenderPageDeps } from "../../../ui/render-page.tsx";
import type { Client } from "../client.ts";
import type { ClientGrant, ClientOverview } from "../client-overview.ts";
import { clientErrors } from "../errors.ts";
import { type ListClientGrantsDeps, listClientGrants } from "../list-client-grants.ts";
import { type ReadClientDeps, readClient } from "../read-client.ts";
import {
  ApplicationActions,
  type ApplicationActionsDeps,
  runApplicationAction,
} from "./application-actions.tsx";
import { ApplicationSettings } from "./application-settings.tsx";
import { backToApplications } from "./applications.tsx";
import {
  ConfirmChange,
  type ConfirmChangeDeps,
  confirmBeforeChange,
  type RequiredConfirmation,
  requiredConfirmation,
} from "./confirm-change.tsx";

/** Grants on the page. The API lists all of them. */
const GRANTS_SHOWN = 20;

type Deps = ReadClientDeps &
  ListClientGrantsDeps &
  ApplicationActionsDeps &
  ConfirmChangeDeps &
  RenderPageDeps;
type Data = {
  readonly overview: ClientOverview;
  readonly grants: readonly ClientGrant[];
  readonly known: Deps["settings"]["resources"];
  readonly confirmation: RequiredConfirmation;
};

/** One OAuth client: its settings, secrets and grants. */
export const applicationPage = (depsOf: DepsOf<Deps>): Page<Data, ClientOverview> => ({
  path: "/admin/applications/:id",
  access: "clients:manage",
  title: (_t, { overview }) => overview.client.name,
  back: backToApplications,
  load: async (c) => {
    const found = await readClient(depsOf(c), c.req.param("id") ?? "");
    return found.ok ? found.value : refuse(c, clientErrors[found.error.reason]);
  },
  loadData: async (c, overview) => {
    const deps = depsOf(c);
    const query = { clientId: overview.client.id, limit: GRANTS_SHOWN, after: null };
    const [{ grants }, confirmation] = await Promise.all([
      listClientGrants(deps, query),
      requiredConfirmation(c, deps),
    ]);
    return { overview, grants, known: deps.settings.resources, confirmation };
  },
  view: (p, { overview, grants, known, confirmation }) => (
    <>
      <Details p={p} client={overview.client} />
      {confirmation === null ? (
        <>
          <ApplicationSettings p={p} client={overview.client} known={known} />
          <ApplicationActions p={p} overview={overview} />
        </>
      ) : (
        <ConfirmChange p={p} {...confirmation} />
      )}
      <Grants p={p} grants={grants} count={overview.grants} />
    </>
  ),
  submit: async (c, form, overview) => {
    const deps = depsOf(c);
    return (await confirmBeforeChange(c, deps, form)) ?? runApplicationAction(c, deps, form, overview.client);
  },
});

const Details = ({ p, client }: { p: PageProps; client: Client }) => (
  <section class="card">
    <dl>
      <dt class="faint">{p.t.applications.clientId}</dt>
      <dd>
        <code>{client.id}</code>
      </dd>
      <dt class="faint">{p.t.applications.type}</dt>
      <dd>{p.t.applications.types[client.type]}</dd>
      <dt class="faint">{p.t.applications.source}</dt>
      <dd>{p.t.applications.sources[client.source]}</dd>
      <dt class="faint">{p.t.applications.lastUsed}</dt>
      <dd>
        {client.lastUsedAt === null ? p.t.applications.never : <TimeAgo p={p} at={client.lastUsedAt} />}
      </dd>
    </dl>
  </section>
);

type GrantsProps = {
  readonly p: PageProps;
  readonly grants: readonly ClientGrant[];
  readonly count: number;
};

const Grants = ({ p, grants, count }: GrantsProps) => (
  <section class="card">
    <h2>
      {p.t.applications.grants} ({count})
    </h2>
    {count === 0 && <p class="faint">{p.t.applications.noGrants}</p>}
    <ul class="list inset">
      {grants.map(({ accountId, email, resource, scope, updatedAt }) => (
        <li>
          <p class="grow">
            <a href={`/admin/users/${accountId}`}>{email}</a>
            <br />
            <span class="faint">
              {[resource, scope].filter(Boolean).join(": ")} · <LocalTime p={p} at={updatedAt} />
            </span>
          </p>
        </li>
      ))}
    </ul>
    {count > grants.length && <p class="faint">{p.t.applications.moreGrants}</p>}
  </section>
);
