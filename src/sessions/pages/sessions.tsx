import { fill } from "../../core/text.ts";
import type { DepsOf } from "../../http/context.ts";
import { Form } from "../../ui/form-fields.tsx";
import type { Page, PageProps } from "../../ui/page.ts";
import { redirectWithFlash } from "../../ui/redirect-with-flash.ts";
import { LocalTime, TimeAgo } from "../../ui/relative-time.tsx";
import { Badge, backToAccount } from "../../ui/settings-rows.tsx";
import { type EndOtherSessionsDeps, endOtherSessions } from "../end-other-sessions.ts";
import { type EndSessionDeps, endSession } from "../end-session.ts";
import { type ListSessionsDeps, listSessions } from "../list-sessions.ts";
import type { CurrentSession, SessionSummary } from "../session.ts";
import { deviceName } from "./device-name.ts";

type Live = SessionSummary & { readonly current: boolean };
type Data = { readonly live: readonly Live[] };

type Deps = ListSessionsDeps & EndSessionDeps & EndOtherSessionsDeps;

/** Sessions shown on the page. "End all others" also ends those beyond it. */
export const SESSIONS_SHOWN = 20;

/** The account's sessions, each with a button that ends it. */
export const sessionsPage = (depsOf: DepsOf<Deps>): Page<Data, CurrentSession> => ({
  path: "/account/sessions",
  access: "signed_in",
  title: (t) => t.account.sessions,
  back: backToAccount,
  load: (c) => c.var.session,
  loadData: async (c, { account, sessionId }) => ({
    live: await listSessions(depsOf(c), { accountId: account.id, currentSessionId: sessionId }),
  }),
  view: (p, { live }) => (
    <>
      <p class="lead">{p.t.sessions.lead}</p>
      <ul class="card list">
        {shownOf(live).map((one) => (
          <SessionItem p={p} of={one}>
            {one.current ? (
              <Badge good>{p.t.sessions.current}</Badge>
            ) : (
              <Form p={p} act="end">
                <input type="hidden" name="id" value={one.id} />
                <button type="submit" aria-label={`${p.t.sessions.end}: ${sessionName(p, one)}`}>
                  {p.t.sessions.end}
                </button>
              </Form>
            )}
          </SessionItem>
        ))}
      </ul>
      <MoreSessionsNote p={p} of={live} />
      {live.length > 1 && (
        <Form p={p} act="others" confirm={p.t.sessions.confirmOthers}>
          <button type="submit" class="bad">
            {p.t.sessions.endOthers}
          </button>
        </Form>
      )}
    </>
  ),
  submit: async (c, form, session) => {
    const deps = depsOf(c);
    const { caller } = c.var;
    const accountId = session.account.id;
    if (form.text("act") === "others") {
      await endOtherSessions(deps, { accountId, sessionId: session.sessionId, caller });
      return redirectWithFlash(c, "/account/sessions", "otherSessionsEnded");
    }
    const sessionId = form.text("id");
    const event = { type: "session_ended", details: { sessionId } } as const;
    await endSession(deps, { sessionId, accountId, event, actorId: accountId, caller });
    // The same page for a session that had already ended.
    return redirectWithFlash(c, "/account/sessions", "sessionEnded");
  },
});

export const MoreSessionsNote = ({ p, of: { length } }: { p: PageProps; of: readonly unknown[] }) =>
  length > SESSIONS_SHOWN && (
    <p class="faint">{fill(p.t.sessions.more, { count: String(length - SESSIONS_SHOWN) })}</p>
  );

/** The current session, then the most recently used ones. */
const shownOf = (live: readonly Live[]): readonly Live[] => {
  const current = live.filter((one) => one.current);
  return [...current, ...live.filter((one) => !one.current).slice(0, SESSIONS_SHOWN - current.length)];
};

/** The device; for the session of an OAuth client its name, then the device. */
const sessionName = (p: PageProps, { app, userAgent }: SessionSummary): string => {
  const device = deviceName(p.t, userAgent);
  return app === null ? device : `${app} (${device})`;
};

type SessionProps = { readonly p: PageProps; readonly of: SessionSummary; readonly children?: unknown };

/** One session: device, IP address, last use and start. */
export const SessionItem = ({ p, of, children }: SessionProps) => (
  <li>
    <p>
      <strong>{sessionName(p, of)}</strong>
      <br />
      <span class="faint">
        {p.t.sessions.lastUsed} <TimeAgo p={p} at={of.lastUsedAt} />
        {of.ip && ` · ${of.ip}`}
        <br />
        {p.t.sessions.since} <LocalTime p={p} at={of.createdAt} />
      </span>
    </p>
    {children}
  </li>
);
