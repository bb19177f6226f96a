/** Microsoft's four squares. */
export const MicrosoftLogo = () => (
  <svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
    <path fill="#f25022" d="M1 1h10.5v10.5H1z" />
    <path fill="#7fba00" d="M12.5 1H23v10.5H12.5z" />
    <path fill="#00a4ef" d="M1 12.5h10.5V23H1z" />
    <path fill="#ffb900" d="M12.5 12.5H23V23H12.5z" />
  </svg>
);
