import { Button } from '@mantine/core';
import { IconSearchOff } from '@tabler/icons-react';
import { Link } from 'react-router';
import { Notice } from '../../shared/Notice.js';
import { lookbackRange, rangePhrase } from '../../time-range/time-range.js';
import { searchPath, type SearchPageState } from './search-params.js';
import { visibleText } from '../../shared/visible-text.js';

interface NoMatchesProps {
  readonly state: SearchPageState;
  /** Searches older traces. Undefined if all traces of the range were searched. */
  readonly onOlder: (() => void) | undefined;
  readonly isLoadingOlder: boolean;
}

/** Shown when services exist but none of their traces matches. */
export const NoMatches = ({ state, onOlder, isLoadingOlder }: NoMatchesProps) => {
  const { service, range, sort, limit } = state;
  const hasConditions =
    state.query !== '' ||
    state.operation !== '' ||
    state.minDuration !== '' ||
    state.maxDuration !== '' ||
    state.with !== '' ||
    Object.keys(state.tags).length > 0;
  if (onOlder !== undefined) {
    return (
      <Notice title="No matching traces so far" icon={<IconSearchOff size={28} stroke={1.5} />}>
        <p>None of the newest 10,000 traces matches. A condition on the whole trace reads each of them.</p>
        <Button onClick={onOlder} loading={isLoadingOlder}>
          Search older traces
        </Button>
      </Notice>
    );
  }
  const isShort = range.kind === 'fixed' || range.millis < 172_800_000;
  return (
    <Notice title="No matching traces" icon={<IconSearchOff size={28} stroke={1.5} />}>
      <p>
        No trace{service === '' ? '' : ` of ${visibleText(service)}`} {rangePhrase(range)}
        {hasConditions ? ' matches. All conditions on spans must match one span.' : '.'}
      </p>
      {isShort && (
        <p>
          <Link to={searchPath({ ...state, range: lookbackRange('2d') })}>Search the last 2 days</Link>
        </p>
      )}
      {hasConditions && (
        <p>
          <Link to={searchPath({ service, range, sort, limit })}>Clear other conditions</Link>
        </p>
      )}
    </Notice>
  );
};
