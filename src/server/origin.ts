// Which web pages may open a WebSocket here. Browsers send `Origin` and do not apply the same-origin policy to
// WebSockets, so without this check any page that a visitor opens could read the stream with his network access.

function originUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

/**
 * True if a page of `origin` may connect. Programs that are not browsers send no `Origin` and are let in.
 *
 * @param origin the `Origin` header
 * @param host the `Host` header; with no configured origins only pages of this same host and port may connect
 * @param allowedOrigins origins such as `https://example.org`, or `*` for every page
 */
export function originAllowed(
  origin: string | null,
  host: string | null,
  allowedOrigins: readonly string[],
): boolean {
  if (origin === null || allowedOrigins.includes("*")) return true;
  const page = originUrl(origin);
  if (page === null) return false;
  if (allowedOrigins.length > 0) {
    return allowedOrigins.some((allowed) => originUrl(allowed)?.origin === page.origin);
  }
  // The page's own scheme supplies the default port: `https://x` talks to `x` and to `x:443` alike.
  return host !== null && originUrl(`${page.protocol}//${host}`)?.host === page.host;
}
