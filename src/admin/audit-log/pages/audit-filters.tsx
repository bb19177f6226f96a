import * as z from "zod/mini";
import { DAY } from "../../../core/clock.ts";
import { parseEmailAddress } from "../../../core/email-address.ts";
import { Field, SearchForm, SelectField } from "../../../ui/form-fields.tsx";
import type { PageContext, PageProps } from "../../../ui/page.ts";
import { readQuery } from "../../../ui/pagination.tsx";
import { EVENT_TYPES } from "../audit-event.ts";
import { auditQuery } from "../fields.ts";
import type { AuditLogFilter } from "../list-audit-events.ts";

/** A day in UTC, as the instant of its beginning. */
const day = z.pipe(
  z.iso.date(),
  z.transform((text) => Date.parse(text)),
);

const filters = z.extend(z.omit(auditQuery, { limit: true }), {
  /** The id or the email address of a user. */
  user: z.string().check(z.maxLength(320)),
  from: day,
  to: day,
});

export type AuditFilters = AuditLogFilter & {
  /** The filter by user is neither an id nor an address. */
  readonly isUserInvalid: boolean;
};

/** The filters of the query string. The API takes the id of a user; the form also takes an address. */
export function readAuditFilters(c: PageContext): AuditFilters {
  const { user, userId, type, cursor: after = null, from, to } = readQuery(c, filters);
  const isId = z.uuid().safeParse(user?.trim()).success;
  const address = user === undefined || isId ? null : parseEmailAddress(user);
  const accountId = isId ? user?.trim() : user === undefined ? userId : undefined;
  return {
    after,
    isUserInvalid: address !== null && !address.ok,
    ...(accountId === undefined ? {} : { accountId }),
    ...(address?.ok ? { emailKey: address.value.key } : {}),
    ...(type === undefined ? {} : { type }),
    ...(from === undefined ? {} : { since: from }),
    ...(to === undefined ? {} : { before: to + DAY }),
  };
}

type Props = {
  readonly p: PageProps;
  /** The address of the user that a link has chosen by id. */
  readonly email: string | undefined;
  readonly isUserInvalid: boolean;
};

/** The form of the filters. */
export function AuditFilterForm({ p, email, isUserInvalid }: Props) {
  const problems = isUserInvalid ? { user: p.t.problems.user } : {};
  return (
    <SearchForm p={p}>
      <div class="wide">
        <Field
          p={{ ...p, problems }}
          name="user"
          value={email ?? p.values.get("userId")}
          maxlength={320}
          isFilter
        />
      </div>
      <SelectField
        p={p}
        name="type"
        options={[["", p.t.users.all], ...EVENT_TYPES.map((type) => [type, p.t.events[type]] as const)]}
      />
      <Field p={p} name="from" type="date" isFilter />
      <Field p={p} name="to" type="date" isFilter />
    </SearchForm>
  );
}
