import type { PageLinks, PageProps } from "./page.ts";
import type { Words } from "./ui-texts.ts";

const LINKS = ["terms", "privacy", "support"] as const satisfies readonly (keyof PageLinks &
  keyof Words["links"])[];

/** The links at the end of every page. */
export const FooterLinks = ({ p }: { p: PageProps }) => (
  <>
    {LINKS.map((name) => {
      const url = p.links[name];
      return url !== null && <a href={url}>{p.t.links[name]}</a>;
    })}
  </>
);

/** For the page of an error that the user cannot solve alone. */
export const SupportLink = ({ p }: { p: PageProps }) =>
  p.links.support === null ? null : (
    <p>
      <a href={p.links.support}>{p.t.links.contactSupport}</a>
    </p>
  );

/** What a user accepts by creating an account. Nothing if the operator has no terms. */
export const TermsNotice = ({ p }: { p: PageProps }) => {
  const { terms, privacy } = p.links;
  if (terms === null) return null;
  const text = privacy === null ? p.t.links.acceptanceOfTerms : p.t.links.acceptance;
  const links: Readonly<Record<string, string | null>> = { terms, privacy };
  return (
    <p class="hint">
      {/* Splitting by a pattern with one group puts the names at the odd indexes. */}
      {text.split(/\{(terms|privacy)\}/).map((part, index) => {
        if (index % 2 === 0) return part;
        return (
          <a href={links[part] ?? undefined}>{part === "terms" ? p.t.links.terms : p.t.links.privacy}</a>
        );
      })}
    </p>
  );
};
