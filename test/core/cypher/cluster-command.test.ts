import { expect, test } from 'vitest';
import { parse } from '../../../core/cypher/parser.ts';

function commandOf(text: string) {
  const { body } = parse(text);
  return body.type === 'cluster' ? body.command : body.type;
}

test.each([
  ['SHOW REPLICAS', { type: 'show', what: 'replicas' }],
  ['show replication role;', { type: 'show', what: 'replicationRole' }],
  ['SHOW REPLICATION LAG', { type: 'show', what: 'replicationLag' }],
  ['SHOW INSTANCE', { type: 'show', what: 'instance' }],
  ['SHOW INSTANCES', 'query'],
  ['SHOW ROUTING TABLE', { type: 'show', what: 'routingTable' }],
  ['SHOW COORDINATOR SETTINGS', { type: 'show', what: 'settings' }],
  ['SHOW FAILOVERS', { type: 'show', what: 'failovers' }],
  ['SHOW DIVERGED', { type: 'showDiverged' }],
  ['SWITCHOVER TO weur-1', { type: 'switchover', instance: 'weur-1' }],
  ['SWITCHOVER TO "weur-1"', { type: 'switchover', instance: 'weur-1' }],
  ['DEMOTE INSTANCE `weur-1`', { type: 'demote', instance: 'weur-1' }],
  ['SET INSTANCE weur-1 TO MAIN', { type: 'setMain', instance: 'weur-1' }],
  ['UNREGISTER INSTANCE enam-12', { type: 'unregister', instance: 'enam-12' }],
  ['REGISTER INSTANCE weur-2', { type: 'register', instance: 'weur-2', mode: undefined, config: new Map() }],
  [
    'REGISTER INSTANCE weur-2 AS async WITH CONFIG {"bolt_server": "a:7687", region: \'weur\'}',
    {
      type: 'register',
      instance: 'weur-2',
      mode: 'ASYNC',
      config: new Map([
        ['bolt_server', 'a:7687'],
        ['region', 'weur'],
      ]),
    },
  ],
  [
    'UPDATE CONFIG FOR INSTANCE weur-1 {"bolt_server": "b:7687"}',
    { type: 'updateConfig', instance: 'weur-1', config: new Map([['bolt_server', 'b:7687']]) },
  ],
  [
    "SET COORDINATOR SETTING 'global_read_only' TO 'true'",
    { type: 'setSetting', name: 'global_read_only', value: 'true' },
  ],
  ["SET COORDINATOR SETTING 'x' TO 5", { type: 'setSetting', name: 'x', value: '5' }],
  [
    'ADD COORDINATOR 4 WITH CONFIG {"region": "oc", "bolt_server": "c:7687"}',
    {
      type: 'addCoordinator',
      coordinator: 4,
      config: new Map([
        ['region', 'oc'],
        ['bolt_server', 'c:7687'],
      ]),
    },
  ],
  ['remove coordinator 1;', { type: 'removeCoordinator', coordinator: 1 }],
  [
    'UPDATE CONFIG FOR COORDINATOR 2 {"bolt_server": "b:7687"}',
    { type: 'updateCoordinator', coordinator: 2, config: new Map([['bolt_server', 'b:7687']]) },
  ],
  ['YIELD LEADERSHIP', { type: 'yieldLeadership' }],
  ['FORCE RESET CLUSTER STATE', { type: 'forceReset' }],
  ['SET REPLICATION ROLE TO MAIN', { type: 'becomeMain' }],
  ['set replication role to replica with port 10000', { type: 'becomeReplica' }],
  ['SET REPLICATION ROLE TO REPLICA', { type: 'becomeReplica' }],
  [
    'REGISTER REPLICA rep-1 SYNC TO "enam-1:10000"',
    { type: 'registerReplica', name: 'rep-1', mode: 'SYNC', endpoint: 'enam-1:10000' },
  ],
  [
    "REGISTER REPLICA `a b` STRICT_SYNC TO 'enam-1'",
    { type: 'registerReplica', name: 'a b', mode: 'STRICT_SYNC', endpoint: 'enam-1' },
  ],
  ['DROP REPLICA rep-1', { type: 'dropReplica', name: 'rep-1' }],
])('%s', (text, command) => {
  expect(commandOf(text)).toEqual(command);
});

test.each([
  ['SET INSTANCE weur-1 TO REPLICA', 'Expected MAIN, found "REPLICA"'],
  ['SET REPLICATION ROLE TO LEADER', 'Expected MAIN or REPLICA, found "LEADER"'],
  ['SET REPLICATION ROLE TO REPLICA WITH PORT "x"', 'Expected a port'],
  ['REGISTER REPLICA r QUICK TO "enam-1"', 'Expected SYNC, ASYNC or STRICT_SYNC, found "QUICK"'],
  ['REGISTER REPLICA r SYNC TO enam-1', 'Expected a string'],
  ['SWITCHOVER TO', 'Expected the name of an instance, found the end of the statement'],
  ['REGISTER INSTANCE weur-2 WITH CONFIG {"region": 5}', 'Expected a string, found "5"'],
  ['REGISTER INSTANCE $name', 'A parameter for the name of an instance'],
  ['ADD COORDINATOR four WITH CONFIG {}', 'Expected the number of a coordinator, found "four"'],
  ['ADD COORDINATOR 4', 'Expected WITH, found the end of the statement'],
  ['REMOVE COORDINATOR 99999999999999999999', 'Expected the number of a coordinator'],
  ['SHOW REPLICAS YIELD name', 'YIELD after SHOW REPLICAS'],
  ['SHOW REPLICAS RETURN 1', 'Expected'],
])('%s is refused', (text, message) => {
  expect(() => parse(text)).toThrow(message);
});

test('a query that has such words in it is a query', () => {
  expect(commandOf('MATCH (instance) SET instance.main = 1')).toBe('query');
  expect(commandOf('MATCH (coordinator) REMOVE coordinator.main')).toBe('query');
  expect(commandOf('MATCH (demote) RETURN demote AS switchover')).toBe('query');
});
