import type { Child } from "hono/jsx";
import type { Account } from "../accounts/account.ts";
import type { Shown } from "./page.ts";
import type { Words } from "./words.ts";

type RowProps = { readonly href: string; readonly label: string; readonly children: Child };

/** What is so now, and the way to change it: the whole row. */
export const Row = ({ href, label, children }: RowProps) => (
  <a class="row" href={href}>
    <span class="faint">{label}</span>
    <span>{children}</span>
  </a>
);

export const Rows = ({ title, children }: { title: string; children: Child }) => (
  <section class="card">
    <h2>{title}</h2>
    <div>{children}</div>
  </section>
);

export const fullNameOf = ({ name, lastName }: Pick<Account, "name" | "lastName">): string =>
  lastName === null ? name : `${name} ${lastName}`;

type Pictured = Pick<Account, "avatarKey" | "name">;

/** Somebody's picture, or the first letter of their name. It says nothing that their name beside it does not. */
export const Picture = ({ of: { avatarKey, name }, size = 40 }: { of: Pictured; size?: number }) =>
  avatarKey === null ? (
    <span class={`face s${size}`} aria-hidden="true">
      {[...name][0]?.toUpperCase()}
    </span>
  ) : (
    <img class={`face s${size}`} src={`/avatars/${avatarKey}`} alt="" width={size} height={size} />
  );

/** A state in a word. */
export const Badge = ({ good, children }: { good: boolean; children: Child }) => (
  <span class={good ? "badge good" : "badge"}>{children}</span>
);

/** A number, and whether it has been proven; nothing where there is none. */
export const Phone = ({ p, of: { phone, phoneVerifiedAt } }: { p: Shown; of: Account }) =>
  phone === null ? null : (
    <>
      {phone}{" "}
      <Badge good={phoneVerifiedAt !== null}>
        {phoneVerifiedAt === null ? p.t.account.unverified : p.t.account.confirmed}
      </Badge>
    </>
  );

/** The way back to the overview, for every page beneath it. */
export const backToAccount = (t: Words) => ({ href: "/account", label: t.nav.account });
