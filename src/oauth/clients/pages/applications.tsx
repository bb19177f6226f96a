import type { DepsOf } from "../../../http/context.ts";
import type { Page, PageProps } from "../../../ui/page.ts";
import { PAGE_ROWS, Pagination, readQuery } from "../../../ui/pagination.tsx";
import { Badge } from "../../../ui/settings-rows.tsx";
import type { Words } from "../../../ui/ui-texts.ts";
import type { Client } from "../client.ts";
import { clientQuery } from "../fields.ts";
import { type ListClientsDeps, listClients } from "../list-clients.ts";
import { cursorOf } from "../present-client.ts";

type Data = Awaited<ReturnType<typeof listClients>>;

/** The OAuth clients, newest first. */
export const applicationsPage = (depsOf: DepsOf<ListClientsDeps>): Page<Data> => ({
  path: "/admin/applications",
  access: "clients:manage",
  isList: true,
  title: (t) => t.nav.applications,
  load: (c) => {
    const { cursor = null } = readQuery(c, clientQuery);
    return listClients(depsOf(c), { limit: PAGE_ROWS, after: cursor });
  },
  view: (p, { clients, next }) => (
    <>
      <p class="lead">{p.t.applications.lead}</p>
      <p>
        <a class="button" href="/admin/applications/new">
          {p.t.applications.new}
        </a>
      </p>
      {clients.length === 0 ? <p class="lead">{p.t.applications.none}</p> : <List p={p} clients={clients} />}
      <Pagination p={p} next={cursorOf(next)} />
    </>
  ),
});

const List = ({ p, clients }: { p: PageProps; clients: readonly Client[] }) => (
  <ul class="card list">
    {clients.map((client) => (
      <li>
        <p class="grow">
          <a href={applicationUrl(client.id)}>
            <strong>{client.name}</strong>
          </a>
          <br />
          <span class="faint">{client.id}</span>
        </p>
        <p class="states">
          <Badge good={client.isFirstParty}>{p.t.applications.types[client.type]}</Badge>
        </p>
      </li>
    ))}
  </ul>
);

/** The id may be a URL. */
export const applicationUrl = (id: string): string => `/admin/applications/${encodeURIComponent(id)}`;

export const backToApplications = (t: Words) => ({
  href: "/admin/applications",
  label: t.nav.applications,
});
