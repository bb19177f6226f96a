import { fill } from "../../../../core/text.ts";
import type { PageContext } from "../../../../ui/page.ts";
import { type RenderPageDeps, renderPage, wordsOf } from "../../../../ui/render-page.tsx";
import { pageAfterEnrolment, TWO_STEP_PAGE } from "../../pages/two-step-data.ts";

/** Shows a new set once, in the response to the form: as text to copy or to print, and as a file. */
export function showNewCodes(
  c: PageContext,
  deps: RenderPageDeps,
  codes: readonly string[],
): Promise<Response> {
  const t = wordsOf(c).recoveryCodes;
  const { appName } = deps.settings.brand;
  const heading = fill(t.fileHeading, { app: appName, address: c.var.session.account.email });
  const file = [heading, t.once, "", ...codes, ""].join("\r\n");
  return renderPage(c, deps, {
    title: () => t.createdTitle,
    view: (p) => (
      <section class="card">
        <p class="lead">{t.createdLead}</p>
        <p class="faint">{heading}</p>
        <div class="field">
          <div class="label">
            <label for="codes">{t.title}</label>
          </div>
          <textarea
            id="codes"
            class="key"
            rows={codes.length}
            readonly
            spellcheck={false}
            autocomplete="off"
            data-copy={p.t.keys.copy}
            data-copied={p.t.keys.copied}
          >
            {codes.join("\n")}
          </textarea>
        </div>
        {/* The file is in the link, so that no further request needs the codes. */}
        <a
          class="button"
          download="recovery-codes.txt"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(file)}`}
        >
          {t.download}
        </a>
        <a class="button main" href={pageAfterEnrolment(c, deps)}>
          {t.done}
        </a>
      </section>
    ),
    overrides: { here: TWO_STEP_PAGE },
  });
}
