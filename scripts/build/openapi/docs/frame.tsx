import type { Child } from "hono/jsx";

type Props = {
  readonly title: string;
  readonly isTop?: true;
  readonly hasScript?: boolean;
  readonly children: Child;
};

/** What every page has around it. What stands in double braces, a deployment puts in: src/api-docs/docs-routes.ts. */
export const Frame = ({ title, isTop, hasScript, children }: Props) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{`${title} · {{app}}`}</title>
      <link rel="icon" href="data:," />
      <style nonce="{{nonce}}">{"{{style}}"}</style>
      {hasScript && <script src="/docs/try.js" defer />}
    </head>
    <body class="inside docs">
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header>
        <a class="brand" href="/">
          <span class="mark" aria-hidden="true">
            {"{{initial}}"}
          </span>
          <span>{"{{app}}"}</span>
        </a>
        <nav aria-label="Documentation">
          <a href="/docs" aria-current={isTop ? "page" : undefined}>
            API
          </a>
          <a href="/openapi.json">OpenAPI 3.1</a>
        </nav>
      </header>
      <main id="content" tabindex={-1}>
        {children}
      </main>
    </body>
  </html>
);
