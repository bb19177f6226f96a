import type { DepsOf } from "../../../http/context.ts";
import type { Page, PageProps } from "../../../ui/page.ts";
import { PAGE_ROWS, Pagination, userUrl } from "../../../ui/pagination.tsx";
import { LocalTime } from "../../../ui/relative-time.tsx";
import { type FindUserNamesDeps, findUserNames, type UserName } from "../../users/find-user-names.ts";
import type { StoredEvent } from "../audit-event.ts";
import { type ListAuditEventsDeps, listAuditEvents } from "../list-audit-events.ts";
import { AuditFilterForm, type AuditFilters, readAuditFilters } from "./audit-filters.tsx";
import { detailsOf } from "./event-details.ts";

type Names = ReadonlyMap<string, UserName>;
type Data = Awaited<ReturnType<typeof listAuditEvents>> & {
  readonly names: Names;
  readonly filters: AuditFilters;
};

/** The audit events of the users that the admin may see, newest first. */
export const auditLogPage = (depsOf: DepsOf<ListAuditEventsDeps & FindUserNamesDeps>): Page<Data> => ({
  path: "/admin/audit",
  access: "audit:read",
  isList: true,
  title: (t) => t.audit.title,
  load: async (c) => {
    const { actor, session } = c.var;
    const { account } = session;
    const filters = readAuditFilters(c);
    const { isUserInvalid, ...query } = filters;
    if (isUserInvalid) return { events: [], next: null, names: new Map(), filters };
    const { events, next } = await listAuditEvents(depsOf(c), { actor, ...query, limit: PAGE_ROWS });
    const ids = events.flatMap((event) =>
      event.actorId ? [event.accountId, event.actorId] : [event.accountId],
    );
    const chosen = filters.accountId === undefined ? [] : [filters.accountId];
    const found = await findUserNames(depsOf(c), { actor, ids: [...chosen, ...ids] });
    const names = new Map(found).set(account.id, { name: account.name, email: account.email });
    return { events, next, names, filters };
  },
  view: (p, { events, next, names, filters }) => (
    <>
      <AuditFilterForm
        p={p}
        email={names.get(filters.accountId ?? "")?.email}
        isUserInvalid={filters.isUserInvalid}
      />
      {events.length === 0 && <p class="lead">{p.t.audit.nothing}</p>}
      <ol class="card list" hidden={events.length === 0}>
        {events.map((event) => (
          <EventRow p={p} event={event} names={names} />
        ))}
      </ol>
      <Pagination p={p} next={next && `${next.at}.${next.id}`} />
    </>
  ),
});

function EventRow({ p, event, names }: { p: PageProps; event: StoredEvent; names: Names }) {
  const { accountId, actorId, ip } = event;
  return (
    <li>
      <p class="grow">
        <strong>{p.t.events[event.type]}</strong>
        <span class="faint"> {detailsOf(p.t, event).join(" · ")}</span>
        <br />
        <a href={userUrl(p, accountId)}>{names.get(accountId)?.name ?? p.t.audit.someUser}</a>
        {actorId !== null && actorId !== accountId && (
          <span class="faint">{` · ${p.t.audit.by} ${names.get(actorId)?.name ?? p.t.audit.someUser}`}</span>
        )}
        {ip && <span class="faint">{` · ${ip}`}</span>}
      </p>
      <span class="faint when">
        <LocalTime p={p} at={event.at} />
      </span>
    </li>
  );
}
