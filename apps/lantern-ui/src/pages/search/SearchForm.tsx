import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { IconChevronDown, IconSearch } from '@tabler/icons-react';
import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import { operationsQuery } from '../../api/services.js';
import { CompletingInput } from '../../shared/CompletingInput.js';
import { lookbacksWith } from '../../time-range/lookback.js';
import { rangeKey } from '../../time-range/time-range.js';
import { tagCompletions } from './completions.js';
import { draftOf, readDraft, withErrorTag, type DraftProblems, type SearchDraft } from './search-draft.js';
import classes from './SearchForm.module.css';
import { formatSearchParams, parseSearchParams, type SearchPageState } from './search-params.js';
import { tagPlaceAt } from './tags.js';

interface SearchFormProps {
  readonly state: SearchPageState;
  readonly services: Pick<UseQueryResult<string[]>, 'data' | 'error'>;
  readonly onSearch: (state: SearchPageState) => void;
  /** Shown beside the buttons. */
  readonly children?: ReactNode;
}

export const SearchForm = ({ state, services, onSearch, children }: SearchFormProps) => {
  const client = useQueryClient();
  const address = formatSearchParams(state).toString();
  const [draft, setDraft] = useState(() => draftOf(state));
  const [problems, setProblems] = useState<DraftProblems>({});
  const [isOpen, setOpen] = useState(false);

  // The URL is the source of truth: navigation resets the form.
  const [shown, setShown] = useState(address);
  if (shown !== address) {
    setShown(address);
    setDraft(draftOf(state));
    setProblems({});
  }

  const operations = useQuery(operationsQuery(draft.service));
  const edit = (change: Partial<SearchDraft>) => setDraft((old) => ({ ...old, ...change }));

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const read = readDraft(draft);
    setProblems(read.problems);
    if (Object.keys(read.problems).length > 0) return;
    setOpen(false);
    onSearch({ ...state, ...read.search, file: '' });
  };

  return (
    <form className={classes.form} data-open={isOpen} onSubmit={submit} noValidate>
      <Select
        label="Service"
        placeholder="Any service"
        data={optionsWith(services.data ?? [], draft.service)}
        error={services.error?.message}
        value={draft.service === '' ? null : draft.service}
        onChange={(service) => edit({ service: service ?? '', operation: '' })}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Any service' }}
        nothingFoundMessage="No such service"
      />
      <div className={classes.more}>
        <Select
          label="Operation"
          placeholder={draft.service === '' ? 'Any operation; choose a service first' : 'Any operation'}
          data={optionsWith(operations.data ?? [], draft.operation)}
          error={operations.error?.message}
          value={draft.operation === '' ? null : draft.operation}
          onChange={(operation) => edit({ operation: operation ?? '' })}
          disabled={draft.service === '' && draft.operation === ''}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': 'Any operation' }}
          nothingFoundMessage="No such operation"
        />
        <CompletingInput
          label="Tags"
          placeholder={'http.route="/users/:id" user.id=1'}
          value={draft.tags}
          onChange={(tags) => edit({ tags })}
          problem={
            problems.tags === undefined
              ? undefined
              : { message: problems.tags, from: 0, to: draft.tags.length }
          }
          isProblemTold
          placeAt={tagPlaceAt}
          load={(place) => tagCompletions(client, { service: draft.service, range: state.range }, place)}
          loadKey={`${draft.service} ${rangeKey(state.range)}`}
        />
        <Checkbox
          label="Only with errors"
          checked={/(^|\s)error=true(\s|$)/.test(draft.tags)}
          onChange={(event) => edit({ tags: withErrorTag(draft.tags, event.currentTarget.checked) })}
        />
        <Select
          label="Time"
          data={[...lookbacksWith(draft.lookback), { value: 'custom', label: 'From … to …' }]}
          value={draft.lookback}
          onChange={(lookback) => edit({ lookback: lookback ?? draft.lookback })}
          allowDeselect={false}
        />
        {draft.lookback === 'custom' && (
          <div className={classes.column}>
            <TextInput
              type="datetime-local"
              step={1}
              label="From"
              value={draft.from}
              onChange={(event) => edit({ from: event.currentTarget.value })}
              error={problems.from}
            />
            <TextInput
              type="datetime-local"
              step={1}
              label="To"
              value={draft.to}
              onChange={(event) => edit({ to: event.currentTarget.value })}
              error={problems.to}
            />
          </div>
        )}
        <Bounds
          what="Span duration"
          min={draft.minDuration}
          max={draft.maxDuration}
          problems={[problems.minDuration, problems.maxDuration]}
          onMin={(minDuration) => edit({ minDuration })}
          onMax={(maxDuration) => edit({ maxDuration })}
        />
        <Bounds
          what="Trace duration"
          min={draft.minTraceDuration}
          max={draft.maxTraceDuration}
          problems={[problems.minTraceDuration, problems.maxTraceDuration]}
          onMin={(minTraceDuration) => edit({ minTraceDuration })}
          onMax={(maxTraceDuration) => edit({ maxTraceDuration })}
        />
        <TextInput
          label="Limit"
          inputMode="numeric"
          value={draft.limit}
          onChange={(event) => edit({ limit: event.currentTarget.value })}
          error={problems.limit}
          autoComplete="off"
        />
      </div>
      <div className={classes.actions}>
        <Button
          type="submit"
          variant="filled"
          className={classes.find ?? ''}
          leftSection={<IconSearch size={14} stroke={2} />}
        >
          Find traces
        </Button>
        <Button
          className={classes.reset ?? ''}
          onClick={() => onSearch(parseSearchParams(new URLSearchParams()))}
        >
          Reset
        </Button>
        {children}
        <Button
          className={classes.toggle ?? ''}
          rightSection={<IconChevronDown size={14} className={classes.chevron ?? ''} />}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? 'Fewer conditions' : 'More conditions'}
        </Button>
      </div>
    </form>
  );
};

interface BoundsProps {
  readonly what: string;
  readonly min: string;
  readonly max: string;
  readonly problems: readonly [string?, string?];
  readonly onMin: (text: string) => void;
  readonly onMax: (text: string) => void;
}

const Bounds = ({ what, min, max, problems, onMin, onMax }: BoundsProps) => (
  <fieldset className={classes.bounds}>
    <legend>{what}</legend>
    <div className={classes.pair}>
      <TextInput
        aria-label={`${what}, at least`}
        placeholder="at least 100ms"
        value={min}
        onChange={(event) => onMin(event.currentTarget.value)}
        error={problems[0]}
        autoComplete="off"
      />
      <TextInput
        aria-label={`${what}, at most`}
        placeholder="at most 1.5s"
        value={max}
        onChange={(event) => onMax(event.currentTarget.value)}
        error={problems[1]}
        autoComplete="off"
      />
    </div>
  </fieldset>
);

/** Options that include the selected value, even if the server does not list it. */
const optionsWith = (names: readonly string[], chosen: string): string[] =>
  chosen === '' || names.includes(chosen) ? [...names] : [chosen, ...names];
