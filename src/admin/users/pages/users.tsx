import * as z from "zod/mini";
import type { Account } from "../../../accounts/account.ts";
import type { DepsOf } from "../../../http/context.ts";
import { SearchForm, SelectField } from "../../../ui/form-fields.tsx";
import type { Page, PageProps } from "../../../ui/page.ts";
import { PAGE_ROWS, Pagination, readQuery, userUrl } from "../../../ui/pagination.tsx";
import { TimeAgo } from "../../../ui/relative-time.tsx";
import { Avatar, Badge, EmailAddress, fullNameOf } from "../../../ui/settings-rows.tsx";
import { manageableRoles } from "../../authorization/permissions.ts";
import { userQuery } from "../fields.ts";
import { type ListUsersDeps, listUsers } from "../list-users.ts";

type Data = Awaited<ReturnType<typeof listUsers>>;
type ListedUser = Data["users"][number];

/** The users that the admin may see, filtered by search words, role and status. */
export const usersPage = (depsOf: DepsOf<ListUsersDeps>): Page<Data> => ({
  path: "/admin/users",
  access: "users:list",
  isList: true,
  title: (t) => t.nav.users,
  headingLink: (t) => ({ href: "/admin/invite", label: t.users.invite }),
  load: (c) => {
    const { cursor, ...query } = readQuery(c, z.omit(userQuery, { limit: true }));
    const after = cursor === undefined ? null : Number(cursor);
    return listUsers(depsOf(c), { ...query, after, limit: PAGE_ROWS, actor: c.var.actor });
  },
  view: (p, { users, next }) => (
    <>
      <SearchForm p={p}>
        <SearchFields p={p} />
      </SearchForm>
      {users.length === 0 ? <p class="lead">{p.t.users.noMatch}</p> : <UserList p={p} users={users} />}
      <Pagination p={p} next={next} />
    </>
  ),
});

function SearchFields({ p }: { p: PageProps }) {
  const roles = p.actor ? manageableRoles(p.actor) : [];
  return (
    <>
      <div class="field grow">
        <div class="label">
          <label for="search">{p.t.users.search}</label>
        </div>
        <input id="search" name="search" type="search" value={p.values.get("search")} maxlength={200} />
      </div>
      {roles.length > 1 && (
        <SelectField
          p={p}
          name="role"
          options={[["", p.t.users.all], ...roles.map((role) => [role, p.t.roles[role]] as const)]}
        />
      )}
      <SelectField
        p={p}
        name="status"
        options={[
          ["", p.t.users.all],
          ["active", p.t.states.active],
          ["deactivated", p.t.states.deactivated],
        ]}
      />
    </>
  );
}

const UserList = ({ p, users }: { p: PageProps; users: readonly ListedUser[] }) => (
  <ul class="card list">
    {users.map((user) => (
      <li>
        <Avatar of={user} />
        <p class="grow">
          <a href={userUrl(p, user.id, p.search)}>
            <strong>{fullNameOf(user)}</strong>
          </a>
          <br />
          <span class="faint">
            <EmailAddress of={user.email} />
          </span>
          {user.lastSignInAt !== null && (
            <span class="faint small">
              {p.t.users.lastSignIn} <TimeAgo p={p} at={user.lastSignInAt} />
            </span>
          )}
        </p>
        <StatusBadges p={p} user={user} />
      </li>
    ))}
  </ul>
);

type BadgesProps = { readonly p: PageProps; readonly user: Account; readonly isLocked?: boolean };

/** Lockout, role and status of a user. */
export const StatusBadges = ({ p, user, isLocked }: BadgesProps) => (
  <p class="states">
    {isLocked && (
      <Badge good={false} isWarning>
        {p.t.users.isLocked}
      </Badge>
    )}{" "}
    {user.role !== "user" && <Badge good={false}>{p.t.roles[user.role]}</Badge>}{" "}
    {user.status === "deactivated" ? (
      <Badge good={false}>{p.t.states.deactivated}</Badge>
    ) : (
      <Badge good={user.emailVerifiedAt !== null} isWarning>
        {user.emailVerifiedAt === null ? p.t.account.unverified : p.t.states.active}
      </Badge>
    )}
  </p>
);
