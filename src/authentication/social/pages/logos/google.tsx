/** The "G" in its four colours, which Google requires on the button of its sign-in. */
export const GoogleLogo = () => (
  <svg class="logo" viewBox="0 0 48 48" aria-hidden="true">
    <path fill="#4285f4" d="M24 20H47.7A24 24 0 0 1 39.9 41.9L32.1 36.0A14.5 14.5 0 0 0 37.6 29H24Z" />
    <path fill="#34a853" d="M39.9 41.9A24 24 0 0 1 2.6 34.8L10.3 28.7A14.5 14.5 0 0 0 32.1 36.0Z" />
    <path fill="#fbbc05" d="M2.6 34.8A24 24 0 0 1 2.6 13.2L10.3 19.3A14.5 14.5 0 0 0 10.3 28.7Z" />
    <path fill="#ea4335" d="M2.6 13.2A24 24 0 0 1 40.1 6.2L33.4 12.9A14.5 14.5 0 0 0 10.3 19.3Z" />
  </svg>
);
