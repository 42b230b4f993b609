/** Commands on the cluster, in Memgraph's forms: replicas, instances, settings, coordinators, and who leads. They stand alone in a statement. */
import type { ClusterCommand, SystemCommand } from './ast.ts';
import { compoundName } from './compound-name.ts';
import { integerValue, stringValue } from './literal-text.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

type Parse = (parser: ClusterCommandParser) => ClusterCommand;

/** What is read after the words of a command. */
const COMMANDS: readonly (readonly [words: string, parse: Parse])[] = [
  ['SHOW REPLICAS', () => ({ type: 'show', what: 'replicas' })],
  ['SHOW REPLICATION ROLE', () => ({ type: 'show', what: 'replicationRole' })],
  ['SHOW REPLICATION LAG', () => ({ type: 'show', what: 'replicationLag' })],
  ['SHOW INSTANCE', () => ({ type: 'show', what: 'instance' })],
  ['SHOW ROUTING TABLE', () => ({ type: 'show', what: 'routingTable' })],
  ['SHOW COORDINATOR SETTINGS', () => ({ type: 'show', what: 'settings' })],
  ['SHOW FAILOVERS', () => ({ type: 'show', what: 'failovers' })],
  ['SHOW DIVERGED', () => ({ type: 'showDiverged' })],
  ['SWITCHOVER TO', (parser) => ({ type: 'switchover', instance: parser.instance() })],
  ['DEMOTE INSTANCE', (parser) => ({ type: 'demote', instance: parser.instance() })],
  ['UNREGISTER INSTANCE', (parser) => ({ type: 'unregister', instance: parser.instance() })],
  ['REGISTER INSTANCE', (parser) => parser.register()],
  ['UPDATE CONFIG FOR INSTANCE', (parser) => parser.updateConfig()],
  ['ADD COORDINATOR', (parser) => parser.addCoordinator()],
  ['REMOVE COORDINATOR', (parser) => ({ type: 'removeCoordinator', coordinator: parser.number() })],
  ['UPDATE CONFIG FOR COORDINATOR', (parser) => parser.updateCoordinator()],
  ['SET REPLICATION ROLE', (parser) => parser.role()],
  ['REGISTER REPLICA', (parser) => parser.registerReplica()],
  ['DROP REPLICA', (parser) => ({ type: 'dropReplica', name: parser.instance('the name of a replica') })],
  ['SET INSTANCE', (parser) => parser.setMain()],
  ['SET COORDINATOR SETTING', (parser) => parser.setSetting()],
  ['YIELD LEADERSHIP', () => ({ type: 'yieldLeadership' })],
  ['FORCE RESET CLUSTER STATE', () => ({ type: 'forceReset' })],
];

const BY_FIRST_WORD = Map.groupBy(
  COMMANDS.map(([words, parse]) => ({ words: words.split(' '), parse })),
  ({ words }) => words[0],
);

export class ClusterCommandParser {
  readonly #cursor: TokenCursor;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
  }

  /** The command that starts here; undefined, and nothing read, when none does. */
  command(): SystemCommand | undefined {
    const cursor = this.#cursor;
    const known = BY_FIRST_WORD.get(this.#word(0))?.find(({ words }) =>
      words.every((word, ahead) => this.#word(ahead) === word),
    );
    if (known === undefined) return undefined;
    const start = cursor.index;
    cursor.skip(known.words.length);
    const command = known.parse(this);
    const next = this.#word(0);
    if (next === 'YIELD' || next === 'WHERE') throw cursor.notSupported(`${next} after ${known.words.join(' ')}`);
    return { type: 'cluster', command, span: cursor.spanFrom(start) };
  }

  #word(ahead: number): string {
    const cursor = this.#cursor;
    return cursor.kind(ahead) === TOKEN.name ? cursor.source(cursor.index + ahead).toUpperCase() : '';
  }

  #expect(...words: readonly string[]): void {
    for (const word of words) {
      if (this.#word(0) !== word) throw this.#cursor.expected(word);
      this.#cursor.skip();
    }
  }

  /** `weur-1`, in backticks or quotes or without. */
  instance(what = 'the name of an instance'): string {
    return this.#cursor.at(TOKEN.string) ? this.#string() : compoundName(this.#cursor, what);
  }

  /** `TO MAIN`, `TO REPLICA WITH PORT 10000`: there are no ports, and one may be left out. */
  role(): ClusterCommand {
    const cursor = this.#cursor;
    this.#expect('TO');
    const role = this.#word(0);
    if (role !== 'MAIN' && role !== 'REPLICA') throw cursor.expected('MAIN or REPLICA');
    cursor.skip();
    if (role === 'MAIN') return { type: 'becomeMain' };
    if (this.#word(0) === 'WITH') {
      this.#expect('WITH', 'PORT');
      if (!cursor.take(TOKEN.integer)) throw cursor.expected('a port');
    }
    return { type: 'becomeReplica' };
  }

  /** `rep1 SYNC TO "enam-1:10000"` */
  registerReplica(): ClusterCommand {
    const cursor = this.#cursor;
    const name = this.instance('the name of a replica');
    const mode = this.#word(0);
    if (mode !== 'SYNC' && mode !== 'ASYNC' && mode !== 'STRICT_SYNC') {
      throw cursor.expected('SYNC, ASYNC or STRICT_SYNC');
    }
    cursor.skip();
    this.#expect('TO');
    return { type: 'registerReplica', name, mode, endpoint: this.#string() };
  }

  /** `weur-2 AS ASYNC WITH CONFIG {"region": "weur"}` */
  register(): ClusterCommand {
    const cursor = this.#cursor;
    const instance = this.instance();
    let mode: string | undefined;
    if (this.#word(0) === 'AS') {
      cursor.skip();
      mode = cursor.name('SYNC, ASYNC or STRICT_SYNC').toUpperCase();
    }
    if (this.#word(0) !== 'WITH') return { type: 'register', instance, mode, config: new Map() };
    this.#expect('WITH', 'CONFIG');
    return { type: 'register', instance, mode, config: this.#config() };
  }

  /** `weur-1 {"bolt_server": "…"}` */
  updateConfig(): ClusterCommand {
    return { type: 'updateConfig', instance: this.instance(), config: this.#config() };
  }

  /** `4 WITH CONFIG {"region": "oc"}` */
  addCoordinator(): ClusterCommand {
    const coordinator = this.number();
    this.#expect('WITH', 'CONFIG');
    return { type: 'addCoordinator', coordinator, config: this.#config() };
  }

  /** `4 {"bolt_server": "…"}` */
  updateCoordinator(): ClusterCommand {
    return { type: 'updateCoordinator', coordinator: this.number(), config: this.#config() };
  }

  /** The number of a coordinator. */
  number(): number {
    const cursor = this.#cursor;
    const value = cursor.at(TOKEN.integer) ? integerValue(cursor.source()) : undefined;
    if (value === undefined || value > Number.MAX_SAFE_INTEGER) throw cursor.expected('the number of a coordinator');
    cursor.skip();
    return Number(value);
  }

  /** `weur-1 TO MAIN` */
  setMain(): ClusterCommand {
    const instance = this.instance();
    this.#expect('TO', 'MAIN');
    return { type: 'setMain', instance };
  }

  /** `'instance_down_timeout_sec' TO '5'`: the value in quotes, as Memgraph wants it, or without. */
  setSetting(): ClusterCommand {
    const cursor = this.#cursor;
    const name = this.#string();
    this.#expect('TO');
    if (cursor.at(TOKEN.string)) return { type: 'setSetting', name, value: this.#string() };
    const value = cursor.source().toLowerCase();
    if (!cursor.take(TOKEN.integer) && !cursor.takeWords('TRUE') && !cursor.takeWords('FALSE')) {
      throw cursor.expected('the value of the setting, in quotes');
    }
    return { type: 'setSetting', name, value };
  }

  /** `{"bolt_server": "…", region: "…"}` */
  #config(): ReadonlyMap<string, string> {
    const cursor = this.#cursor;
    const config = new Map<string, string>();
    cursor.expect(TOKEN.openBrace, '"{"');
    if (cursor.take(TOKEN.closeBrace)) return config;
    do {
      const key = cursor.at(TOKEN.string) ? this.#string() : cursor.name('a key of the configuration');
      cursor.expect(TOKEN.colon, '":"');
      config.set(key, this.#string());
    } while (cursor.take(TOKEN.comma));
    cursor.expect(TOKEN.closeBrace, '"," or "}"');
    return config;
  }

  #string(): string {
    const cursor = this.#cursor;
    const source = cursor.source();
    if (!cursor.take(TOKEN.string)) throw cursor.expected('a string');
    const value = stringValue(source);
    if (typeof value === 'string') return value;
    throw cursor.error(value.message, value.detail, undefined, { index: cursor.index - 1, offset: value.offset });
  }
}
