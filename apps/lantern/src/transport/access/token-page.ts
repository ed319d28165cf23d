import type { FastifyReply } from 'fastify';

export interface TokenPage {
  /** Path and query of the browser's request, normalized. */
  readonly returnTo: string;
  /** Whether the browser sent a token that is wrong. */
  readonly wasWrong: boolean;
}

/** Nothing is loaded, no script runs, and the form can only be sent to this server. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Answers 401 with a page that asks for the token. */
export const sendTokenPage = (reply: FastifyReply, page: TokenPage): FastifyReply =>
  reply
    .code(401)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      // With `no-referrer` a browser would send the form with `Origin: null`.
      'referrer-policy': 'same-origin',
    })
    .send(render(page));

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const WRONG = '<p id="problem" role="alert">The token is wrong. Enter the value of LANTERN_TOKEN.</p>';

const render = ({ returnTo, wasWrong }: TokenPage): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Enter the token – Lantern</title>
    <style>
      :root { color-scheme: light dark; }
      body { font: 16px/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh; margin: 0; padding: 1rem; }
      form { width: min(24rem, 100%); display: grid; gap: 0.75rem; }
      h1 { font-size: 1.5rem; margin: 0; }
      p { margin: 0; }
      input, button { font: inherit; padding: 0.5rem 0.75rem; box-sizing: border-box; width: 100%; }
      [role='alert'] { color: light-dark(#b00020, #ff8a80); }
    </style>
  </head>
  <body>
    <form method="post" action="/session">
      <h1>Lantern</h1>
      <p>This Lantern requires a token: the value of LANTERN_TOKEN where it was started.</p>
      ${wasWrong ? WRONG : ''}
      <label for="token">Token</label>
      <input id="token" name="token" type="password" required autofocus autocomplete="current-password"${wasWrong ? ' aria-invalid="true" aria-describedby="problem"' : ''} />
      <input type="hidden" name="returnTo" value="${escape(returnTo)}" />
      <button type="submit">Open Lantern</button>
    </form>
  </body>
</html>
`;
