import type { Child } from "hono/jsx";
import type { Account } from "../accounts/account.ts";
import type { PageProps } from "./page.ts";
import type { Words } from "./ui-texts.ts";

type RowProps = { readonly href: string; readonly label: string; readonly children: Child };

/** A setting with its value. The whole row links to the page that changes it. */
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

type AvatarOwner = Pick<Account, "avatarKey" | "name">;

/** A user's avatar, or the first letter of the name. Decorative: the name stands beside it. */
export const Avatar = ({ of: { avatarKey, name }, size = 40 }: { of: AvatarOwner; size?: number }) =>
  avatarKey === null ? (
    <span class={`face s${size}`} aria-hidden="true">
      {[...name][0]?.toUpperCase()}
    </span>
  ) : (
    <img class={`face s${size}`} src={`/avatars/${avatarKey}`} alt="" width={size} height={size} />
  );

/** An email address that a narrow screen breaks at its dots and its @, and not inside a word. */
export const EmailAddress = ({ of: email }: { of: string }) =>
  email.split(/(?<=@)|(?=\.)/).map((part, index) => (
    <>
      {index > 0 && <wbr />}
      {part}
    </>
  ));

/** The signed-in user: picture, full name and address. */
export const Person = ({
  of: account,
}: {
  of: Pick<Account, "avatarKey" | "name" | "lastName" | "email">;
}) => (
  <div class="person">
    <Avatar of={account} size={64} />
    <p>
      <strong>{fullNameOf(account)}</strong>
      <br />
      <span class="faint">
        <EmailAddress of={account.email} />
      </span>
    </p>
  </div>
);

type BadgeProps = { readonly good: boolean; readonly isWarning?: boolean; readonly children: Child };

/** A short status. */
export const Badge = ({ good, isWarning, children }: BadgeProps) => (
  <span class={good ? "badge good" : isWarning ? "badge warn" : "badge"}>{children}</span>
);

/** The phone number and whether it is verified. Nothing when there is none. */
export const Phone = ({ p, of: { phone, phoneVerifiedAt } }: { p: PageProps; of: Account }) =>
  phone === null ? null : (
    <>
      {phone}{" "}
      <Badge good={phoneVerifiedAt !== null}>
        {phoneVerifiedAt === null ? p.t.account.unverified : p.t.account.confirmed}
      </Badge>
    </>
  );

/** Link back to the account overview, for its subpages. */
export const backToAccount = (t: Words) => ({ href: "/account", label: t.nav.account });
