import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Fault } from '../../shared/query-editor/marked-fault.js';
import { QueryEditor } from '../../shared/query-editor/QueryEditor.js';
import { completePromql } from './complete-promql.js';
import { promqlTokens } from './promql-tokens.js';

interface PromqlEditorProps {
  readonly label: string;
  readonly value: string;
  /** Position of a syntax error that the server reported. */
  readonly fault: Fault | undefined;
  readonly onChange: (query: string) => void;
  readonly onRun: () => void;
}

const PromqlEditor = (props: PromqlEditorProps) => {
  const client = useQueryClient();
  const [language] = useState(() => ({
    tokensOf: promqlTokens,
    complete: completePromql(client),
    opensCompletion: /[{,=[(]\s?$/,
  }));
  return (
    <QueryEditor
      placeholder="PromQL, for example sum by (service) (rate(http_requests_total[5m]))"
      language={language}
      {...props}
    />
  );
};

export default PromqlEditor;
