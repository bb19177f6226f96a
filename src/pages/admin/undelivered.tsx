import * as z from "zod/mini";
import { positionField } from "../../audit/fields.ts";
import type { DepsOf } from "../../http/context.ts";
import {
  type ListUndeliveredDeps,
  listUndelivered,
  type Undelivered,
  type UndeliveredPosition,
} from "../../users/list-undelivered.ts";
import { Badge } from "../account/rows.tsx";
import { wordOf } from "../messages/catalogue.ts";
import { Moment } from "../moments.tsx";
import type { Page } from "../page.ts";
import { PAGE_ROWS, queryOf, Turn } from "./paging.tsx";

type Data = { readonly messages: readonly Undelivered[]; readonly next: UndeliveredPosition | null };

const query = z.object({ cursor: positionField });

/** Mail and texts that were given up: what, to whom, when and why. */
export const undeliveredPage = (depsOf: DepsOf<ListUndeliveredDeps>): Page<Data> => ({
  path: "/admin/mail",
  access: "mail:read",
  isList: true,
  title: (t) => t.undelivered.title,
  load: (c) => {
    const { cursor: after = null } = queryOf(c, query);
    return listUndelivered(depsOf(c), { actor: c.var.session.account, after, limit: PAGE_ROWS });
  },
  view: (p, { messages, next }) => (
    <>
      <p class="lead">{messages.length === 0 ? p.t.undelivered.nothing : p.t.undelivered.lead}</p>
      <ul class="card list" hidden={messages.length === 0}>
        {messages.map(({ kind, account, channel, createdAt, reason }) => (
          <li>
            <p class="grow">
              <strong>{wordOf(p.t.mailKinds, kind, kind)}</strong>{" "}
              {channel === "sms" && <Badge good={false}>SMS</Badge>}
              <br />
              <a href={`/admin/users/${account.id}`}>{account.name}</a>{" "}
              <span class="faint">{account.email}</span>
              <br />
              <code>{reason}</code>
            </p>
            <span class="faint when">
              <Moment p={p} at={createdAt} />
            </span>
          </li>
        ))}
      </ul>
      <Turn p={p} next={next && `${next.at}.${next.id}`} />
    </>
  ),
});
