import type { Child } from "hono/jsx";
import { hasPermission, type Permission } from "../admin/authorization/permissions.ts";
import { brandColor } from "../core/brand-color.ts";
import { LOCALES } from "../core/locale.ts";
import { fill } from "../core/text.ts";
import { CaptchaScript } from "./captcha-widget.tsx";
import { Form } from "./form-fields.tsx";
import type { Brand, PageProps } from "./page.ts";
import { FooterLinks } from "./page-links.tsx";
import { longDate } from "./relative-time.tsx";
import { PASSKEY_SCRIPT_PATH, SCRIPT_PATH } from "./script-routes.ts";
import { Avatar } from "./settings-rows.tsx";
import { LANGUAGE_NAMES, type Words } from "./ui-texts.ts";

type Props = { readonly p: PageProps; readonly title: string; readonly children: Child };

/** The document around every page. */
export function Frame({ p, title, children }: Props) {
  const { background, text } = brandColor(p.brand.color);
  const style = `:root{--brand:${background};--on-brand:${text}}${p.style}`;
  return (
    <html lang={p.locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {p.refreshUrl && <meta http-equiv="refresh" content={`0; url=${p.refreshUrl}`} />}
        <title>{`${title} · ${p.brand.appName}`}</title>
        <link rel="icon" href={p.brand.logoUrl ?? iconOf(p.brand.appName, background, text)} />
        <style nonce={p.nonce} dangerouslySetInnerHTML={{ __html: style }} />
        <script src={SCRIPT_PATH} defer />
        <PasskeyScript p={p} />
        <CaptchaScript p={p} />
      </head>
      <body class={p.account ? "inside" : "outside"}>
        <a class="skip" href="#content">
          {p.t.skip}
        </a>
        <header>
          <Masthead p={p} />
        </header>
        <main id="content" tabindex={-1}>
          {p.back && (
            <p class="back">
              <a href={p.back.href}>← {p.back.label}</a>
            </p>
          )}
          {p.headingLink === null ? (
            <h1>{title}</h1>
          ) : (
            <div class="heading">
              <h1>{title}</h1>
              <a class="button main" href={p.headingLink.href}>
                {p.headingLink.label}
              </a>
            </div>
          )}
          <EnrolmentBanner p={p} />
          {p.notice && (
            <p class={p.notice.isWarning ? "warning" : "notice"} role="status">
              {p.notice.text}
            </p>
          )}
          {p.alert && (
            <p class="alert" role="alert" tabindex={-1} autofocus>
              {p.alert}
              {p.offersSupport && p.links.support !== null && (
                <>
                  {" "}
                  <a href={p.links.support}>{p.t.links.contactSupport}</a>
                </>
              )}
            </p>
          )}
          {children}
        </main>
        <footer>
          <FooterLinks p={p} />
          <Languages p={p} />
        </footer>
      </body>
    </html>
  );
}

/** Asks the user to enrol a second factor in time. */
const EnrolmentBanner = ({ p }: { p: PageProps }) =>
  p.enrolmentDueAt === null ? null : (
    <p class="warning">
      {fill(p.t.enrolmentDue, { date: longDate(p.locale, p.enrolmentDueAt) })}{" "}
      <a href="/account/two-step">{p.t.enrolmentDueLink}</a>
    </p>
  );

/** The script of the passkeys with its sentences, on the pages that have an area for it. */
function PasskeyScript({ p: { t, usesPasskeys } }: { p: PageProps }) {
  if (!usesPasskeys) return null;
  const { failed, unknown, already, notAccepted } = t.passkeys;
  const texts = { ...t.failures, failed, unknown, already, invalid_credentials: notAccepted };
  return <script src={PASSKEY_SCRIPT_PATH} data-texts={JSON.stringify(texts)} defer />;
}

function Masthead({ p }: { p: PageProps }) {
  const { t, account, brand } = p;
  return (
    <>
      <a class="brand" href="/">
        {brand.logoUrl === null ? (
          <Mark name={brand.appName} />
        ) : (
          <img src={brand.logoUrl} alt="" height="32" />
        )}
        <span>{brand.appName}</span>
      </a>
      <Tabs p={p} />
      {account && (
        <>
          <a class="me" href="/account" aria-current={currentIf(p, "/account")}>
            <Avatar of={account} size={32} />
            <span class="name">
              <span class="unseen">{t.nav.account}: </span>
              {account.name}
            </span>
          </a>
          <Form p={p} action="/sign-out">
            <button type="submit" class="quiet">
              {t.nav.signOut}
            </button>
          </Form>
        </>
      )}
    </>
  );
}

const currentIf = (p: PageProps, path: string) =>
  p.here.split("?")[0]?.startsWith(path) ? "page" : undefined;

const TABS = [
  ["/admin/users", "users", "users:list"],
  ["/admin/audit", "audit", "audit:read"],
  ["/admin/mail", "mail", "mail:read"],
  ["/admin/applications", "applications", "clients:manage"],
] as const satisfies readonly (readonly [string, keyof Words["nav"], Permission])[];

/** The pages of administration that the user may open. A user without any gets no empty row. */
function Tabs({ p }: { p: PageProps }) {
  const { t, actor } = p;
  const tabs = TABS.filter(([, , permission]) => actor && hasPermission(actor, permission));
  if (tabs.length === 0) return null;
  return (
    <nav aria-label={t.nav.label}>
      {tabs.map(([path, name]) => (
        <a href={path} aria-current={currentIf(p, path)}>
          {t.nav[name]}
        </a>
      ))}
    </nav>
  );
}

const Mark = ({ name }: { name: string }) => (
  <span class="mark" aria-hidden="true">
    {initialOf(name)}
  </span>
);

const initialOf = (name: string): string => [...name][0]?.toUpperCase() ?? "";

/** The favicon as a data URL, which saves a request. */
function iconOf(name: Brand["appName"], background: string, text: string): string {
  const letter = initialOf(name).replace(/[^\p{L}\p{N}]/u, "");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="${background}"/><text x="16" y="22.5" font-family="system-ui,sans-serif" font-size="18" font-weight="700" text-anchor="middle" fill="${text}">${letter}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** A button for each other language, labelled in that language. */
const Languages = ({ p }: { p: PageProps }) => (
  <Form p={p} action="/language">
    <input type="hidden" name="here" value={p.here} />
    {LOCALES.filter((locale) => locale !== p.locale).map((locale) => (
      <button type="submit" class="quiet" name="locale" value={locale} lang={locale}>
        {LANGUAGE_NAMES[locale]}
      </button>
    ))}
  </Form>
);
