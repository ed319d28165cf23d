import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Fault } from '../../shared/query-editor/marked-fault.js';
import { QueryEditor } from '../../shared/query-editor/QueryEditor.js';
import { completeLogql } from './complete-logql.js';
import { logqlTokens } from './logql-tokens.js';
import { ANY_SERVICE } from './logs-params.js';

interface LogqlEditorProps {
  readonly value: string;
  /** Position of a syntax error that the server reported. */
  readonly fault: Fault | undefined;
  readonly onChange: (query: string) => void;
  readonly onRun: () => void;
}

const LogqlEditor = (props: LogqlEditorProps) => {
  const client = useQueryClient();
  const [language] = useState(() => ({
    tokensOf: logqlTokens,
    complete: completeLogql(client),
    // Opening a selector starts the completion of labels.
    opensCompletion: /[{|,=]\s?$/,
  }));
  return <QueryEditor label="LogQL query" placeholder={ANY_SERVICE} language={language} {...props} />;
};

export default LogqlEditor;
