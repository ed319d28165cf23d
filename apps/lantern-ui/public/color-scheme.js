// Runs before the first paint, so that a dark page never flashes white. A file of its own, because the content
// security policy allows no inline scripts. The key is the one under which Mantine keeps the choice.
/* global document, matchMedia */
(() => {
  let choice = 'auto';
  try {
    choice = localStorage.getItem('mantine-color-scheme-value') ?? 'auto';
  } catch {
    // Storage may be forbidden; then the system decides.
  }
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)').matches;
  const scheme = choice === 'dark' || (choice !== 'light' && systemIsDark) ? 'dark' : 'light';
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme);
})();
