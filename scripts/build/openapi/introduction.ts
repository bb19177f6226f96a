/** The description of the whole API, in Markdown. */
export const introduction = `Sign-up, sign-in, sessions and account recovery.

A success is \`{ "success": true, "message"?, "data"? }\`, a failure \`{ "success": false, "message", "error": { "code", "requestId", "fields"? } }\`. \`message\` is a sentence for the user; \`code\` is stable. Request bodies are JSON of at most 64 KiB. The service rejects undescribed fields.

Send the access token as \`Authorization: Bearer …\`. Browsers may send it in a cookie instead; each write then needs the header \`X-CSRF-Token\`, too.

An unknown path answers 404 \`not_found\`; another method of a known path answers 405 \`method_not_allowed\` with \`Allow\`. HEAD works wherever GET does.`;
