import type { DepsOf } from "../../../http/context.ts";
import { SearchForm, SelectField } from "../../../ui/form-fields.tsx";
import type { Page, PageProps } from "../../../ui/page.ts";
import { PAGE_ROWS, Pagination, readQuery, userUrl } from "../../../ui/pagination.tsx";
import { LocalTime } from "../../../ui/relative-time.tsx";
import { type FindUserNamesDeps, findUserNames } from "../../users/find-user-names.ts";
import { EVENT_TYPES, type StoredEvent } from "../audit-event.ts";
import { auditQuery } from "../fields.ts";
import { type ListAuditEventsDeps, listAuditEvents } from "../list-audit-events.ts";
import { detailsOf } from "./event-details.ts";

type Names = ReadonlyMap<string, string>;
type Data = Awaited<ReturnType<typeof listAuditEvents>> & { readonly names: Names };

/** The audit events of the users that the admin may see, newest first. */
export const auditLogPage = (depsOf: DepsOf<ListAuditEventsDeps & FindUserNamesDeps>): Page<Data> => ({
  path: "/admin/audit",
  access: "audit:read",
  isList: true,
  title: (t) => t.audit.title,
  load: async (c) => {
    const { actor, session } = c.var;
    const { account } = session;
    const { userId: accountId, type, cursor: after = null } = readQuery(c, auditQuery);
    const { events, next } = await listAuditEvents(depsOf(c), {
      actor,
      accountId,
      type,
      after,
      limit: PAGE_ROWS,
    });
    const ids = events.flatMap((event) =>
      event.actorId ? [event.accountId, event.actorId] : [event.accountId],
    );
    const names = new Map(await findUserNames(depsOf(c), { actor, ids })).set(account.id, account.name);
    return { events, next, names };
  },
  view: (p, { events, next, names }) => (
    <>
      <SearchForm p={p}>
        {p.values.has("userId") && <input type="hidden" name="userId" value={p.values.get("userId")} />}
        <SelectField
          p={p}
          name="type"
          options={[["", p.t.users.all], ...EVENT_TYPES.map((type) => [type, p.t.events[type]] as const)]}
        />
      </SearchForm>
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
        <a href={userUrl(p, accountId)}>{names.get(accountId) ?? p.t.audit.someUser}</a>
        {actorId !== null && actorId !== accountId && (
          <span class="faint">{` · ${p.t.audit.by} ${names.get(actorId) ?? p.t.audit.someUser}`}</span>
        )}
        {ip && <span class="faint">{` · ${ip}`}</span>}
      </p>
      <span class="faint when">
        <LocalTime p={p} at={event.at} />
      </span>
    </li>
  );
}
