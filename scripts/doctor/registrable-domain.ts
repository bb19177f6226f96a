/**
 * The part of a hostname that "same site" goes by. The whole Public Suffix List is 300 KB; these are the suffixes of two
 * labels that people deploy under, so a rare one is taken for a site. The doctor warns by it, and nothing is decided.
 */
export function registrableDomain(hostname: string): string {
  const labels = hostname.toLowerCase().split(".");
  if (/^[\d.]+$|:/.test(hostname) || labels.length <= 2) return hostname.toLowerCase();
  const lastTwo = labels.slice(-2).join(".");
  const isSuffix = SUFFIXES.has(lastTwo) || /^(?:ac|co|com|edu|gov|net|org)\.[a-z]{2}$/.test(lastTwo);
  // A Worker's address is name.subdomain.workers.dev, and workers.dev is on the list.
  return labels.slice(isSuffix ? -3 : -2).join(".");
}

const SUFFIXES: ReadonlySet<string> = new Set([
  ...[
    "workers.dev",
    "pages.dev",
    "github.io",
    "gitlab.io",
    "vercel.app",
    "netlify.app",
    "web.app",
    "fly.dev",
  ],
  ...["onrender.com", "herokuapp.com", "firebaseapp.com", "azurewebsites.net", "cloudfront.net"],
]);
