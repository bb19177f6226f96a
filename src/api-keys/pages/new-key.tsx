import type { PageContext } from "../../ui/page.ts";
import { type RenderPageDeps, renderPage, wordsOf } from "../../ui/render-page.tsx";
import type { CreatedApiKey } from "../create-api-key.ts";

type NewKey = { readonly created: CreatedApiKey; readonly from: string };

/**
 * Shows a new key once, in the response to the form. Sending the form again finds the name taken, so a reload creates no
 * second key.
 */
export const showNewKey = (
  c: PageContext,
  deps: RenderPageDeps,
  { created: { key, name }, from }: NewKey,
): Promise<Response> =>
  renderPage(c, deps, {
    title: (t) => t.keys.createdTitle,
    view: (p) => (
      <section class="card">
        <p class="lead">{p.t.keys.createdLead}</p>
        <div class="field">
          <div class="label">
            <label for="key">{name}</label>
          </div>
          <input
            id="key"
            type="text"
            class="key"
            value={key}
            readonly
            autofocus
            spellcheck={false}
            autocomplete="off"
            data-copy={p.t.keys.copy}
            data-copied={p.t.keys.copied}
          />
        </div>
        <a class="button" href={from}>
          {p.t.keys.done}
        </a>
      </section>
    ),
    overrides: { here: from, back: { href: from, label: wordsOf(c).keys.title } },
  });
