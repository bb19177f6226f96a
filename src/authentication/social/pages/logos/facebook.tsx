/** Facebook's "f" in its circle. */
export const FacebookLogo = () => (
  <svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
    <circle cx="12" cy="12" r="12" fill="#0866ff" />
    <path
      fill="#fff"
      d="M16.7 15.5 17.2 12H13.9V9.7C13.9 8.7 14.4 7.8 15.9 7.8H17.4V4.8C17.4 4.8 16 4.6 14.7 4.6 12 4.6 10.2 6.2 10.2 9.3V12H7.1V15.5H10.2V23.9A12 12 0 0 0 13.9 23.9V15.5Z"
    />
  </svg>
);
