import { exampleBody } from "./curl.ts";
import type { OpenApi, Operation } from "./document.ts";

/** A form can send what is JSON or nothing; a redirect leads away, and a file is for a shell. */
export const isTryable = ({ requestBody, responses }: Operation): boolean =>
  !responses.some(({ status }) => status === 302) &&
  (!requestBody || "application/json" in requestBody.content);

/** The form that public/docs/try.js brings to life; without it, it stays hidden. */
export function TryIt({ document, operation }: { document: OpenApi; operation: Operation }) {
  const { method, path, parameters, security } = operation;
  const body = exampleBody(document, operation);
  const asked = parameters.filter(({ in: place }) => place !== "header");
  return (
    <section class="card" data-try hidden>
      <h2>Try it</h2>
      <form data-method={method} data-path={path}>
        {asked.map(({ name, in: place, required }) => (
          <div class="field">
            <label for={`try-${name}`}>
              {name}
              {!required && <span class="faint"> (optional)</span>}
            </label>
            <input id={`try-${name}`} name={name} data-in={place} required={required} autocomplete="off" />
          </div>
        ))}
        {security.length > 0 && (
          <div class="field">
            <label for="try-token">Access token</label>
            <input
              id="try-token"
              data-in="token"
              autocomplete="off"
              spellcheck={false}
              aria-describedby="try-token-hint"
            />
            <p class="hint" id="try-token-hint">
              Left empty, you are whoever has signed in to this browser at <a href="/sign-in">/sign-in</a>.
            </p>
          </div>
        )}
        {body !== null && (
          <div class="field">
            <label for="try-body">Body</label>
            <textarea id="try-body" data-in="body" rows={body.split("\n").length + 1} spellcheck={false}>
              {body}
            </textarea>
          </div>
        )}
        <button type="submit" class="main">
          Send
        </button>
      </form>
      <div class="answer" role="status" />
    </section>
  );
}
