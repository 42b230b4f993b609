/** The admin token and how it is compared; used where requests come in and where a live query's socket ends. */

/**
 * Whether `presented` is the admin token. Every character of what was presented is looked at, so that the time taken tells its
 * length, which its sender knows, and nothing about the token. Without a configured token nothing is right.
 */
export function isAdminToken(presented: string, adminToken: string | undefined): boolean {
  if (!adminToken) return false;
  let difference = presented.length ^ adminToken.length;
  for (let index = 0; index < presented.length; index += 1) {
    difference |= presented.charCodeAt(index) ^ adminToken.charCodeAt(index % adminToken.length);
  }
  return difference === 0;
}
