/**
 * Who may come in: whoever shows the admin token as `Bearer <token>`, as `Bearer base64(token)` (what Neo4j's
 * documents do), or as the password of `Basic` under any user name. Every refusal is the same answer.
 */
import { GraphError } from '../core/error.ts';
import { isAdminToken } from '../durable/credentials.ts';

/** A header longer than this is not looked at. */
const AUTHORIZATION_LENGTH_MAX = 4_096;

/** Throws Neo.ClientError.Security.Unauthorized unless the Authorization header shows the admin token. */
export function authenticate(authorization: string | null, adminToken: string | undefined): void {
  for (const candidate of presentedTokens(authorization ?? '')) {
    if (isAdminToken(candidate, adminToken)) return;
  }
  throw new GraphError('Neo.ClientError.Security.Unauthorized', 'The request does not carry a valid token.');
}

/** What the header may mean, the likeliest first. Two headers arrive joined by a comma, which no scheme here allows. */
function* presentedTokens(authorization: string): Iterable<string> {
  if (authorization.length > AUTHORIZATION_LENGTH_MAX) return;
  const match = /^(bearer|basic) +([^\s,]+)$/i.exec(authorization.trim());
  const [, scheme = '', credentials = ''] = match ?? [];
  const isBearer = scheme.toLowerCase() === 'bearer';
  if (isBearer) yield credentials;
  const decoded = decodeBase64(credentials);
  if (decoded === undefined) return;
  if (isBearer) return yield decoded;
  // RFC 7617: the user name ends at the first colon, the password may hold more of them.
  const colon = decoded.indexOf(':');
  if (colon >= 0) yield decoded.slice(colon + 1);
}

function decodeBase64(text: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}
