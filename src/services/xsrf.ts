/**
 * Return the XSRF token that Jupyter expects, from `document.cookie`.
 *
 * Of several cookies of that name, Jupyter takes the one with the shortest path, which browsers put last.
 */
export function xsrfToken(cookies: string): string | undefined {
  return [...cookies.matchAll(/(?:^|; )_xsrf=([^;]*)/g)].pop()?.[1];
}
