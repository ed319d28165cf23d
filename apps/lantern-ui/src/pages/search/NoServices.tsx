import { IconAntennaBars5 } from '@tabler/icons-react';
import { SENDERS, formatSenderSetup, senderSetup, type Sender } from '@lantern/query-api/senders';
import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { endpointsQuery } from '../../api/endpoints.js';
import { CopyButton } from '../../shared/CopyButton.js';
import { Notice } from '../../shared/Notice.js';
import classes from './NoServices.module.css';

/** Shown before the first span arrives: the endpoints for spans, and a command that sends one. */
export const NoServices = () => {
  const { data: endpoints, isError } = useQuery(endpointsQuery());
  const [sender, setSender] = useState<Sender>('nest');
  return (
    <Notice title="Waiting for the first trace" icon={<IconAntennaBars5 size={28} stroke={1.5} />}>
      <p>No service has sent a span yet. Traces appear on this page when they arrive.</p>
      {endpoints !== undefined && (
        <>
          <NativeSelect
            label="Send spans from"
            ta="left"
            mb="xs"
            value={sender}
            onChange={(event) => setSender(event.currentTarget.value as Sender)}
            data={Object.entries(SENDERS).map(([value, label]) => ({ value, label }))}
          />
          <Command
            text={formatSenderSetup(senderSetup(sender, { otlp: endpoints.otlp, needsToken: false }))}
          />
          <p>
            OTLP over gRPC goes to <code>{endpoints.otlpGrpc}</code>. To try Lantern without a service, send a
            span from a shell:
          </p>
          <Command text={sendSpan(endpoints.otlp)} />
        </>
      )}
      {isError && <p>Services send OTLP to the addresses that Lantern printed when it started.</p>}
    </Notice>
  );
};

const Command = ({ text }: { readonly text: string }) => (
  <div className={classes.command}>
    <pre tabIndex={0} aria-label="Command">
      {text}
    </pre>
    <CopyButton value={text} what="command" />
  </div>
);

/** Returns a shell command that sends a span of one second. The shell inserts the current time. */
const sendSpan = (otlp: string): string =>
  `now=$(date +%s); curl ${otlp}/v1/traces -H 'content-type: application/json' -d '{
  "resourceSpans": [{
    "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "hello" } }] },
    "scopeSpans": [{ "spans": [{
      "traceId": "'$(printf %032x $now)'", "spanId": "'$(printf %016x $now)'", "name": "first span",
      "startTimeUnixNano": "'$now'000000000", "endTimeUnixNano": "'$((now + 1))'000000000"
    }] }]
  }]
}'`;
