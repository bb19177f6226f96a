import * as z from "zod/mini";
import type { DepsOf } from "../../../http/context.ts";
import { type ListDeadMessagesDeps, listDeadMessages } from "../../../messaging/outbox/list-dead-messages.ts";
import type { Page } from "../../../ui/page.ts";
import { PAGE_ROWS, Pagination, readQuery } from "../../../ui/pagination.tsx";
import { LocalTime } from "../../../ui/relative-time.tsx";
import { Badge, EmailAddress } from "../../../ui/settings-rows.tsx";
import { textFor } from "../../../ui/ui-texts.ts";
import { positionField } from "../../audit-log/fields.ts";

type Data = Awaited<ReturnType<typeof listDeadMessages>>;

const query = z.object({ cursor: positionField });

/** Dead-lettered mail and text messages: kind, account, time and reason. */
export const deadMessagesPage = (depsOf: DepsOf<ListDeadMessagesDeps>): Page<Data> => ({
  path: "/admin/mail",
  access: "mail:read",
  isList: true,
  title: (t) => t.undelivered.title,
  load: (c) => {
    const { cursor: after = null } = readQuery(c, query);
    return listDeadMessages(depsOf(c), { actor: c.var.actor, after, limit: PAGE_ROWS });
  },
  view: (p, { messages, next }) => (
    <>
      <p class="lead">{messages.length === 0 ? p.t.undelivered.nothing : p.t.undelivered.lead}</p>
      <ul class="card list" hidden={messages.length === 0}>
        {messages.map(({ kind, account, channel, createdAt, reason }) => (
          <li>
            <p class="grow">
              <strong>{textFor(p.t.mailKinds, kind, kind)}</strong>{" "}
              {channel === "sms" && <Badge good={false}>SMS</Badge>}
              <br />
              <a href={`/admin/users/${account.id}`}>{account.name}</a>{" "}
              <span class="faint">
                <EmailAddress of={account.email} />
              </span>
              <br />
              <code>{reason}</code>
            </p>
            <span class="faint when">
              <LocalTime p={p} at={createdAt} />
            </span>
          </li>
        ))}
      </ul>
      <Pagination p={p} next={next && `${next.at}.${next.id}`} />
    </>
  ),
});
