import type { Account } from "../../../accounts/account.ts";
import type { DepsOf } from "../../../http/context.ts";
import { refuse } from "../../../http/respond.ts";
import { NotShown, Session, SHOWN } from "../../../sessions/pages/sessions.tsx";
import type { SessionSummary } from "../../../sessions/session.ts";
import type { Page, PageContext, Shown } from "../../../ui/page.ts";
import { backToUsers } from "../../../ui/pagination.tsx";
import { Moment } from "../../../ui/relative-time.tsx";
import { fullNameOf, Phone, Picture } from "../../../ui/table-rows.tsx";
import type { FindManageableUserDeps } from "../../authorization/find-manageable-user.ts";
import { userErrors } from "../errors.ts";
import { type ActiveLockout, type ReadAccountStatusDeps, readAccountStatus } from "../read-account-status.ts";
import { readUser } from "../read-user.ts";
import { runUserAction, UserActions, type UserActionsDeps } from "./user-actions.tsx";
import { State } from "./users.tsx";

type Deps = FindManageableUserDeps & ReadAccountStatusDeps & UserActionsDeps;
type Data = {
  readonly user: Account;
  readonly live: readonly SessionSummary[];
  readonly shut: readonly ActiveLockout[];
};

/** One person: how things stand, where they are signed in, and what may be done. */
export const userPage = (depsOf: DepsOf<Deps>): Page<Data, Account> => ({
  path: "/admin/users/:id",
  access: "users:read",
  title: (_t, { user }) => fullNameOf(user),
  back: backToUsers,
  load: (c) => findUser(c, depsOf(c)),
  loadData: async (c, user) => ({ user, ...(await readAccountStatus(depsOf(c), user)) }),
  view: (p, { user, live, shut }) => (
    <>
      <div class="person">
        <Picture of={user} size={64} />
        <p>
          <strong>{user.email}</strong>
        </p>
        <State p={p} of={user} isLocked={shut.length > 0} />
      </div>
      {shut.map(({ who, until }) => (
        <p class="alert">
          {p.t.users.locked[who]} <Moment p={p} at={until} />.
        </p>
      ))}
      <Facts p={p} user={user} />
      <UserActions p={p} user={user} isLocked={shut.length > 0} />
      <section class="card">
        <h2>{p.t.account.sessions}</h2>
        {live.length === 0 && <p class="faint">{p.t.users.noSessions}</p>}
        <ul class="list inset">
          {live.slice(0, SHOWN).map((one) => (
            <Session p={p} of={one} />
          ))}
        </ul>
        <NotShown p={p} of={live} />
      </section>
    </>
  ),
  submit: (c, form, user) => runUserAction(c, depsOf(c), form, user),
});

/** Whom the address names, if the admin may see them. */
export async function findUser(c: PageContext, deps: FindManageableUserDeps): Promise<Account | Response> {
  const input = { actor: c.var.session.account, id: c.req.param("id") ?? "" };
  const found = await readUser(deps, input);
  return found.ok ? found.value : refuse(c, userErrors[found.error.reason]);
}

function Facts({ p, user }: { p: Shown; user: Account }) {
  const { t } = p;
  const facts = [
    [t.fields.username, user.username],
    [t.fields.age, user.age],
    [t.fields.phone, user.phone && <Phone p={p} of={user} />],
    [t.users.since, <Moment p={p} at={user.createdAt} />],
    ["ID", user.id],
  ] as const;
  return (
    <section class="card">
      <dl>
        {facts.map(
          ([label, value]) =>
            value !== null && (
              <>
                <dt class="faint">{label}</dt>
                <dd>{value}</dd>
              </>
            ),
        )}
      </dl>
      <p class="links">
        <a href={`/admin/users/${user.id}/profile${p.search}`}>{t.users.edit}</a>
        <a href={`/admin/audit?userId=${user.id}`}>{t.nav.audit}</a>
      </p>
    </section>
  );
}
