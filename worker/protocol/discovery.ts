/** What a client learns at `GET /` without a token. Source: Neo4j's discovery document, which its HTTP clients read. */
import { LIVE_SUBPROTOCOL } from '../../durable/live-protocol.ts';

/** The Neo4j release whose Query API this is like; clients parse it as a number. */
const NEO4J_VERSION = '5.26.0';

export function discovery(requestUrl: string) {
  const { origin } = new URL(requestUrl);
  return {
    product: 'skein',
    // The braces are literal: the client puts the name there.
    query: `${origin}/db/{databaseName}/query/v2`,
    live: `${origin.replace(/^http/, 'ws')}/db/{databaseName}/live`,
    live_subprotocol: LIVE_SUBPROTOCOL,
    neo4j_version: NEO4J_VERSION,
    neo4j_edition: 'enterprise',
    auth_config: { oidc_providers: [] },
  };
}
