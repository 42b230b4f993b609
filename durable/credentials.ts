/** The admin token and how it is compared; used where requests come in and where a live query's socket ends. */

const encoder = new TextEncoder();

/**
 * Whether `presented` is the admin token. SHA-256 digests are compared, all 32 bytes of them, so that the time
 * taken tells nothing about the token. Without a configured token nothing is right.
 */
export async function isAdminToken(presented: string, adminToken: string | undefined): Promise<boolean> {
  if (!adminToken) return false;
  const [left, right] = await Promise.all([digest(presented), digest(adminToken)]);
  let difference = 0;
  for (let index = 0; index < left.length; index++) difference |= left[index]! ^ right[index]!;
  return difference === 0;
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)));
}
