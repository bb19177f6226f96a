/** What holds for the whole API, as Markdown of paragraphs, lists and code alone. */
export const introduction = `Sign-up, sign-in, sessions and recovery.

Every success is \`{ "success": true, "message"?, "data"? }\`, every failure \`{ "success": false, "message", "error": { "code", "requestId", "fields"? } }\`: \`message\` is fit for a person, \`code\` is stable. Bodies are JSON of 64 KiB at most; a field that is not described is refused.

Present the access token as \`Authorization: Bearer …\`. Browsers may have it in a cookie instead; then each write needs the header \`X-CSRF-Token\` too.

What is not described here answers 404 \`not_found\`, and a method that an address does not take 405 \`method_not_allowed\`, with \`Allow\`. GET stands for HEAD as well.`;
