import { refuse } from "../../../http/respond.ts";
import type { PageContext, PageProps } from "../../../ui/page.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import type { OAuthError } from "../../oauth-error.ts";

/** The page of a request whose client or redirect URI is not known to be right (RFC 6749 §4.1.2.1). */
export function refuseRequest(c: PageContext, { error, description }: OAuthError): Response {
  const { title, text } = wordsOf(c).invalidAuthorization;
  const more = (p: PageProps) => (
    <>
      <p class="hint" lang="en">
        {error}: {description}
      </p>
      <p>
        <a href="/">{p.t.continue}</a>
      </p>
    </>
  );
  return refuse(c, "validation_failed", { message: description, page: { title, text, more } });
}

/** A prefetch, or a part of another page. The link is a navigation. */
export function refuseEmbedded(c: PageContext): Response {
  const { pathname, search } = new URL(c.req.url);
  const more = (p: PageProps) => (
    <p>
      <a class="button main" href={pathname + search}>
        {p.t.continue}
      </a>
    </p>
  );
  return refuse(c, "forbidden", { page: { ...wordsOf(c).notANavigation, more } });
}
