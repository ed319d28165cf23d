import { followCalls } from './channels.js';
import { DatabaseCall, isTraced } from './database-call.js';
import { statementsOf } from './statement.js';

/** Message of Mongoose's channels, as far as it holds no documents. */
interface OperationMessage {
  operation: string;
  collection?: string;
  database?: string;
  serverAddress?: string;
  serverPort?: number;
}

// `mongoose:cursor:next` is left out: it reports each document, also those that a batch has brought before.
const channels = [
  ...['mongoose:query', 'mongoose:aggregate'],
  ...['mongoose:model:save', 'mongoose:model:insertMany', 'mongoose:model:bulkWrite'],
];

/** Traces Mongoose 9.12 and newer. Filters and documents are not recorded. */
export const traceMongoose = (): void => {
  for (const channel of channels) {
    followCalls(channel, (message: OperationMessage) => {
      if (!isTraced()) return undefined;
      const { operation, collection, database, serverAddress, serverPort } = message;
      const statements = statementsOf({ system: 'mongodb', namespace: database, serverAddress, serverPort });
      return DatabaseCall.begin(statements.ofOperation(operation, collection));
    });
  }
};
