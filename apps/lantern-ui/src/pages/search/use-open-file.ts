import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { openTraceFile } from '../../api/opened-files/open-file.js';

/** Opens a trace file and navigates to its only trace, or to a list of its traces. */
export const useOpenFile = () => {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: openTraceFile,
    onSuccess: async (traceIds, file) => {
      // Discards cached data on these traces and on an older file of the same name.
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
