import { McpServer } from '@modelcontextprotocol/server';
import { LANTERN_VERSION } from '../version.js';
import { ClientError, type LanternClient } from './lantern-client.js';
import { INSTRUCTIONS, TOOLS } from './tools.js';

/** Creates a server of the Model Context Protocol, whose tools read with the client. */
export const createAssistantServer = (client: LanternClient): McpServer => {
  const server = new McpServer({ name: 'lantern', version: LANTERN_VERSION }, { instructions: INSTRUCTIONS });
  for (const { name, description, schema, run } of TOOLS) {
    server.registerTool(
      name,
      { description, inputSchema: schema, annotations: { readOnlyHint: true, openWorldHint: false } },
      async (args: unknown) => {
        try {
          return { content: [{ type: 'text' as const, text: await run(client, args) }] };
        } catch (error) {
          // The model can correct its question; other errors are faults of Lantern, which the SDK reports.
          if (!(error instanceof ClientError)) throw error;
          return { content: [{ type: 'text' as const, text: error.message }], isError: true };
        }
      },
    );
  }
  return server;
};
