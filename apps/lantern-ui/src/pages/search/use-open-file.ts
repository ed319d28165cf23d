import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { openTraceFile } from '../../api/opened-files/open-file.js';

/** Opens a file of traces, and goes to what it holds: its one trace, or a list of them. */
export const useOpenFile = () => {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: openTraceFile,
    onSuccess: async (traceIds, file) => {
      // What is known of these traces, or of an older file of the name, is known no more.
      for (const traceId of traceIds) client.removeQueries({ queryKey: ['trace', traceId] });
      client.removeQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('opened-') });
      const [only, ...others] = traceIds;
      await navigate(
        only !== undefined && others.length === 0
          ? `/trace/${only}`
          : `/search?${new URLSearchParams({ file: file.name }).toString()}`,
      );
    },
  });
};
