import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import type { Document } from 'bson';
import { MongoError } from '../../errors.js';
import { type Call, type Command, namespaceOf } from '../call.js';
import { reply } from '../reply.js';
import { version } from './handshake.js';

/** A command that looks at nothing stored and takes any of its options. */
function fact(names: readonly string[], known: readonly string[], fields: (call: Call) => Document): Command {
  return { names, kind: 'admin', fields: { known }, run: (call) => reply(fields(call)) };
}

const buildInfo = fact(['buildInfo', 'buildinfo'], [], () => ({
  version,
  versionArray: [...version.split('.').map(Number), 0],
  gitVersion: 'none',
  modules: ['embedded'],
  bits: 64,
  debug: false,
  maxBsonObjectSize: 16 * 1024 * 1024,
  storageEngines: ['lmdb'],
}));

const hostInfo = fact(['hostInfo'], [], () => ({
  system: {
    currentTime: new Date(),
    hostname: hostname(),
    cpuAddrSize: 64,
    memSizeMB: Math.round(totalmem() / 2 ** 20),
    numCores: cpus().length,
    cpuArch: arch(),
  },
  os: { type: platform(), name: platform(), version: release() },
  extra: {},
}));

const getLog = fact(['getLog'], [], (call) => {
  if (call.body.getLog === '*') return { names: ['global', 'startupWarnings'] };
  return { totalLinesWritten: 0, log: [] };
});

const getParameter = fact(['getParameter'], ['featureCompatibilityVersion', 'allParameters'], (call) => {
  if (call.body.featureCompatibilityVersion === undefined && call.body.getParameter !== '*') {
    throw new MongoError('InvalidOptions', 'no option found to get: only featureCompatibilityVersion is known');
  }
  return { featureCompatibilityVersion: { version: version.split('.').slice(0, 2).join('.') } };
});

const serverStatus = fact(
  ['serverStatus'],
  [
    'repl',
    'metrics',
    'locks',
    'wiredTiger',
    'opcounters',
    'tcmalloc',
    'storageEngine',
    'mem',
    'network',
    'connections',
  ],
  ({ parts }) => ({
    host: hostname(),
    version,
    process: 'embedded',
    pid: process.pid,
    uptime: Math.floor((Date.now() - parts.facts.startedAt) / 1000),
    localTime: new Date(),
    connections: { current: parts.facts.connections() },
    metrics: { cursor: { open: parts.cursors.size } },
    mem: { resident: Math.round(process.memoryUsage.rss() / 2 ** 20) },
    storageEngine: { name: 'lmdb', persistent: true },
  }),
);

const collStats: Command = {
  names: ['collStats', 'collstats'],
  kind: 'read',
  fields: { known: ['scale'] },
  run: (call) => {
    const ns = namespaceOf(call);
    const scale = scaleOf(call);
    const stats = call.parts.storage.stats(ns);
    const indexes = call.parts.storage.indexes(ns) ?? [];
    return reply({
      ns,
      count: stats.count,
      size: Math.floor(stats.size / scale),
      avgObjSize: stats.count > 0 ? Math.round(stats.size / stats.count) : 0,
      storageSize: Math.floor(stats.storageSize / scale),
      nindexes: indexes.length,
      scaleFactor: scale,
    });
  },
};

const dbStats: Command = {
  names: ['dbStats', 'dbstats'],
  kind: 'read',
  fields: { known: ['scale', 'freeStorage'] },
  run: (call) => {
    const { storage } = call.parts;
    const scale = scaleOf(call);
    const total = { objects: 0, dataSize: 0, storageSize: 0, indexes: 0 };
    const collections = storage.collections(call.db);
    for (const name of collections) {
      const ns = `${call.db}.${name}`;
      const stats = storage.stats(ns);
      total.objects += stats.count;
      total.dataSize += stats.size;
      total.storageSize += stats.storageSize;
      total.indexes += storage.indexes(ns)?.length ?? 0;
    }
    return reply({
      db: call.db,
      collections: collections.length,
      views: 0,
      objects: total.objects,
      avgObjSize: total.objects > 0 ? total.dataSize / total.objects : 0,
      dataSize: total.dataSize / scale,
      storageSize: total.storageSize / scale,
      indexes: total.indexes,
      scaleFactor: scale,
    });
  },
};

/** What shells and dashboards ask of a server; none of it touches documents. */
export const diagnosticCommands: readonly Command[] = [
  fact(['ping'], [], () => ({})),
  buildInfo,
  hostInfo,
  getLog,
  getParameter,
  serverStatus,
  fact(['getCmdLineOpts'], [], ({ parts }) => ({ argv: [], parsed: { storage: { dbPath: parts.facts.dataDir } } })),
  fact(['connectionStatus'], ['showPrivileges'], () => ({
    authInfo: { authenticatedUsers: [], authenticatedUserRoles: [], authenticatedUserPrivileges: [] },
  })),
  collStats,
  dbStats,
];

function scaleOf(call: Call): number {
  const scale: unknown = call.body.scale ?? 1;
  if (typeof scale === 'number' && scale >= 1) return Math.floor(scale);
  throw new MongoError('BadValue', 'scale must be a number of at least 1');
}
