/**
 * The page's script: it looks for new messages, and marks those that have arrived since the page was first opened in
 * this tab. The page works without it.
 */
export const MAILBOX_SCRIPT = `
const SEEN = "mailbox-seen";
const POLL_MS = 2000;
const { latest = "" } = document.body.dataset;
const isReading = document.body.className === "reading";
const newest = (messages) => messages[0]?.createdAt ?? "";

const seen = sessionStorage.getItem(SEEN) ?? latest;
for (const link of document.querySelectorAll(".list a")) {
  if (link.querySelector("time").dateTime <= seen) continue;
  const mark = document.createElement("em");
  mark.textContent = "New";
  link.querySelector("strong").append(" ", mark);
}
if (!sessionStorage.getItem(SEEN)) sessionStorage.setItem(SEEN, latest);
// A message that was opened is not new any more.
const opened = document.querySelector(".list a[aria-current] time");
if (isReading && opened && opened.dateTime > seen) sessionStorage.setItem(SEEN, opened.dateTime);

async function look() {
  if (document.hidden) return;
  try {
    const response = await fetch("/dev/mailbox.json" + location.search);
    const { messages } = await response.json();
    if (newest(messages) <= latest) return;
    // The list shows the new message. An opened message stays, with a link to the new one.
    if (!isReading) return location.reload();
    const status = document.querySelector("[role=status]");
    const text = messages[0].subject || messages[0].text.split("\\n", 1)[0];
    if (status.textContent.includes(text)) return;
    const link = document.createElement("a");
    link.href = document.querySelector(".refresh").href;
    link.textContent = "New message: " + text;
    status.replaceChildren(link);
    status.hidden = false;
  } catch {
    // The service does not run at the moment.
  }
}
setInterval(look, POLL_MS);
document.addEventListener("visibilitychange", look);
`;
