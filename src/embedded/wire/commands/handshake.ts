import { Long, ObjectId } from 'bson';
import type { Command } from '../call.js';
import { maxMessageBytes } from '../framing.js';
import { reply } from '../reply.js';
import { sessionLifetimeMs } from '../sessions.js';
import { maxDocumentBytes, maxStatements } from './write.js';

/** Name of the one-node replica set: only members of a set get numbered writes and transactions from drivers. */
export const setName = 'embedded';

/** Version of MongoDB whose behaviour this server follows; 21 is its wire version. */
export const version = '7.0.0';
const wireVersion = 21;
const electionId = new ObjectId('7fffffff0000000000000001');

/** hello: who answers here. Without `topologyVersion`, so that clients ask again instead of streaming. */
export const hello: Command = {
  names: ['hello', 'isMaster', 'ismaster'],
  kind: 'admin',
  // Newer clients announce what newer servers may do; as on MongoDB, what is not known is not used.
  fields: 'any',
  run: (call) => {
    const asked = call.name === 'hello' ? {} : { ismaster: true };
    return reply({
      helloOk: true,
      ...asked,
      isWritablePrimary: true,
      secondary: false,
      setName,
      setVersion: 1,
      electionId,
      hosts: [call.address],
      primary: call.address,
      me: call.address,
      maxBsonObjectSize: maxDocumentBytes,
      maxMessageSizeBytes: maxMessageBytes,
      maxWriteBatchSize: maxStatements,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: sessionLifetimeMs / 60_000,
      connectionId: call.connectionId,
      minWireVersion: 0,
      maxWireVersion: wireVersion,
      readOnly: false,
      lastWrite: { majorityWriteDate: new Date(), lastWriteDate: new Date(), opTime: { t: Long.ONE } },
    });
  },
};
