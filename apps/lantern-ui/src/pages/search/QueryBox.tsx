import { ActionIcon, Popover } from '@mantine/core';
import { IconFilter, IconHelp, IconX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { CompletingInput } from '../../shared/CompletingInput.js';
import { rangeKey } from '../../time-range/time-range.js';
import { queryCompletions } from './completions.js';
import { completionAt } from './query/completion.js';
import { marksOf } from './query/marks.js';
import { parseQuery, QuerySyntaxError } from '@lantern/query-api/search-query';
import classes from './QueryBox.module.css';
import { QueryHelp } from './QueryHelp.js';
import type { SearchPageState } from './search-params.js';

interface QueryBoxProps {
  readonly state: SearchPageState;
  readonly onSearch: (state: SearchPageState) => void;
}

/** Input for a query with operators. The query applies in addition to the form. */
export const QueryBox = ({ state, onSearch }: QueryBoxProps) => {
  const client = useQueryClient();
  const [text, setText] = useState(state.query);
  // Errors of a query from a link are shown at once, errors in typed text only after submit.
  const [isTold, setTold] = useState(true);
  const [shown, setShown] = useState(state.query);
  if (shown !== state.query) {
    setShown(state.query);
    setText(state.query);
    setTold(true);
  }
  const problem = problemOf(text);

  const send = (query: string) => {
    setTold(true);
    if (problemOf(query) === undefined) onSearch({ ...state, query: query.trim() });
  };
  return (
    <search className={classes.box} aria-label="Query">
      <CompletingInput
        label="Query"
        isLabelHidden
        placeholder="duration > 250ms and http.response.status_code >= 500"
        value={text}
        onChange={(value) => {
          setText(value);
          setTold(false);
        }}
        onSubmit={() => send(text)}
        marks={marksOf}
        problem={problem}
        isProblemTold={isTold}
        placeAt={completionAt}
        load={(place) => queryCompletions(client, state, place)}
        loadKey={`${state.service} ${rangeKey(state.range)}`}
        leftSection={<IconFilter size={14} stroke={1.75} className={classes.icon} aria-hidden />}
        rightSection={
          <>
            {text !== '' && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size={24}
                aria-label="Clear the query"
                onClick={() => {
                  setText('');
                  send('');
                }}
              >
                <IconX size={13} />
              </ActionIcon>
            )}
            <Popover position="bottom-end" shadow="md" width={440} withRoles trapFocus>
              <Popover.Target>
                <ActionIcon variant="subtle" color="gray" size={24} aria-label="Query syntax">
                  <IconHelp size={15} stroke={1.75} />
                </ActionIcon>
              </Popover.Target>
              <Popover.Dropdown aria-label="Query syntax">
                <QueryHelp />
              </Popover.Dropdown>
            </Popover>
          </>
        }
      />
    </search>
  );
};

const problemOf = (query: string): QuerySyntaxError | undefined => {
  if (query.trim() === '') return undefined;
  try {
    parseQuery(query);
    return undefined;
  } catch (error) {
    if (error instanceof QuerySyntaxError) return error;
    throw error;
  }
};
