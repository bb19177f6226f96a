import type { Account } from "../../../accounts/account.ts";
import type { DepsOf } from "../../../http/context.ts";
import { refuse } from "../../../http/respond.ts";
import {
  Answers,
  type LabelledAnswer,
  labelledAnswers,
} from "../../../registration/sign-up-fields/pages/answers.tsx";
import { type ReadAnswersDeps, readAnswers } from "../../../registration/sign-up-fields/read-answers.ts";
import { MoreSessionsNote, SESSIONS_SHOWN, SessionItem } from "../../../sessions/pages/sessions.tsx";
import type { Page, PageContext, PageProps } from "../../../ui/page.ts";
import { backToUsers } from "../../../ui/pagination.tsx";
import { LocalTime } from "../../../ui/relative-time.tsx";
import { Avatar, fullNameOf, Phone } from "../../../ui/settings-rows.tsx";
import type { FindManageableUserDeps } from "../../authorization/find-manageable-user.ts";
import { userErrors } from "../errors.ts";
import { type ReadAccountStatusDeps, readAccountStatus } from "../read-account-status.ts";
import { readUser } from "../read-user.ts";
import { runUserAction, UserActions, type UserActionsDeps } from "./user-actions.tsx";
import { StatusBadges } from "./users.tsx";

type Deps = FindManageableUserDeps & ReadAccountStatusDeps & UserActionsDeps & ReadAnswersDeps;
type Data = { readonly user: Account; readonly answers: readonly LabelledAnswer[] } & Awaited<
  ReturnType<typeof readAccountStatus>
>;

/** One user: status, profile, sessions, and the actions that the admin may take. */
export const userPage = (depsOf: DepsOf<Deps>): Page<Data, Account> => ({
  path: "/admin/users/:id",
  access: "users:read",
  title: (_t, { user }) => fullNameOf(user),
  back: backToUsers,
  load: (c) => findUser(c, depsOf(c)),
  loadData: async (c, user) => {
    const deps = depsOf(c);
    const [status, { answers }] = await Promise.all([
      readAccountStatus(deps, user),
      readAnswers(deps, user.id),
    ]);
    return { user, ...status, answers: labelledAnswers(deps.settings.signUpFields, answers) };
  },
  view: (p, { user, sessions, lockouts, answers, hasFactors, factorRemovalDueAt }) => (
    <>
      <div class="person">
        <Avatar of={user} size={64} />
        <p>
          <strong>{user.email}</strong>
        </p>
        <StatusBadges p={p} user={user} isLocked={lockouts.length > 0} />
      </div>
      {lockouts.map(({ kind, until }) => (
        <p class="alert">
          {until === null ? (
            p.t.users.lockedUntilReset
          ) : (
            <>
              {p.t.users.locked[kind]} <LocalTime p={p} at={until} />.
            </>
          )}
        </p>
      ))}
      {user.deletionDueAt !== null && (
        <p class="alert">
          {p.t.users.deletionDue} <LocalTime p={p} at={user.deletionDueAt} />.
        </p>
      )}
      {factorRemovalDueAt !== null && (
        <p class="alert">
          {p.t.users.factorRemoval} <LocalTime p={p} at={factorRemovalDueAt} />.
        </p>
      )}
      <Details p={p} user={user} />
      <Answers p={p} answers={answers} />
      <UserActions p={p} user={user} status={{ lockouts, hasFactors, factorRemovalDueAt }} />
      <section class="card">
        <h2>{p.t.account.sessions}</h2>
        {sessions.length === 0 && <p class="faint">{p.t.users.noSessions}</p>}
        <ul class="list inset">
          {sessions.slice(0, SESSIONS_SHOWN).map((session) => (
            <SessionItem p={p} of={session} />
          ))}
        </ul>
        <MoreSessionsNote p={p} of={sessions} />
      </section>
    </>
  ),
  submit: (c, form, user) => runUserAction(c, depsOf(c), form, user),
});

/** The user with the id in the URL, or the error response if the admin may not see them. */
export async function findUser(c: PageContext, deps: FindManageableUserDeps): Promise<Account | Response> {
  const input = { actor: c.var.actor, id: c.req.param("id") ?? "" };
  const found = await readUser(deps, input);
  return found.ok ? found.value : refuse(c, userErrors[found.error.reason]);
}

function Details({ p, user }: { p: PageProps; user: Account }) {
  const { t } = p;
  const details = [
    [t.fields.username, user.username],
    [t.fields.age, user.age],
    [t.fields.phone, user.phone && <Phone p={p} of={user} />],
    [t.users.since, <LocalTime p={p} at={user.createdAt} />],
    ["ID", user.id],
  ] as const;
  return (
    <section class="card">
      <dl>
        {details.map(
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
