import type { Account } from "../../../accounts/account.ts";
import { presentMetadata } from "../../../accounts/metadata.ts";
import { allowsMethod } from "../../../authentication/sign-in-methods.ts";
import type { SocialButtonsDeps } from "../../../authentication/social/pages/social-buttons.tsx";
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
import { Avatar, EmailAddress, fullNameOf, Phone } from "../../../ui/settings-rows.tsx";
import type { FindManageableUserDeps } from "../../authorization/find-manageable-user.ts";
import { userErrors } from "../errors.ts";
import { type ReadAccountStatusDeps, readAccountStatus } from "../read-account-status.ts";
import { readUser, type UserDetails } from "../read-user.ts";
import { runUserAction, type UserActionsDeps } from "./run-user-action.ts";
import { SignInMethods } from "./sign-in-methods.tsx";
import { UserActions } from "./user-actions.tsx";
import { StatusBadges } from "./users.tsx";

type Deps = FindManageableUserDeps &
  ReadAccountStatusDeps &
  UserActionsDeps &
  ReadAnswersDeps &
  SocialButtonsDeps;
type Data = {
  readonly user: Account;
  readonly details: UserDetails;
  readonly hasPasswords: boolean;
  readonly nameOf: (provider: string) => string;
  readonly answers: readonly LabelledAnswer[];
} & Awaited<ReturnType<typeof readAccountStatus>>;

/** One user: status, profile, sessions, and the actions that the admin may take. */
export const userPage = (depsOf: DepsOf<Deps>): Page<Data, UserDetails> => ({
  path: "/admin/users/:id",
  access: "users:read",
  title: (_t, { user }) => fullNameOf(user),
  back: backToUsers,
  load: (c) => findUserDetails(c, depsOf(c)),
  loadData: async (c, details) => {
    const deps = depsOf(c);
    const user = details.account;
    const [status, { answers }] = await Promise.all([
      readAccountStatus(deps, user),
      readAnswers(deps, user.id),
    ]);
    return {
      user,
      details,
      hasPasswords: allowsMethod(deps.settings, "password"),
      nameOf: (provider) => deps.socialProviders.get(provider)?.name ?? provider,
      ...status,
      answers: labelledAnswers(deps.settings.signUpFields, answers),
    };
  },
  view: (p, { user, details, answers, nameOf, ...status }) => (
    <>
      <div class="person">
        <Avatar of={user} size={64} />
        <p>
          <strong>
            <EmailAddress of={user.email} />
          </strong>
        </p>
        <StatusBadges p={p} user={user} isLocked={status.lockouts.length > 0} />
      </div>
      {status.lockouts.map(({ kind, until }) => (
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
      {status.factorRemovalDueAt !== null && (
        <p class="alert">
          {p.t.users.factorRemoval} <LocalTime p={p} at={status.factorRemovalDueAt} />.
        </p>
      )}
      <Details p={p} user={user} lastSignInAt={status.lastSignInAt} />
      <SignInMethods p={p} of={status} nameOf={nameOf} />
      <Answers p={p} answers={answers} />
      <Metadata p={p} of={details} />
      <UserActions p={p} user={user} status={status} />
      <section class="card">
        <h2>{p.t.account.sessions}</h2>
        {status.sessions.length === 0 && <p class="faint">{p.t.users.noSessions}</p>}
        <ul class="list inset">
          {status.sessions.slice(0, SESSIONS_SHOWN).map((session) => (
            <SessionItem p={p} of={session} />
          ))}
        </ul>
        <MoreSessionsNote p={p} of={status.sessions} />
      </section>
    </>
  ),
  submit: (c, form, { account }) => runUserAction(c, depsOf(c), form, account),
});

/** The user with the id in the URL, or the error response if the admin may not see them. */
export async function findUserDetails(
  c: PageContext,
  deps: FindManageableUserDeps,
): Promise<UserDetails | Response> {
  const input = { actor: c.var.actor, id: c.req.param("id") ?? "" };
  const found = await readUser(deps, input);
  return found.ok ? found.value : refuse(c, userErrors[found.error.reason]);
}

/** The account of that user. */
export async function findUser(c: PageContext, deps: FindManageableUserDeps): Promise<Account | Response> {
  const found = await findUserDetails(c, deps);
  return found instanceof Response ? found : found.account;
}

/** Metadata as JSON. Nothing for the admin's own account, whose private metadata they must not see. */
function Metadata({ p, of: { account, privateMetadata } }: { p: PageProps; of: UserDetails }) {
  if (privateMetadata === undefined) return null;
  const shown = [
    [p.t.fields.publicMetadata, presentMetadata(account.publicMetadata)],
    [p.t.fields.privateMetadata, privateMetadata],
  ] as const;
  return (
    <section class="card">
      <h2>{p.t.metadata.title}</h2>
      {shown.map(([label, metadata]) => (
        <div>
          <h3>{label}</h3>
          {metadata === null ? (
            <p class="faint">{p.t.account.none}</p>
          ) : (
            // A long line scrolls, also by the keyboard.
            <pre tabindex={0}>{JSON.stringify(metadata, null, 2)}</pre>
          )}
        </div>
      ))}
      <p class="links">
        <a href={`/admin/users/${account.id}/metadata${p.search}`}>{p.t.metadata.edit}</a>
      </p>
    </section>
  );
}

type DetailsProps = { readonly p: PageProps; readonly user: Account; readonly lastSignInAt: number | null };

function Details({ p, user, lastSignInAt }: DetailsProps) {
  const { t } = p;
  const details = [
    [t.fields.username, user.username],
    [t.fields.age, user.age],
    [t.fields.phone, user.phone && <Phone p={p} of={user} />],
    [
      t.users.emailConfirmed,
      user.emailVerifiedAt === null ? t.account.unverified : <LocalTime p={p} at={user.emailVerifiedAt} />,
    ],
    [t.users.since, <LocalTime p={p} at={user.createdAt} />],
    [t.users.lastSignIn, lastSignInAt && <LocalTime p={p} at={lastSignInAt} />],
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
        <a
          href={p.account?.id === user.id ? "/account/profile" : `/admin/users/${user.id}/profile${p.search}`}
        >
          {t.users.edit}
        </a>
        <a href={`/admin/audit?userId=${user.id}`}>{t.nav.audit}</a>
      </p>
    </section>
  );
}
